"""What the benchmark of growth runs: for each series its pictures, and the command that works on them.

Pictures are speckle in a sector, each with a texture and a gain of its own; one in twenty repeats
the one before with another gain, as its patient's next picture. Shape suffixes: H, W pixels; S side.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livernet.core.config import Config, ModelConfig, TrainConfig
from livernet.core.data.loader import Normalisation
from livernet.core.data.manifest import Row, load_manifest, write_manifest
from livernet.core.data.predictions import Prediction, write_predictions
from livernet.core.data.thumbnails import thumbnail
from livernet.core.files import png_bytes, write_csv, write_json
from livernet.core.model.registry import build_model
from livernet.core.preprocess.sector.shape import Sector
from livernet.core.stages import STAGES
from livernet.core.train.checkpoint import ModelCard, save_model
from tests.core.preprocess.screens import CONVEX, SHAPE, speckle
from tests.fake_run import GROUPING, finish, make_audits, write_metrics

SCREEN = (120, 160)
SIDE, TRAINED, SHOWN = 64, 32, 48
"""Of a prepared picture, of what the network sees of it, and of a picture of the report."""
_PLANE = 1024
_COPY = 20
_FOLDS = 10
_MODEL = ModelConfig(width=2, depth=4, head_width=4)
_TRAINING = ("train.epochs=1", f"train.size={TRAINED}", "model.width=2", "model.depth=4")


class Series(NamedTuple):
    """One command on pictures of a fixed size."""

    made_of: str
    """What the pictures are, for people."""
    prepare: Callable[[Path, int], None]
    """Writes so many of them into a folder; not measured."""
    work: tuple[str, ...] | str
    """The words of a livernet command, or Python code; run in that folder."""


def _preprocess(folder: Path, count: int) -> None:
    rows = []
    (folder / "raw").mkdir()
    for n, grey_HW in enumerate(_pictures(count, SCREEN)):
        (folder / "raw" / f"{n:06d}.png").write_bytes(png_bytes(grey_HW))
        rows.append((f"{n:06d}.png", f"p{n // 2}", STAGES[n // 2 % 5]))
    write_csv(folder / "raw" / "labels.csv", ("file", "patient", "stage"), rows)


def _cohort(folder: Path, count: int, side: int = SIDE) -> None:
    rows = []
    for part in ("images", "masks"):
        (folder / "out" / part).mkdir(parents=True)
    liver = png_bytes(np.where(_sector((side, side)), np.uint8(255), np.uint8(0)))
    for n, grey_SS in enumerate(_pictures(count, (side, side))):
        name = f"image-{n:06d}.png"
        (folder / "out" / "images" / name).write_bytes(png_bytes(grey_SS))
        (folder / "out" / "masks" / name).write_bytes(liver)
        patient = f"P{n // 2:06d}"
        rows.append(
            Row(
                image=f"images/{name}",
                patient=patient,
                stage=n // 2 % 5,
                mask=f"masks/{name}",
                site=f"H{n % 2}",
            )
        )
    write_manifest(folder / "out", rows)
    write_json(folder / "out" / "preprocess.json", {"settings": {"size": side, "fit": "pad"}})


def _with_run(folder: Path, count: int) -> None:
    _cohort(folder, count)
    config = Config(model=_MODEL, train=TrainConfig(size=TRAINED, precision="fp32"))
    for fold in range(2):
        card = ModelCard(
            config=config, normalisation=Normalisation(0.3, 0.2), cohort_sha256="0" * 64, trained_on=(),
            fold=fold, preprocessing={"size": SIDE, "fit": "pad"},
        )  # fmt: skip
        file = folder / "runs/cv/livernet" / f"fold-{fold:02d}" / "model.safetensors"
        save_model(file, build_model(config), card)
    facts = {"kind": "cv", "models": ["livernet"], "split": {"folds": 2}, "grouping": "3"}
    write_json(folder / "runs/cv/run.json", facts | {"status": "finished", "started": "2020"})


def _thumbnails(folder: Path, count: int) -> None:
    with (folder / "thumbnails").open("wb") as file:
        file.writelines(thumbnail(grey_SS).tobytes() for grey_SS in _pictures(count, (SIDE, SIDE)))


_FIND = f"""
import numpy as np
from livernet.core.data.duplicates.search import find_duplicates
from livernet.core.data.prepared import pixel_hash
class Stored:
    def __getitem__(self, rows):
        return np.array(np.memmap("thumbnails", np.uint8).reshape(-1, {SIDE}, {SIDE})[rows])
count = np.memmap("thumbnails", np.uint8).size // {SIDE**2}
find_duplicates(Stored(), [pixel_hash(Stored()[n]) for n in range(count)])
"""


def _finished(folder: Path, count: int) -> None:
    """A cross-validation as ``cv`` leaves it, masks and audits included; two images a patient."""
    _cohort(folder, count, SHOWN)
    run, rows, rng = folder / "runs/cv", load_manifest(folder / "out").rows, np.random.default_rng(count)
    mask = (folder / "out" / rows[0].mask).read_bytes()
    for fold in range(_FOLDS):
        (run / "livernet" / f"fold-{fold:02d}" / "masks").mkdir(parents=True)
        write_metrics(run / "livernet" / f"fold-{fold:02d}" / "metrics.jsonl", 5, fold)
    said = [_prediction(row, n // 2 % _FOLDS, rng) for n, row in enumerate(rows)]
    for one in said:
        (run / f"livernet/fold-{one.fold:02d}/masks" / Path(one.image).name).write_bytes(mask)
    write_predictions(run / "predictions.csv", said)
    of_fold = [[one.image for one in said if one.fold == fold] for fold in range(_FOLDS)]
    others = [[one.image for one in said if one.fold != fold] for fold in range(_FOLDS)]
    parts = [{"train": train, "test": test} for train, test in zip(others, of_fold, strict=True)]
    split = {"protocol": "patient", "seed": 0, "folds": parts, "leaked_patients": 0, "sha256": "ab" * 32}
    write_json(run / "splits.json", split | {"duplicates": []})
    finish(run, "cv", folder / "out")
    make_audits(run)


def _prediction(row: Row, fold: int, rng: np.random.Generator) -> Prediction:
    true = GROUPING.class_of(row.stage or 0)
    odds_K = np.exp(1.6 * (np.arange(len(GROUPING)) == true) + rng.normal(size=len(GROUPING)))
    p_K = odds_K / odds_K.sum()
    return Prediction(
        model="livernet", fold=fold, seed=0, image=row.image, patient=row.patient, stage=row.stage,
        true_class=true, probabilities=tuple(p_K.tolist()), predicted=int(p_K.argmax()),
        dice=rng.uniform(0.7, 1), hd95=rng.uniform(1, 9), assd=rng.uniform(0, 3), nsd=rng.uniform(0.5, 1),
        unit="px", mask_confidence=0.93,
    )  # fmt: skip


SERIES = {
    "preprocess": Series(
        f"screens of {SCREEN[1]}x{SCREEN[0]} px, to {SIDE} px, with labels",
        _preprocess,
        ("preprocess", "raw", "out", "--size", str(SIDE)),
    ),
    "one training epoch": Series(
        f"pictures and masks of {SIDE} px, trained at {TRAINED} px, width 2",
        _cohort,
        ("train", *(word for setting in _TRAINING for word in ("--set", setting))),
    ),
    "prediction": Series(
        f"a cohort of {SIDE} px, two networks of {TRAINED} px and width 2, masks written",
        _with_run,
        ("predict", "out", "--mask-out"),
    ),
    "duplicates": Series("thumbnails, as preprocess and cv compare them", _thumbnails, _FIND),
    "report": Series(
        f"one network's predictions in ten folds, pictures of {SHOWN} px", _finished, ("report",)
    ),
}


def _pictures(count: int, shape: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    """Two windows of one plane laid over each other, one mirrored: single ones would soon overlap."""
    plane_HW, inside_HW = speckle((_PLANE, _PLANE)).astype(np.float32), _sector(shape)
    rng = np.random.default_rng(count)
    laid_HW = plane_HW
    for n in range(count):
        if n % _COPY != 1:
            (y, x), (v, u) = (rng.integers([_PLANE - side for side in shape]) for _ in range(2))
            first_HW = plane_HW[y : y + shape[0], x : x + shape[1]]
            laid_HW = (first_HW + plane_HW[v : v + shape[0], u : u + shape[1]][:, ::-1]) / 2
        bright_HW = np.clip(laid_HW * rng.uniform(0.7, 1.1), 1, 255)
        yield np.where(inside_HW, bright_HW, 0).astype(np.uint8)


def _sector(shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The usual sector of the tests' screens, at another size."""
    down, across = shape[0] / SHAPE[0], shape[1] / SHAPE[1]
    scale = min(down, across)
    facts: dict[str, Any] = {
        "apex": (shape[1] / 2, CONVEX.apex[1] * scale),
        "radii": tuple(radius * scale for radius in CONVEX.radii),
        "box": (0.0, 0.0, shape[1] - 1.0, shape[0] - 1.0),
    }
    return Sector(angles=CONVEX.angles, **facts).mask(shape)
