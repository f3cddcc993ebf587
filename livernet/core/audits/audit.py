"""What one audit says of a cohort or of a run."""

from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["passed", "caution", "failed", "not run"]


@dataclass(frozen=True, kw_only=True)
class Audit:
    """One question that was put to the data, and the answer."""

    name: str
    """``shuffled``, ``outside``, ``source``, ``duplicates``, ``attribution`` or ``masks``."""
    title: str
    """Two or three words."""
    question: str
    """What it asks, one plain sentence."""
    state: State
    """How it ended."""
    verdict: str
    """One plain sentence with the number, or why it was not run."""
    numbers: dict[str, Any] = field(default_factory=dict)
    """JSON values behind the verdict; what pages draw."""

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "name": self.name,
            "title": self.title,
            "question": self.question,
            "state": self.state,
            "verdict": self.verdict,
            "numbers": self.numbers,
        }


_ASKED = {
    "shuffled": (
        "Shuffled stages",
        "Do stages that were dealt to the patients at random look as if they could be predicted?",
    ),
    "outside": (
        "Outside the liver",
        "Can the stage be told from the texture of the picture outside the liver?",
    ),
    "source": (
        "Border and source",
        "Can the stage be told from where a picture comes from: scanner, site, file, shape of the sector?",
    ),
    "duplicates": (
        "Duplicates",
        "Is a picture, or a copy of it, both learnt from and tested, or filed under two classes?",
    ),
    "attribution": (
        "Attribution",
        "Do the networks look at the liver when they name a stage?",
    ),
    "masks": (
        "Masks and answers",
        "Are the answers better where the liver is outlined better?",
    ),
}  # fmt: skip
NAMES = tuple(_ASKED)


def found(name: str, state: State, verdict: str, numbers: dict[str, Any] | None = None) -> Audit:
    """The audit of that name with its standing title and question."""
    title, question = _ASKED[name]
    return Audit(
        name=name, title=title, question=question, state=state, verdict=verdict, numbers=numbers or {}
    )


def not_run(name: str, reason: str) -> Audit:
    """An audit that could not be made; ``reason`` is a sentence."""
    return found(name, "not run", reason)
