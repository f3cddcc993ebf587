"""``predict``: scans in, predictions.csv, masks in the scans' own pixels and run.json out.

Shape suffixes: H, W the scan's own pixels; S side of the prepared picture.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.predictions import PREDICTIONS, Prediction, most_probable, write_predictions
from livernet.core.device import Device
from livernet.core.errors import FaultsError
from livernet.core.files import write_png
from livernet.core.infer.calibrate import NEW_SCANS
from livernet.core.infer.ensemble import Answer, answer
from livernet.core.infer.forward import mask_confidence, to_bytes
from livernet.core.infer.models import RunModels
from livernet.core.infer.output import OutputFolder, mask_name
from livernet.core.infer.ruler import PIXELS, MaskScores, Ruler, find_ruler
from livernet.core.infer.scans import Abstained, Scan, ScanFile, Scans, load_scan, preprocess_settings
from livernet.core.preprocess.geometry import mask_from_square
from livernet.core.runs import provenance
from livernet.core.stages import STAGES, Grouping, probability_at_or_above

_AT_ONCE = 128
"""Scans held in memory together."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is kept of one answered scan."""

    prediction: Prediction
    """Its row of predictions.csv."""
    stem: str
    """What its files are called after."""
    cutoffs: dict[str, float]
    """P(>= Fk) by ``F1``..``F4``, calibrated where the run is, where the classes can express it."""
    liver_share: float
    """Share of the prepared picture that the predicted mask covers, 0..1."""
    folds: tuple[int, ...]
    """Which model files of the run answered."""
    trained: bool
    """Whether it was answered by networks that were trained on it, for want of others."""
    notice: str
    """What the reader must know: whether it was trained on; empty otherwise."""
    thresholds: Mapping[str, float | None] = field(default_factory=dict)
    """P(>= Fk) from which the run calls a patient positive; empty or ``None`` where it fixed none."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """An answered scan with its pictures, handed over once and not kept."""

    finding: Finding
    """The answer."""
    image_SS: NDArray[np.uint8] = field(repr=False)
    """As the network saw it."""
    predicted_SS: NDArray[np.bool_] = field(repr=False)
    """Predicted mask of the prepared picture."""
    expert_SS: NDArray[np.bool_] | None = field(repr=False)
    """Expert mask, where the cohort has one."""


@dataclass(frozen=True, kw_only=True)
class PredictResult:
    """All answers, and the scans that were not answered."""

    findings: tuple[Finding, ...]
    """In the order of the scans."""
    abstained: tuple[Abstained, ...]
    """Scans that could not be prepared, with reasons."""


def predict_scans(
    models: RunModels,
    scans: Scans,
    out: Path,
    device: Device,
    *,
    masks: bool,
    command: str,
    on_case: Callable[[Case], None] = lambda _: None,
) -> PredictResult:
    """Answer every scan that can be prepared, and write a folder that ``report`` can read.

    An earlier ``predict`` folder at ``out`` is replaced.

    Raises:
        OutputError: ``out`` holds something else, or a file cannot be written.
        FaultsError: no scan could be prepared; nothing is written.
        DataError: a model file or the cohort is damaged.
    """
    output = OutputFolder(out)
    settings = preprocess_settings(models.cards[0].preprocessing)
    known = frozenset().union(*models.trained_on)
    ruler = PIXELS if scans.cohort is None else find_ruler(scans.cohort)
    facts = provenance("predict", command, _facts(models, scans, device, ruler))
    findings: list[Finding] = []
    abstained: list[Abstained] = []
    for files in _chunks(scans.files):
        loaded = [load_scan(file, settings, known) for file in files]
        abstained += [scan for scan in loaded if isinstance(scan, Abstained)]
        ready = [scan for scan in loaded if isinstance(scan, Scan)]
        if not ready:
            continue
        output.open(facts, [file.stem for file in scans.files])
        for scan, said in zip(ready, answer(models, [scan.image_SS for scan in ready], device), strict=True):
            case = _case(models, scan, said, ruler)
            if masks and models.learnt.mask:
                write_png(out / mask_name(scan.file.stem), _own_pixels(scan, said))
            on_case(case)
            findings.append(case.finding)
    if not findings:
        reasons = [f"{scan.name}: {scan.reason}" for scan in abstained]
        raise FaultsError("no scan could be answered", reasons, abstained[0].remedy)
    write_predictions(out / PREDICTIONS, [finding.prediction for finding in findings])
    output.finish(
        notices={finding.stem: finding.notice for finding in findings if finding.notice},
        abstained=[asdict(scan) for scan in abstained],
    )
    return PredictResult(findings=tuple(findings), abstained=tuple(abstained))


def _case(models: RunModels, scan: Scan, said: Answer, ruler: Ruler) -> Case:
    grouping = models.cards[0].grouping
    predicted_SS = to_bytes(said.liver_SS) >= 128
    prediction = _prediction(models, scan, said, grouping, _score_mask(models, scan, predicted_SS, ruler))
    best = prediction.best_probabilities
    chances = ((STAGES[k], probability_at_or_above(best, grouping, k)) for k in range(1, 5))
    finding = Finding(
        prediction=prediction,
        stem=scan.file.stem,
        cutoffs={stage: chance for stage, chance in chances if chance is not None},
        liver_share=float(predicted_SS.mean()),
        folds=said.voters.members if models.kind == "cv" else (),
        trained=said.voters.trained,
        notice=said.voters.notice,
        thresholds=models.calibration_of(said.voters.members).thresholds,
    )
    return Case(finding=finding, image_SS=scan.image_SS, predicted_SS=predicted_SS, expert_SS=scan.expert_SS)


def _prediction(
    models: RunModels, scan: Scan, said: Answer, grouping: Grouping, scores: MaskScores
) -> Prediction:
    row = scan.file.row
    stage = None if row is None else row.stage
    alone = models.kind == "cv" and len(said.voters.members) == 1
    fit = models.calibration_of(said.voters.members)
    calibrated = fit.apply(said.probabilities) if fit.fitted else None
    return Prediction(
        model=models.name,
        fold=said.voters.members[0] if alone else None,
        seed=models.cards[0].config.train.seed,
        image=scan.file.name,
        patient="" if row is None else row.patient,
        stage=stage,
        true_class=None if stage is None else grouping.class_of(stage),
        probabilities=said.probabilities,
        calibrated=calibrated,
        predicted=most_probable(calibrated or said.probabilities),
        **scores._asdict(),
        mask_confidence=mask_confidence(said.liver_SS),
    )


def _score_mask(models: RunModels, scan: Scan, predicted_SS: NDArray[np.bool_], ruler: Ruler) -> MaskScores:
    if scan.expert_SS is None or not models.learnt.mask:
        return MaskScores()
    return ruler.compare(scan.file.name, predicted_SS, scan.expert_SS)


def _own_pixels(scan: Scan, said: Answer) -> NDArray[np.uint8]:
    """The predicted mask (H, W) in the scan's own pixels, 0 and 255."""
    own_HW = said.liver_SS if scan.geometry is None else mask_from_square(said.liver_SS, scan.geometry)
    return np.where(to_bytes(own_HW) >= 128, np.uint8(255), np.uint8(0))


def _facts(models: RunModels, scans: Scans, device: Device, ruler: Ruler) -> dict[str, Any]:
    config = models.cards[0].config
    fit = models.calibration.get(None)
    return {
        "run": str(models.run),
        "models": [models.name],
        "files": len(models.files),
        "learnt": models.learnt._asdict(),
        "calibration": None if fit is None else fit.to_dict() | {"basis": NEW_SCANS},
        "distances": ruler.facts(),
        "config": config.to_dict(),
        "preset": None,
        "seed": config.train.seed,
        "device": device.name,
        "cohort": None if scans.cohort is None else scans.cohort.facts(),
        "trained_on_cohort_sha256": models.cards[0].cohort_sha256,
        "grouping": config.grouping,
    }


def _chunks(files: Sequence[ScanFile]) -> Iterator[Sequence[ScanFile]]:
    for start in range(0, len(files), _AT_ONCE):
        yield files[start : start + _AT_ONCE]
