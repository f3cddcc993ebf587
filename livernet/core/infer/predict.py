"""``predict``: scans in, predictions.csv, masks in the scans' own pixels and run.json out.

Scans pass through in one stream: prepared in other processes, answered in groups, written as they come.
Shape suffixes: H, W the scan's own pixels; S side of the prepared picture.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.predictions import PREDICTIONS, Prediction, most_probable, write_predictions
from livernet.core.device import Device
from livernet.core.errors import FaultsError, OutputError
from livernet.core.files import write_png
from livernet.core.infer.calibration import NEW_SCANS
from livernet.core.infer.case import Case, Finding, hand_over
from livernet.core.infer.ensemble import Answer, Networks, answer
from livernet.core.infer.forward import mask_confidence, to_bytes
from livernet.core.infer.models import RunModels
from livernet.core.infer.output import OutputFolder, mask_name
from livernet.core.infer.ruler import PIXELS, MaskScores, Ruler, find_ruler
from livernet.core.infer.scans import Abstained, Scan, ScanFile, Scans, load_scan, preprocess_settings
from livernet.core.preprocess.cohort.pool import CRASHED, Pool, suitable_workers
from livernet.core.preprocess.geometry import mask_from_square
from livernet.core.runs import provenance
from livernet.core.stages import STAGES, Grouping, probability_at_or_above

_AT_ONCE = 128
"""Scans answered together."""
_BLACK = "the picture is black: no patch can be cut", "give a picture of a liver"
_MEMORY = "most likely for memory: close other programs, or name fewer scans at once"


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
    on_case: Callable[[Case], None] | None = None,
    workers: int | None = None,
) -> PredictResult:
    """Answer every scan that can be prepared, and write a folder that ``report`` can read.

    An earlier ``predict`` folder at ``out`` is replaced.

    Args:
        models: the networks of a run.
        scans: what they answer.
        out: the folder.
        device: where the networks run.
        masks: whether to write the predicted masks.
        command: for run.json.
        on_case: called with every answered scan in no particular order, in another process where there are
            ``workers``: a function of a module, or a ``functools.partial`` of one.
        workers: processes that prepare scans and work on cases; 0 for none but this one, ``None`` for what
            suits the machine and the scans. The results do not depend on it.

    Raises:
        OutputError: ``out`` holds something else, or a file cannot be written.
        FaultsError: no scan could be prepared; nothing is written.
        DataError: a model file or the cohort is damaged.
    """
    output = OutputFolder(out)
    ruler = PIXELS if scans.cohort is None else find_ruler(scans.cohort)
    facts = provenance("predict", command, _facts(models, scans, device, ruler))
    abstained: list[Abstained] = []
    with Pool(suitable_workers(len(scans.files)) if workers is None else workers) as pool:
        answered = _answered(Networks(models, device), scans.files, pool, abstained)
        opened = _opened(answered, output, facts, [file.stem for file in scans.files])
        cases = _cases(models, opened, ruler, out if masks and models.learnt.mask else None)
        findings = _hand_over(cases, on_case, pool)
    if not findings:
        reasons = [f"{scan.name}: {scan.reason}" for scan in abstained]
        raise FaultsError("no scan could be answered", reasons, abstained[0].remedy)
    write_predictions(out / PREDICTIONS, [finding.prediction for finding in findings])
    notices = {finding.stem: finding.notice for finding in findings if finding.notice}
    gone = [asdict(scan) for scan in abstained]
    output.finish(notices=notices, abstained=gone, patches=_patches(models, findings))
    return PredictResult(findings=tuple(findings), abstained=tuple(abstained))


def _answered(
    networks: Networks, files: Sequence[ScanFile], pool: Pool, abstained: list[Abstained]
) -> Iterator[tuple[Scan, Answer]]:
    """Each scan that could be prepared with its answer, in order; the others are added to ``abstained``.

    While the networks answer some scans, the next are prepared.
    """
    models = networks.models
    settings = preprocess_settings(models.cards[0].preprocessing)
    prepare = partial(load_scan, settings=settings, known=frozenset().union(*models.trained_on))
    prepared = pool.run(files, prepare, in_order=True)
    for start in range(0, len(files), _AT_ONCE):
        ready: list[Scan] = []
        for file, (_, loaded) in zip(files[start : start + _AT_ONCE], prepared, strict=False):
            if isinstance(loaded, Scan) and not (models.cuts_patches and not loaded.image_SS.any()):
                ready.append(loaded)
            elif isinstance(loaded, Scan):
                abstained.append(Abstained(name=file.name, reason=_BLACK[0], remedy=_BLACK[1]))
            else:
                abstained.append(loaded or Abstained(name=file.name, reason=CRASHED[0], remedy=CRASHED[1]))
        if ready:
            yield from zip(ready, answer(networks, [scan.image_SS for scan in ready]), strict=True)


def _opened(
    answered: Iterable[tuple[Scan, Answer]], output: OutputFolder, facts: dict[str, Any], stems: Sequence[str]
) -> Iterator[tuple[Scan, Answer]]:
    """The same; with the first answer the folder is opened for what is written of it."""
    for scan, said in answered:
        output.open(facts, stems)
        yield scan, said


def _cases(
    models: RunModels, answered: Iterable[tuple[Scan, Answer]], ruler: Ruler, masks: Path | None
) -> Iterator[Case]:
    """What is made of the answers, one by one; masks are written into the folder ``masks``."""
    for scan, said in answered:
        if masks is not None:
            write_png(masks / mask_name(scan.file.stem), _own_pixels(scan, said))
        yield _case(models, scan, said, ruler)


def _hand_over(cases: Iterable[Case], on_case: Callable[[Case], None] | None, pool: Pool) -> list[Finding]:
    if on_case is None:
        return [case.finding for case in cases]
    findings: list[Finding] = []
    for _, finding in pool.run(cases, partial(hand_over, on_case=on_case), in_order=True):
        if finding is None:
            raise OutputError("a process that writes figures was ended by the system", _MEMORY)
        findings.append(finding)
    return findings


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
        patches=said.patches.found if said.patches else "",
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


def _patches(models: RunModels, findings: Sequence[Finding]) -> dict[str, Any] | None:
    """For run.json: where a baseline's patches came from, in images; ``None`` for the paper's network."""
    found = Counter(finding.patches for finding in findings if finding.patches)
    return {models.name: {"test": dict(found)}} if found else None
