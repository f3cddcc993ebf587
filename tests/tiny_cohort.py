"""A cohort of 64-pixel fans whose brightness follows the stage, and settings that train in a blink."""

from pathlib import Path

import numpy as np

from livernet.core.config import AugmentConfig, Config, LossConfig, ModelConfig, StageLoss, TrainConfig
from livernet.core.data.manifest import Cohort, Row, load_manifest, write_manifest
from livernet.core.files import write_json, write_png

SIDE = 64
STAGES = (0, 2, 4, 1, 3, 4)


def make_cohort(
    folder: Path, stages: tuple[int | None, ...] = STAGES, *, images: int = 1, masks: bool = True
) -> Cohort:
    """One patient a stage, ``images`` pictures each."""
    rng = np.random.default_rng(7)
    rows = []
    for patient, stage in enumerate(stages):
        for number in range(images):
            name = f"{patient:02d}-{number}.png"
            write_png(folder / "images" / name, picture(rng, stage or 0))
            if masks:
                write_png(folder / "masks" / name, np.where(liver(), 255, 0).astype(np.uint8))
            rows.append(
                Row(
                    image=f"images/{name}",
                    patient=f"P{patient:02d}",
                    stage=stage,
                    mask=f"masks/{name}" if masks else "",
                )
            )
    write_manifest(folder, rows)
    write_json(folder / "preprocess.json", {"settings": {"size": SIDE, "fit": "pad"}})
    return load_manifest(folder)


def picture(rng: np.random.Generator, stage: int) -> np.ndarray:
    """Speckle in a fan, uint8."""
    speckle = rng.rayleigh(20 + 15 * stage, (SIDE, SIDE)).clip(1, 255)
    return np.where(fan(), speckle, 0).astype(np.uint8)


def fan() -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    return (np.hypot(x - 32, y + 10) < 72) & (abs(x - 32) < 6 + 0.5 * y)


def liver() -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    return np.hypot(x - 32, (y - 36) * 1.2) < 18


def tiny_config(stage: StageLoss = "equation7", **train: object) -> Config:
    """Settings for a fraction of a second an epoch."""
    settings = {"size": 32, "epochs": 1, "batch": 4, "precision": "fp32"} | train
    return Config(
        model=ModelConfig(width=2, depth=4, head_width=4),
        loss=LossConfig(stage=stage),
        augment=AugmentConfig(),
        train=TrainConfig(**settings),  # type: ignore[arg-type]
    )
