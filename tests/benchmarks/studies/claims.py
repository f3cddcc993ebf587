"""The paper's claims, tried where the truth is known: on phantoms whose seeds chose no setting.

    python -m tests.benchmarks.studies.claims WORK [--preset quick] [--seeds 4] [--folds 5] [--out FILE]

Joint learning, deep supervision and more patients: trainings on patients drawn anew for every seed, tested on
160 others. Divisions, and masks against classes: ``livernet cv`` on cohorts of the paper's size, and on some
of four pictures a patient. At the paper's own size, on a GPU:

    python -m tests.benchmarks.studies.claims WORK --preset paper --device cuda --workers 1
"""

import argparse
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from livernet.core.data.manifest import Cohort, Row
from livernet.core.data.predictions import Prediction, read_predictions
from livernet.core.metrics.relation import quality_relation
from livernet.core.phantom.plan import make_quota
from livernet.core.presets import load_config
from tests.benchmarks.command import livernet
from tests.benchmarks.studies.draws import draw_order, phantom_cohort, rows_of
from tests.benchmarks.studies.effects import summarise
from tests.benchmarks.studies.options import arguments, write
from tests.benchmarks.studies.trials import Trial, run_trials

SEED = 2020
"""Of the phantom that trainings draw their patients from."""
PATIENTS, TESTED, LEARN = 480, 160, 78
SIZES = (20, 40, 78, 160, 320)
EVERYWHERE = "model.pool=image"
ALONE = ("loss.fine=0", "loss.middle=0", "loss.coarse=0")
JOINT = {
    "all terms": (EVERYWHERE,),
    "class term alone": (EVERYWHERE, *ALONE),
    "without deep supervision": (EVERYWHERE, "loss.middle=0", "loss.coarse=0"),
    "mask terms alone": (EVERYWHERE, "loss.stage_weight=0"),
    "all terms, class read where the network sees liver": (),
}
"""The class is read everywhere, so that nothing but the loss differs; the last is the preset itself."""
DIVISIONS = ("patient", "image", "holdout")
COHORTS = {"118 images of 78 patients": (78, 118), "100 images of 25 patients": (25, 100)}
COHORT_SEEDS = (2021, 2022)


def main() -> None:
    parser = arguments(__doc__, seeds=4)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--parts", nargs="+", default=["joint", "patients", "divisions"])
    options = parser.parse_args()
    document: dict[str, Any] = {
        "folds": options.folds,
        "phantom": {"seed": SEED, "patients": PATIENTS, "tested": TESTED, "learn": LEARN},
    }
    if set(options.parts) & {"joint", "patients"}:
        cohort = phantom_cohort(options.work / "claims", SEED, make_quota(PATIENTS))
        if "joint" in options.parts:
            document["joint"] = _joint(cohort, options)
        if "patients" in options.parts:
            document["patients"] = _patients(cohort, options)
    if "divisions" in options.parts:
        document |= _divisions(options)
    write(document, options)


def _joint(cohort: Cohort, options: argparse.Namespace) -> dict[str, Any]:
    """Every variant against all terms."""
    trials = [
        _trial(name, settings, seed, cohort, LEARN, options)
        for seed in range(options.seeds)
        for name, settings in JOINT.items()
    ]
    found = _run(trials, cohort, options)
    return {name: summarise(found[name], found["all terms"]) for name in JOINT}


def _patients(cohort: Cohort, options: argparse.Namespace) -> dict[str, Any]:
    """Against the paper's 78: once with as many epochs, once with as many steps."""
    epochs = load_config(options.preset, None, options.settings).train.epochs
    trials: list[Trial] = []
    for seed in range(options.seeds):
        for size in SIZES:
            trials.append(_trial(f"{size}", (), seed, cohort, size, options))
            if size != LEARN:
                steps = (f"train.epochs={max(1, round(epochs * LEARN / size))}",)
                name = f"{size}, as many steps"
                trials.append(_trial(name, steps, seed, cohort, size, options))
    found = _run(trials, cohort, options)
    return {name: summarise(found[name], found[f"{LEARN}"]) for name in found}


def make_trial(
    name: str, settings: Sequence[str], seed: int, rows: Sequence[Row], learn: int, preset: str
) -> Trial:
    """A training on the first ``learn`` patients in the order of this seed, tested on the last."""
    patients = draw_order(rows, seed)
    return Trial(
        variant=name,
        seed=seed,
        config=load_config(preset, None, [f"train.seed={seed}", *settings]),
        train=rows_of(rows, patients[:learn]),
        test=rows_of(rows, patients[-TESTED:]),
    )


def _trial(
    name: str, changed: Sequence[str], seed: int, cohort: Cohort, learn: int, options: argparse.Namespace
) -> Trial:
    settings = [*options.settings, *changed]
    return make_trial(name, settings, seed, cohort.rows, learn, options.preset)


def _run(
    trials: Sequence[Trial], cohort: Cohort, options: argparse.Namespace
) -> dict[str, list[dict[str, Any]]]:
    file = options.work / "claims.jsonl"
    return run_trials(trials, cohort, file, workers=options.workers, device=options.device)


def _divisions(options: argparse.Namespace) -> dict[str, Any]:
    """What each division says of the same cohorts; and, of that by patient, how masks go with classes."""
    divisions: dict[str, Any] = {}
    relation: dict[str, Any] = {}
    for name, (patients, images) in COHORTS.items():
        divisions[name] = {division: [] for division in DIVISIONS}
        honest: list[Prediction] = []
        for seed in COHORT_SEEDS:
            folder = options.work / f"cohort-{seed}-{patients}"
            phantom_cohort(folder, seed, make_quota(patients, images))
            for division in DIVISIONS:
                summary = _cross_validate(folder, division, options)
                divisions[name][division].append({"seed": seed} | _said(summary))
            honest += read_predictions(folder / "runs" / "patient" / "predictions.csv")
        relation[name] = quality_relation(honest)
    return {"divisions": divisions, "relation": relation}


def _cross_validate(folder: Path, division: str, options: argparse.Namespace) -> dict[str, Any]:
    words = ["out", "--split", division, "--name", division, "--preset", options.preset]
    words += [word for setting in options.settings for word in ("--set", setting)]
    more = ["--device", options.device, "--workers", str(options.workers), "--folds", str(options.folds)]
    subprocess.run(livernet("cv", *words, *more), cwd=folder, check=True)
    return dict(json.loads((folder / "runs" / division / "summary.json").read_text(encoding="utf-8")))


def _said(summary: dict[str, Any]) -> dict[str, Any]:
    """Of images, as the paper counts, and of patients."""
    scores = summary["models"]["livernet"]
    return {
        "leaked_patients": summary["splits"]["leaked_patients"],
        "accuracy_images": scores["images"]["accuracy"]["value"],
        "accuracy_patients": scores["patients"]["accuracy"]["value"],
        "auc_f2_images": scores["images"]["auc"]["F2"]["value"],
        "auc_f4_images": scores["images"]["auc"]["F4"]["value"],
        "obuchowski_images": scores["images"]["obuchowski"]["value"],
        "verdict": summary["verdict"]["state"],
    }


if __name__ == "__main__":
    main()
