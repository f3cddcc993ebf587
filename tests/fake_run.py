"""Small finished run folders with a tiny cohort, for tests of what reads runs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.data.manifest import Row, load_manifest, write_manifest
from livernet.core.data.predictions import Prediction, write_predictions
from livernet.core.files import write_json, write_png, write_text
from livernet.core.metrics.segmentation import dice
from livernet.core.metrics.surface import surface_scores
from livernet.core.runs import provenance
from livernet.core.stages import Grouping

GROUPING = Grouping.parse("3")


def ellipse(size: int, shift: float = 0.0) -> NDArray[np.bool_]:
    """A liver-like blob (size, size)."""
    y, x = np.mgrid[:size, :size] / size
    found: NDArray[np.bool_] = ((x - 0.45 - shift) / 0.3) ** 2 + ((y - 0.5) / 0.22) ** 2 < 1
    return found


def make_cohort(
    folder: Path, *, patients: int = 6, size: int = 48, scanner: str = "Skin A", masks: bool = True
) -> list[Row]:
    """A cohort of two images a patient, stages in turn, with expert masks."""
    rng = np.random.default_rng(7)
    rows = []
    for number in range(2 * patients):
        patient, name = number // 2, f"image-{number:03d}.png"
        speckle = rng.gamma(2.0, 40.0, (size, size)).clip(0, 255).astype(np.uint8)
        write_png(folder / "images" / name, speckle)
        if masks:
            write_png(folder / "masks" / name, ellipse(size).astype(np.uint8) * 255)
        rows.append(
            Row(
                image=f"images/{name}",
                patient=f"P{patient:03d}",
                stage=patient % 5,
                mask=f"masks/{name}" if masks else "",
                site=f"Hospital {patient % 2}",
                scanner=scanner,
            )
        )
    write_manifest(folder, rows)
    return rows


def make_cv(
    folder: Path,
    cohort: Path,
    *,
    folds: int = 3,
    epochs: int = 5,
    models: tuple[str, ...] = ("livernet",),
    **facts: Any,
) -> Path:
    """A finished cv run over a cohort made by ``make_cohort``; the first model keeps its masks."""
    rows, everything = load_manifest(cohort).rows, []
    fold_of = {patient: number % folds for number, patient in enumerate(sorted({r.patient for r in rows}))}
    for seed, model in enumerate(models):
        predictions = [_predict(row, model, fold_of[row.patient], seed) for row in rows]
        if seed == 0:
            predictions = [
                _with_mask(folder, cohort, row, p) for row, p in zip(rows, predictions, strict=True)
            ]
        for fold in range(folds):
            place = folder / model / f"fold-{fold:02d}"
            write_predictions(place / "predictions.csv", [p for p in predictions if p.fold == fold])
            write_metrics(place / "metrics.jsonl", epochs, fold)
        everything += predictions
    write_predictions(folder / "predictions.csv", everything)
    test = [[r.image for r in rows if fold_of[r.patient] == f] for f in range(folds)]
    whole = [r.image for r in rows]
    parts = [{"train": [i for i in whole if i not in part], "test": part} for part in test]
    split = {"protocol": "patient", "seed": 0, "folds": parts, "leaked_patients": 0, "sha256": "ab" * 32}
    write_json(folder / "splits.json", split | {"duplicates": []} | facts.pop("split", {}))
    return finish(folder, "cv", cohort, **facts)


def make_predict(folder: Path, cohort: Path, **facts: Any) -> Path:
    """A finished predict folder over a cohort, answered by an ensemble."""
    rows = load_manifest(cohort).rows
    write_predictions(folder / "predictions.csv", [_predict(row, "livernet", None, 3) for row in rows])
    return finish(folder, "predict", cohort, **facts)


def make_train(folder: Path, cohort: Path, **facts: Any) -> Path:
    """A finished train run: curves and no predictions."""
    write_metrics(folder / "metrics.jsonl", 5, 0)
    return finish(folder, "train", cohort, **facts)


def finish(folder: Path, kind: str, cohort: Path, **facts: Any) -> Path:
    """Write the run.json of a finished run."""
    described = {
        "config": {
            "model": {"name": "livernet", "width": 8, "depth": 4, "pieces": 2},
            "train": {"epochs": 5, "size": 48},
        },
        "preset": "quick",
        "seed": 0,
        "device": "CPU (1 thread)",
        "cohort": load_manifest(cohort).facts(),
        "grouping": GROUPING.name,
    }
    document = provenance(kind, f"livernet {kind}", described)
    write_json(folder / "run.json", document | {"status": "finished", "seconds": 61.0} | facts)
    return folder


def write_metrics(path: Path, epochs: int, fold: int) -> None:
    """Training curves that fall and rise as they should."""
    lines = []
    for epoch in range(1, epochs + 1):
        level = (0.7 + 0.05 * fold) * 0.95**epoch
        terms = {
            f"loss_{name}": level * weight
            for name, weight in (("fine", 1.0), ("middle", 0.8), ("coarse", 0.6), ("class", 1.5))
        }
        values = {
            "epoch": epoch,
            "seconds": 0.1,
            "loss": 3 * level,
            **terms,
            "dice": 1 - level,
            "accuracy": 1 - 0.8 * level,
        }
        lines.append(json.dumps(values))
    write_text(path, "\n".join(lines) + "\n")


def _predict(row: Row, model: str, fold: int | None, seed: int) -> Prediction:
    rng = np.random.default_rng([seed, sum(row.image.encode())])
    stage = row.stage or 0
    logits = 1.6 * (np.arange(3) == GROUPING.class_of(stage)) + rng.normal(size=3)
    p = np.exp(logits) / np.exp(logits).sum()
    return Prediction(
        model=model,
        fold=fold,
        seed=0,
        image=row.image,
        patient=row.patient,
        stage=row.stage,
        true_class=None if row.stage is None else GROUPING.class_of(row.stage),
        probabilities=tuple(float(v) for v in p),
        predicted=int(p.argmax()),
    )


def _with_mask(folder: Path, cohort: Path, row: Row, prediction: Prediction) -> Prediction:
    with Image.open(cohort / row.image) as picture:
        size = picture.height
    mask_SS = ellipse(size, shift=0.01 * (sum(row.image.encode()) % 12))
    place = folder / prediction.model / f"fold-{prediction.fold or 0:02d}" / "masks"
    write_png(place / Path(row.image).name, mask_SS.astype(np.uint8) * 255)
    if not row.mask:
        return replace(prediction, mask_confidence=0.93)
    far = surface_scores(mask_SS, ellipse(size), tolerance=1.0)
    scores = replace(prediction, hd95=far.hd95, assd=far.assd, nsd=far.nsd, unit="px")
    return replace(scores, dice=dice(mask_SS, ellipse(size)), mask_confidence=0.93)


def make_audits(folder: Path, state: str = "with care", **changes: Any) -> None:
    """The audits.json of a run, with audits in several states for a verdict of ``state``."""
    states = {
        "no": ("passed", "caution", "failed", "not run"),
        "with care": ("passed", "caution", "passed", "not run"),
    }.get(state, ("passed",) * 4)
    null = np.random.default_rng(1).normal(0.5, 0.05, 199).clip(0, 1).tolist()
    auc = {"value": 0.71, "low": 0.62, "high": 0.79, "method": "score interval"}
    audits = [
        {
            "name": name,
            "title": name.capitalize(),
            "question": f"What does the audit called {name} ask?",
            "state": states[number % 4],
            "verdict": f"The audit called {name} is in state {states[number % 4]}.",
            "numbers": {} if states[number % 4] == "not run" else {"auc": auc, "p": 0.004, "null": null},
        }
        for number, name in enumerate(("shuffled", "outside", "source", "duplicates", "attribution", "masks"))
    ]
    verdict = {"state": state, "headline": f"Verdict: {state}.", "reasons": ["One reason.", "Another."]}
    made = {"images": 12, "sampled": False, "seconds": 1.5}
    write_json(folder / "audits.json", {"schema": 1, "verdict": verdict, "audits": audits} | made | changes)
