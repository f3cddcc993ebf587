"""METAVIR stages F0..F4 and the named groupings that turn them into classes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from livernet.core.errors import ConfigError

STAGES = ("F0", "F1", "F2", "F3", "F4")

_NAMED = {
    "2": ((0, 1), (2, 3, 4)),
    "3": ((0, 1), (2, 3), (4,)),
    "4": ((0, 1), (2,), (3,), (4,)),
    "5": ((0,), (1,), (2,), (3,), (4,)),
}


def parse_stage(text: str) -> int | None:
    """Stage number 0..4 of ``F0``..``F4``, case and blanks ignored; ``None`` for an empty field.

    Raises:
        ValueError: ``text`` is neither empty nor one of the five stages.
    """
    name = text.strip().upper()
    if not name:
        return None
    if name not in STAGES:
        raise ValueError(f"stage {text!r} is not one of {', '.join(STAGES)} or empty")
    return STAGES.index(name)


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """Ordered classes made of neighbouring stages, e.g. the paper's F0-F1 | F2-F3 | F4."""

    groups: tuple[tuple[int, ...], ...]
    """Stage numbers of each class, mildest first; together they cover 0..4 once."""

    def __post_init__(self) -> None:
        flat = [stage for group in self.groups for stage in group]
        if len(self.groups) < 2 or flat != list(range(len(STAGES))):
            raise ConfigError(
                f"class grouping {self.name!r} does not cover F0..F4 once, in order, in two classes or more",
                "use 2, 3, 4, 5 or a form such as F0-F1/F2-F3/F4",
            )

    @classmethod
    def parse(cls, text: str) -> "Grouping":
        """A grouping from ``2``, ``3``, ``4``, ``5`` or a free form such as ``F0-F1/F2-F3/F4``.

        Raises:
            ConfigError: the text is of neither form.
        """
        if text.strip() in _NAMED:
            return cls(groups=_NAMED[text.strip()])
        groups: list[tuple[int, ...]] = []
        for part in text.upper().split("/"):
            match = re.fullmatch(r"\s*F([0-4])\s*(?:-\s*F?([0-4])\s*)?", part)
            first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
            if first > last:
                raise ConfigError(
                    f"class grouping {text!r}: {part!r} is not a stage or a range of stages",
                    "use 2, 3, 4, 5 or a form such as F0-F1/F2-F3/F4",
                )
            groups.append(tuple(range(first, last + 1)))
        return cls(groups=tuple(groups))

    @property
    def name(self) -> str:
        """The free form, e.g. ``F0-F1/F2-F3/F4``."""
        return "/".join(f"F{g[0]}-F{g[-1]}" if len(g) > 1 else f"F{g[0]}" for g in self.groups if g)

    @property
    def class_names(self) -> tuple[str, ...]:
        """One label a class as the paper writes it, e.g. ``('F0/F1', 'F2/F3', 'F4')``."""
        return tuple("/".join(STAGES[s] for s in group) for group in self.groups)

    def __len__(self) -> int:
        """The number of classes K."""
        return len(self.groups)

    def class_of(self, stage: int) -> int:
        """The class index of a stage number 0..4."""
        return next(k for k, group in enumerate(self.groups) if stage in group)

    def classes_at_or_above(self, stage: int) -> tuple[int, ...] | None:
        """The classes that make up P(>= F``stage``); ``None`` where a class straddles the cut-off."""
        if any(group[0] < stage <= group[-1] for group in self.groups):
            return None
        return tuple(k for k, group in enumerate(self.groups) if group[0] >= stage)

    def cutoffs(self) -> tuple[int, ...]:
        """The stage numbers k in 1..4 whose cut-off >= Fk the classes can express."""
        return tuple(k for k in range(1, len(STAGES)) if self.classes_at_or_above(k) is not None)


def cutoff_name(cutoff: str) -> str:
    """A cut-off as the field writes it: ``≥F2``, and ``F4`` for the last."""
    return cutoff if cutoff == STAGES[-1] else f"≥{cutoff}"


def probability_at_or_above(probabilities: Sequence[float], grouping: Grouping, stage: int) -> float | None:
    """P(>= F``stage``) from class probabilities of length K; ``None`` where a class straddles it."""
    classes = grouping.classes_at_or_above(stage)
    return None if classes is None else float(sum(probabilities[k] for k in classes))
