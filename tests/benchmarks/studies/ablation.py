"""The choices that the paper leaves open, each changed by itself: what does it cost or bring?

    python -m tests.benchmarks.studies.ablation WORK [--preset quick] [--seeds 3] [--out FILE]

Patients of one development phantom, whose seed no test ever uses: every seed draws 78 of them anew to learn
from, and all variants are scored on the same others. At the paper's own size, on a GPU:

    python -m tests.benchmarks.studies.ablation WORK --preset paper --device cuda --workers 1
"""

from collections.abc import Sequence
from typing import NamedTuple

from livernet.core.data.manifest import Row
from livernet.core.phantom.plan import make_quota
from livernet.core.presets import load_config
from tests.benchmarks.studies.draws import draw_order, phantom_cohort, rows_of
from tests.benchmarks.studies.effects import summarise
from tests.benchmarks.studies.options import arguments, write
from tests.benchmarks.studies.trials import Trial, run_trials

SEED = 0
"""Of the development phantom."""
PATIENTS = 240
LEARN = 78
"""Patients to learn from, as many as the paper had."""
REFERENCE = "the preset"


class Variant(NamedTuple):
    """One thing changed."""

    settings: tuple[str, ...] = ()
    swap: str = ""


FACTORS: dict[str, dict[str, Variant]] = {
    "normalisation": {
        "none": Variant(("model.norm=none",)),
        "batch": Variant(("model.norm=batch",)),
        "group": Variant(("model.norm=group",)),
    },
    "width": {
        "half": Variant(("model.width={half}",)),
        "double": Variant(("model.width={double}",)),
    },
    "depth": {
        "one more": Variant(("model.depth={one_more}",)),
    },
    "maxout pieces": {"3": Variant(("model.pieces=3",))},
    "dropout of blocks": {
        "0": Variant(("model.dropout=0",)),
        "0.3": Variant(("model.dropout=0.3",)),
    },
    "dropout of the class head": {
        "0": Variant(("model.head_dropout=0",)),
    },
    "mask weights, fine to coarse": {
        "1, 1, 1": Variant(("loss.middle=1", "loss.coarse=1")),
        "3, 1.5, 0.75": Variant(("loss.fine=3", "loss.middle=1.5", "loss.coarse=0.75")),
    },
    "class weight": {
        "0.3": Variant(("loss.stage_weight=0.3",)),
        "3": Variant(("loss.stage_weight=3",)),
    },
    "class loss": {
        "equation (7), sigmoid": Variant(("loss.stage=equation7-sigmoid",)),
        "cross-entropy": Variant(("loss.stage=cross-entropy",)),
        "ordinal": Variant(("loss.stage=ordinal",)),
    },
    "upsampling": {
        "bilinear": Variant(swap="bilinear"),
        "transposed convolution": Variant(swap="transposed"),
    },
    "class head": {
        "pooled everywhere": Variant(("model.pool=image",)),
        "flattened": Variant(swap="flat head"),
    },
    "gain of training pictures": {"not varied": Variant(("augment.gain=0",))},
    "weights kept": {"the last": Variant(("train.average=0",))},
    "batch": {"4": Variant(("train.batch=4",))},
}
"""What is changed of the preset, by factor and by name."""


def main() -> None:
    parser = arguments(__doc__, seeds=3)
    parser.add_argument("--factors", nargs="+", default=list(FACTORS), choices=list(FACTORS))
    options = parser.parse_args()
    cohort = phantom_cohort(options.work / "development", SEED, make_quota(PATIENTS))
    variants = {REFERENCE: Variant()}
    for factor in options.factors:
        variants |= {f"{factor}: {name}": variant for name, variant in FACTORS[factor].items()}
    trials = [
        make_trial(name, variant, seed, cohort.rows, options.preset, options.settings)
        for seed in range(options.seeds)
        for name, variant in variants.items()
    ]
    file = options.work / "ablation.jsonl"
    found = run_trials(trials, cohort, file, workers=options.workers, device=options.device)
    document = {
        "phantom": {"seed": SEED, "patients": PATIENTS, "images": len(cohort.rows)},
        "learn": LEARN,
        "variants": {name: summarise(found[name], found[REFERENCE]) for name in variants},
    }
    write(document, options)


def make_trial(
    name: str, variant: Variant, seed: int, rows: Sequence[Row], preset: str, settings: Sequence[str] = ()
) -> Trial:
    """A training of one variant on the patients that this seed draws, tested on all others."""
    model = load_config(preset, None, settings).model
    sizes = {
        "half": model.width // 2,
        "double": model.width * 2,
        "one_more": model.depth + 1,
    }
    changed = [setting.format(**sizes) for setting in variant.settings]
    patients = draw_order(rows, seed)
    return Trial(
        variant=name,
        seed=seed,
        config=load_config(preset, None, [f"train.seed={seed}", *settings, *changed]),
        train=rows_of(rows, patients[:LEARN]),
        test=rows_of(rows, patients[LEARN:]),
        swap=variant.swap,
    )


if __name__ == "__main__":
    main()
