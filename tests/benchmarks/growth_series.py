"""What the benchmark of growth runs: for each series its pictures, and the command that works on them.

Pictures are windows of speckle in a sector, each at a place and with a gain of its own; one in twenty repeats
the one before with another gain, as its patient's next picture. Shape suffixes: H, W pixels; S side.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livernet.core.config import Config, ModelConfig, TrainConfig
from livernet.core.data.duplicates.search import find_duplicates
from livernet.core.data.loader import Normalisation
from livernet.core.data.manifest import Row, write_manifest
from livernet.core.data.prepared import pixel_hash
from livernet.core.data.thumbnails import thumbnail
from livernet.core.files import png_bytes, write_csv, write_json
from livernet.core.model.registry import build_model
from livernet.core.preprocess.sector.shape import Sector
from livernet.core.stages import STAGES
from livernet.core.train.checkpoint import ModelCard, save_model
from tests.core.preprocess.screens import CONVEX, SHAPE, speckle
from tests.fake_run import make_audits, make_cv

SCREEN = (120, 160)
SIDE, TRAINED, SHOWN = 64, 32, 48
"""Of a prepared picture, of what the network sees of it, and of a picture of the report."""
_PLANE = 1024
_COPY = 20
_MODEL = ModelConfig(width=2, depth=4, head_width=4)
_TRAINING = ("train.epochs=1", f"train.size={TRAINED}", "model.width=2", "model.depth=4")


class Series(NamedTuple):
    """One command on pictures of a fixed size."""

    made_of: str
    """What the pictures are, for people."""
    prepare: Callable[[Path, int], None]
    """Writes so many of them into a folder; not measured."""
    work: Callable[[Path], list[str] | None]
    """The command line, run in that folder; ``None`` where the function did the work itself."""


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
        save_model(file, build_model(config.model, len(card.grouping)), card)
    facts = {"kind": "cv", "models": ["livernet"], "split": {"folds": 2}, "grouping": "3"}
    write_json(folder / "runs/cv/run.json", facts | {"status": "finished", "started": "2020"})


def _thumbnails(folder: Path, count: int) -> None:
    small = np.empty((count, SIDE, SIDE), np.uint8)
    for n, grey_SS in enumerate(_pictures(count, (SIDE, SIDE))):
        small[n] = thumbnail(grey_SS)
    np.save(folder / "thumbnails.npy", small)


def _find_duplicates(folder: Path) -> None:
    small = np.load(folder / "thumbnails.npy")
    find_duplicates(small, [pixel_hash(one) for one in small])


def _finished(folder: Path, count: int) -> None:
    _cohort(folder, count, SHOWN)
    make_audits(make_cv(folder / "runs/cv", folder / "out", folds=10))


SERIES = {
    "preprocess": Series(
        f"screens of {SCREEN[1]}x{SCREEN[0]} px, to {SIDE} px, with labels",
        _preprocess,
        lambda _: ["preprocess", "raw", "out", "--size", str(SIDE)],
    ),
    "one training epoch": Series(
        f"pictures and masks of {SIDE} px, trained at {TRAINED} px, width 2",
        _cohort,
        lambda _: [
            "train",
            *(word for key, value in _TRAINING.items() for word in ("--set", f"{key}={value}")),
        ],
    ),
    "prediction": Series(
        f"a cohort of {SIDE} px, two networks of {TRAINED} px and width 2, masks written",
        _with_run,
        lambda _: ["predict", "out", "--mask-out"],
    ),
    "duplicates": Series("thumbnails, as preprocess and cv compare them", _thumbnails, _find_duplicates),
    "report": Series(
        f"one network's predictions in ten folds, pictures of {SHOWN} px", _finished, lambda _: ["report"]
    ),
}


def _pictures(count: int, shape: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    plane_HW, inside_HW = speckle((_PLANE, _PLANE)), _sector(shape)
    rng = np.random.default_rng(count)
    window_HW = plane_HW
    for n in range(count):
        if n % _COPY != 1:
            y, x = (rng.integers(_PLANE - side) for side in shape)
            window_HW = plane_HW[y : y + shape[0], x : x + shape[1]]
        bright_HW = np.clip(window_HW * rng.uniform(0.7, 1.1), 1, 255)
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
