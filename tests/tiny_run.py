"""Finished run folders with untrained networks, for what only reads them."""

from collections.abc import Sequence
from pathlib import Path

import torch

from livernet.core.data.loader import Normalisation
from livernet.core.files import write_json
from livernet.core.model.registry import build_model
from livernet.core.train.checkpoint import ModelCard, save_model
from tests.tiny_cohort import SIDE, tiny_config


def make_cv_run(
    folder: Path,
    trained_on: Sequence[Sequence[str]],
    training: dict[str, object] | None = None,
    **settings: object,
) -> Path:
    """A cv run with one fold for each list of pixel hashes; every fold has weights of its own."""
    for number, hashes in enumerate(trained_on):
        file = folder / "livernet" / f"fold-{number:02d}" / "model.safetensors"
        save_fold(file, hashes, number, training, **settings)
    facts = {"kind": "cv", "models": ["livernet"], "split": {"folds": len(trained_on)}}
    write_json(folder / "run.json", facts | {"status": "finished", "started": "2020", "grouping": "3"})
    return folder


def make_train_run(folder: Path, hashes: Sequence[str]) -> Path:
    """A train run trained on these pictures."""
    save_fold(folder / "model.safetensors", hashes, 0)
    facts = {"kind": "train", "status": "finished", "started": "2020", "grouping": "3"}
    write_json(folder / "run.json", facts)
    return folder


def save_fold(
    path: Path,
    hashes: Sequence[str],
    fold: int | None,
    training: dict[str, object] | None = None,
    **settings: object,
) -> None:
    config = tiny_config(**settings)
    with torch.random.fork_rng():
        torch.manual_seed(fold or 0)
        model = build_model(config)
    card = ModelCard(
        config=config,
        normalisation=Normalisation(mean=0.2, std=0.2),
        cohort_sha256="0" * 64,
        trained_on=tuple(hashes),
        fold=fold,
        preprocessing={"size": SIDE, "fit": "pad"},
        training=training or {},
    )
    save_model(path, model, card)
