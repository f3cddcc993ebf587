"""Whether bf16 learns what fp32 learns: the same trainings in both formats, on the images held out.

    python -m tests.benchmarks.precision WORK [--formats fp32 bf16] [--seeds 5 --epochs 40] [--out FILE]

The phantom cohort is drawn into WORK and used again. A format passes where its mean over the seeds lies
within the spread (standard deviation) of fp32 from seed to seed, for Dice and for class accuracy.
"""

import argparse
import dataclasses
import json
import statistics
from pathlib import Path
from typing import Any

import torch

from livernet.core.config import Config
from livernet.core.data.loader import Tensors, load_tensors
from livernet.core.data.splits import Fold, make_splits
from livernet.core.device import Device, choose_device
from livernet.core.infer.forward import Network, infer
from livernet.core.metrics.segmentation import dice
from livernet.core.phantom.plan import PAPER_PATIENTS, make_quota
from livernet.core.presets import load_config
from livernet.core.stages import Grouping
from livernet.core.train.loop import train_model
from tests.benchmarks.studies.draws import phantom_cohort

GROUPING = Grouping.parse("3")
MEASURES = ("dice", "accuracy")
_SEED = 31


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--images", type=int, default=90)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--formats", nargs="+", default=["fp32", "bf16"])
    parser.add_argument("--device", default="auto")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)  # the same result on a busy machine, and sooner
    device = choose_device(options.device)
    config = load_config("quick", None, [f"train.epochs={options.epochs}"])
    quota = make_quota(None, options.images, PAPER_PATIENTS)
    cohort = phantom_cohort(options.work / "cohort", _SEED, quota)
    tensors = load_tensors(cohort, GROUPING, config.train.size, device.torch)
    fold = make_splits(cohort.rows, GROUPING, folds=3, seed=_SEED).folds[0]
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in options.formats}
    for seed in range(options.seeds):
        for name, found in runs.items():
            train = dataclasses.replace(config.train, precision=name, seed=seed)
            found.append(_run(tensors, fold, dataclasses.replace(config, train=train), device))
            print(f"seed {seed} {name}: {found[-1]}", flush=True)  # noqa: T201
    document = {
        "device": device.name,
        "torch": torch.__version__,
        "training": {"images": len(fold.train), "size": config.train.size, "width": config.model.width,
                     "epochs": options.epochs, "seeds": options.seeds},
        "held_out": len(fold.test),
        "formats": {name: _summary(found, runs["fp32"]) for name, found in runs.items()},
    }  # fmt: skip
    text = json.dumps(document, indent=1)
    print(text)  # noqa: T201
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


def _run(tensors: Tensors, fold: Fold, config: Config, device: Device) -> dict[str, float]:
    """Mean Dice and class accuracy of one training on the images held out."""
    trained = train_model(tensors, fold.train, config, device)
    network = Network(model=trained.model, config=config, normalisation=trained.normalisation)
    test = list(fold.test)
    said = infer(network, tensors.images_N1HW[test], device)
    masks = tensors.masks_N1HW[test, 0].cpu().numpy() > 0
    scores = [dice(liver >= 0.5, mask) for liver, mask in zip(said.liver_NHW, masks, strict=True)]
    right = said.probability_NK.argmax(1) == tensors.class_N[test].cpu().numpy()
    return {"dice": round(statistics.fmean(scores), 4), "accuracy": round(float(right.mean()), 4)}


def _summary(found: list[dict[str, float]], reference: list[dict[str, float]]) -> dict[str, Any]:
    summary: dict[str, Any] = {}
    for measure in MEASURES:
        values, expected = ([run[measure] for run in runs] for runs in (found, reference))
        apart = statistics.fmean(values) - statistics.fmean(expected)
        spread = statistics.stdev(expected)
        summary[measure] = {
            "mean": round(statistics.fmean(values), 4),
            "spread": round(statistics.stdev(values), 4),
            "minus_fp32": round(apart, 4),
            "within_spread_of_fp32": abs(apart) <= spread,
            "runs": values,
        }
    return summary


if __name__ == "__main__":
    main()
