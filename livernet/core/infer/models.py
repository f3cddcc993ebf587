"""Which model files of a run answer: the one of a ``train`` run, or the folds of a ``cv`` run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from livernet.core.config import Config
from livernet.core.errors import ConfigError, DataError
from livernet.core.infer.calibration import Calibration, read_calibration
from livernet.core.infer.forward import Learnt, what_was_learnt
from livernet.core.runs import RUN_FILE, read_run
from livernet.core.train.checkpoint import ModelCard, read_card

MODEL = "model.safetensors"
DEFAULT = "livernet"


@dataclass(frozen=True, kw_only=True)
class RunModels:
    """The networks of one run that answer together."""

    run: Path
    """The run folder."""
    kind: str
    """``cv`` or ``train``."""
    name: str
    """Of the network, e.g. ``livernet``."""
    files: tuple[Path, ...]
    """One model file a fold, in order; one alone for a ``train`` run."""
    cards: tuple[ModelCard, ...]
    """What each file says of itself."""

    trained_on: tuple[frozenset[str], ...]
    """Pixel hashes of the pictures that each file was trained on."""

    phantom: bool
    """Whether the cohort it was trained on was a phantom."""

    calibration: Mapping[int | None, Calibration] = field(default_factory=dict)
    """By fold, and under ``None`` for all of them together; empty for ``train`` and older runs."""

    guide: "RunModels | None" = None
    """The networks of the run in whose masks a baseline's patches lie; ``None`` where there are none."""

    @property
    def cuts_patches(self) -> bool:
        """Whether its networks see patches of a picture alone."""
        return self.cards[0].config.is_baseline and self.cards[0].config.vgg.input == "patches"

    @property
    def learnt(self) -> Learnt:
        """What all its files learnt."""
        each = [what_was_learnt(card.config, card.training) for card in self.cards]
        return Learnt(stages=all(one.stages for one in each), mask=all(one.mask for one in each))

    def calibration_of(self, members: Sequence[int]) -> Calibration:
        """What the answer of these networks is calibrated with; the identity where nothing was fitted."""
        alone = self.kind == "cv" and len(members) == 1
        return self.calibration.get(members[0] if alone else None, Calibration())

    def describe(self) -> str:
        """What answers, for people, e.g. ``ensemble of 10 folds of livernet, 128 px``."""
        size = self.cards[0].config.train.size
        what = f"ensemble of {len(self.files)} folds of {self.name}" if self.kind == "cv" else self.name
        return f"{what}, {size} px"


def find_models(run: Path, model: str | None = None) -> RunModels:
    """The model files of a run; of several networks the one named, else ``livernet``, else the first.

    Raises:
        ConfigError: the run has no network of that name.
        DataError: a model file is missing or damaged, or the files do not belong together.
    """
    facts = read_run(run)
    if facts["kind"] == "train":
        files = [run / MODEL]
    else:
        names, count = _networks_and_folds(run, facts)
        chosen = model or (DEFAULT if DEFAULT in names else names[0])
        if chosen not in names:
            raise ConfigError(f"--model {chosen!r}: {run} has {', '.join(names)}", "name one of these")
        files = [run / chosen / f"fold-{number:02d}" / MODEL for number in range(count)]
    cards = [read_card(file) for file in files]
    name = cards[0].config.model.name if cards else ""
    folds = list(range(len(cards)))  # the one network of a train run is its fold 0
    alike = {(_without_pool(card.config), card.cohort_sha256) for card in cards}
    if len(alike) != 1 or [card.fold or 0 for card in cards] != folds:
        raise DataError(f"{run}: its model files do not belong together", "repeat the run that wrote them")
    if model not in {None, name}:
        raise ConfigError(f"--model {model!r}: {run} has {name}", "name it, or leave --model away")
    return RunModels(
        guide=_guide(run, facts, cards[0].config),
        run=run,
        kind=facts["kind"],
        name=name,
        files=tuple(files),
        cards=tuple(cards),
        trained_on=tuple(frozenset(card.trained_on) for card in cards),
        phantom=_is_phantom(facts),
        calibration=read_calibration(run, name) if facts["kind"] == "cv" else {},
    )


def _without_pool(config: Config) -> Config:
    """Where the class head looks may differ between folds: not all need have masks to learn from."""
    return replace(config, model=replace(config.model, pool="image"))


def _guide(run: Path, facts: dict[str, Any], config: Config) -> RunModels | None:
    """For a baseline that cuts patches: the paper's network of the same run, where that outlines livers."""
    if not config.is_baseline or config.vgg.input == "whole" or DEFAULT not in (facts.get("models") or ()):
        return None
    guide = find_models(run, DEFAULT)
    return guide if guide.learnt.mask else None


def _is_phantom(facts: dict[str, Any]) -> bool:
    cohort = facts.get("cohort")
    return isinstance(cohort, dict) and bool(cohort.get("phantom"))


def _networks_and_folds(run: Path, facts: dict[str, Any]) -> tuple[list[str], int]:
    """Names of the networks and number of folds that run.json of a ``cv`` run records."""
    try:
        names, count = [str(name) for name in facts["models"]], int(facts["split"]["folds"])
    except (KeyError, TypeError, ValueError):
        names, count = [], 0
    if not names or count < 1:
        raise DataError(
            f"{run / RUN_FILE}: does not say which networks and folds the run has",
            "the file was changed or damaged: name another run, or delete this one",
        )
    return names, count
