"""Livers of real pictures outlined from few: cross-validated, every setting chosen on inner folds.

    python -m tests.benchmarks.studies.masks --real DATA WORK [--out FILE] [--overlays DIR]

DATA holds ``aul`` (a picture a patient, with masks) and ``rus`` (frames of two subjects with masks, others of
other subjects without). First the candidates are tried, or the first N (``--candidates N``), then each fold's
network is trained as chosen; ``--compare M`` tries M more for the table alone. What was stopped goes on where
it was. At full size, on a GPU:

    python -m tests.benchmarks.studies.masks --real DATA WORK --device cuda --size 512 --width 32
        --inner-steps 6000 --steps 30000

Pictures go to WORK and DIR alone.
"""

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

import torch

from livernet.core.data.predictions import Prediction, read_predictions, write_predictions
from livernet.core.data.splits import make_splits
from livernet.core.device import Device, choose_device
from livernet.core.files import write_json, write_png
from livernet.core.infer.forward import infer
from livernet.core.infer.ruler import find_ruler
from livernet.core.metrics.segmentation import segmentation_scores, spread
from tests.benchmarks.machine import describe
from tests.benchmarks.studies.mask_choice import Choice, candidates, choose, table
from tests.benchmarks.studies.mask_cohorts import GROUPING, Data, load, prepare
from tests.benchmarks.studies.mask_overlays import write_overlays
from tests.benchmarks.studies.mask_trials import Recipe, config_of, scores, to_mask, train

FOLDS = 5
SEED = 0
NNUNET = {"25": 0.820, "50": 0.846, "100": 0.878, "200": 0.893, "625": 0.899}
"""Mean Dice of nnU-Net by training pictures, on the 110 pictures that aul's source keeps for testing."""
_LAST = 0.0855
"""Share of the steps over which weights are averaged."""


def main() -> None:
    options = _options()
    torch.set_num_threads(options.threads)
    device = choose_device(options.device)
    cohorts = prepare(options.real, options.work)
    data = load(cohorts, options.size, device)
    splits = make_splits(cohorts["aul"].rows, GROUPING, folds=FOLDS, seed=SEED)
    folds = [list(fold.test) for fold in splits.folds]  # aul comes first: its rows are those of the tensors
    named = [[data.image(row) for row in fold] for fold in folds]
    records = _try_candidates(options, data, folds, device)
    open_to_choice = list(candidates(()))[: options.candidates]
    known = [record for record in records if record["name"] in open_to_choice]
    common = _common(options, options.steps)
    choices = [choose(known, named, fold, common) for fold in range(FOLDS)]
    finals = [_final(options, data, folds, fold, choice, device) for fold, choice in enumerate(choices)]
    rows = [
        row for fold in range(FOLDS) for row in read_predictions(_folder(options, fold) / "predictions.csv")
    ]
    document = {
        **describe(("torch",), options.device),
        "pictures": {name: len(cohort.rows) for name, cohort in cohorts.items()},
        "folds": {"count": FOLDS, "seed": SEED, "pictures": [len(fold) for fold in folds]},
        "size": options.size,
        "width": options.width,
        "inner": {"steps": options.inner_steps, "chosen_from": open_to_choice, "candidates": table(records)},
        "steps": options.steps,
        "networks": finals,
        "scores": segmentation_scores(rows),
        "rus_never_learnt": _rus(finals, data),
        "nnunet_dice_by_training_pictures": NNUNET,
    }
    if options.overlays:
        masks = {row.image: _folder(options, row.fold or 0) / Path(row.image).name for row in rows}
        write_overlays(options.overlays, data, rows, masks)
    text = json.dumps(document, indent=1)
    print(text)  # noqa: T201
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path)
    parser.add_argument("--real", type=Path, required=True)
    parser.add_argument(
        "--candidates", type=int, default=len(candidates(())), help="chosen among the first N"
    )
    parser.add_argument("--compare", type=int, default=0, help="so many more are tried, not chosen from")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--depth", type=int, default=5)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--inner-steps", type=int, default=1170)
    parser.add_argument("--steps", type=int, default=5500)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--overlays", type=Path)
    return parser.parse_args()


def _common(options: argparse.Namespace, steps: int) -> tuple[str, ...]:
    sizes = {
        "train.size": options.size,
        "train.batch": options.batch,
        "train.average": 1 - 1 / (_LAST * steps),
    }
    network = {"model.width": options.width, "model.depth": options.depth, "loss.stage_weight": 0}
    return tuple(
        f"{key}={value if isinstance(value, int) else round(value, 4)}"
        for key, value in (sizes | network).items()
    )


def _try_candidates(
    options: argparse.Namespace, data: Data, folds: list[list[int]], device: Device
) -> list[dict[str, Any]]:
    """The first candidates on every pair of neighbouring folds, and what is known of others already."""
    file = options.work / "inner.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    known = {(record["name"], record["pair"]): record for record in map(json.loads, lines)}
    records: list[dict[str, Any]] = []
    for place, (name, recipe) in enumerate(candidates(_common(options, options.inner_steps)).items()):
        for pair in range(FOLDS):
            record = known.get((name, pair), {})
            if not _is_made_by(record, recipe, options.inner_steps):
                if place >= options.candidates + options.compare:
                    continue
                record = {"name": name, **_try(options, data, folds, pair, recipe, device)}
                with file.open("a", encoding="utf-8") as out_file:
                    out_file.write(json.dumps(record) + "\n")
            records.append(record)
    return records


def _is_made_by(record: dict[str, Any], recipe: Recipe, steps: int) -> bool:
    return record.items() >= _facts(recipe, steps).items()


def _facts(recipe: Recipe, steps: int) -> dict[str, Any]:
    return {"settings": list(recipe.settings), "extras": list(recipe.extras), "steps": steps}


def _try(
    options: argparse.Namespace, data: Data, folds: list[list[int]], pair: int, recipe: Recipe, device: Device
) -> dict[str, Any]:
    """A network without a fold and its neighbour, scored on both."""
    out = {*folds[pair], *folds[(pair + 1) % FOLDS]}
    rows = [row for row in data.rows["aul"] if row not in out]
    trial = train(data, rows, recipe, options.inner_steps, device, pair)
    return {
        "pair": pair,
        **_facts(recipe, options.inner_steps),
        "pictures": trial.pictures,
        "seconds": round(trial.seconds, 1),
        "cpu_seconds": round(trial.cpu_seconds, 1),
        "dice": scores(data, sorted(out), trial.network, device),
    }


def _final(
    options: argparse.Namespace, data: Data, folds: list[list[int]], fold: int, choice: Choice, device: Device
) -> dict[str, Any]:
    """One fold's network as chosen, and its masks of the pictures that nothing has seen yet; made once."""
    folder = _folder(options, fold)
    made = _facts(choice.recipe, options.steps)
    record = folder / "record.json"
    if record.is_file() and (found := json.loads(record.read_text(encoding="utf-8"))).items() >= made.items():
        return dict(found)
    learnt = [row for row in data.rows["aul"] if row not in folds[fold]]
    trial = train(data, learnt, choice.recipe, options.steps, device, fold)
    cohort = data.cohort[0][0]
    ruler = find_ruler(cohort)
    predictions: list[Prediction] = []
    found = infer(trial.network, data.tensors.images_N1HW[folds[fold]], device)
    for row, liver_HW in zip(folds[fold], found.liver_NHW, strict=True):
        expert_HW = data.expert(row)
        mask_HW = to_mask(liver_HW, len(expert_HW))
        write_png(folder / Path(data.image(row)).name, (mask_HW * 255).astype("uint8"))
        predictions.append(
            Prediction(
                model="livernet",
                fold=fold,
                seed=0,
                image=data.image(row),
                patient=data.cohort[row][1].patient,
                stage=None,
                true_class=None,
                probabilities=(1 / 3, 1 / 3, 1 / 3),
                predicted=0,
                **ruler.compare(data.image(row), mask_HW, expert_HW)._asdict(),
            )
        )
    write_predictions(folder / "predictions.csv", predictions)
    document = {
        "fold": fold, "chosen": list(choice.adopted), **made, "pictures": trial.pictures,
        "epochs": config_of(choice.recipe, trial.pictures, options.steps).train.epochs,
        "seconds": round(trial.seconds), "cpu_seconds": round(trial.cpu_seconds),
        "dice": round(statistics.fmean(row.dice or 0.0 for row in predictions), 4),
        "rus": None if "rus" in choice.recipe.extras
        else scores(data, data.rows["rus"], trial.network, device)["single"],
    }  # fmt: skip
    write_json(record, document)
    return document


def _folder(options: argparse.Namespace, fold: int) -> Path:
    folder: Path = options.work / "final" / f"fold-{fold}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _rus(finals: list[dict[str, Any]], data: Data) -> dict[str, Any]:
    """Dice of networks that never saw ``rus``, on its frames with liver by subject, and on those without."""
    told = [found.pop("rus") for found in finals]
    told = [one for one in told if one is not None]
    with_liver = {
        data.image(row): data.cohort[row][1].patient for row in data.rows["rus"] if data.expert(row).any()
    }
    mean = {image: statistics.fmean(one[image] for one in told) for image in with_liver if told}
    subjects = sorted(set(with_liver.values()))
    empty = [one[image] for one in told for image in one if image not in with_liver]
    return {
        "networks": len(told),
        "subjects": [spread([mean[image] for image in mean if with_liver[image] == one]) for one in subjects],
        "frames_without_liver_left_empty": round(statistics.fmean(empty), 3) if empty else None,
    }


if __name__ == "__main__":
    main()
