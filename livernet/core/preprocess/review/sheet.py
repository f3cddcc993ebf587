"""One page of the review sheet: an HTML file that admits its own style and script and loads nothing else."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from livernet import __version__
from livernet.core.preprocess.review.decisions import DECISIONS, NOTE_LENGTH

_LONGEST = 80


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One check as the sheet shows it."""

    label: str
    """What was checked."""
    value: str
    """What came out."""
    look: bool
    """Whether that asks for a second look."""


@dataclass(frozen=True, kw_only=True)
class _Share:
    """A check whose value is a share, shown in percent."""

    label: str
    low: float = -1.0
    """Below this the picture wants a second look."""
    high: float = 2.0
    """Above this the picture wants a second look."""


_SHARES = {
    "confidence": _Share(label="confidence", low=0.6),
    "suspicion": _Share(label="suspicion", high=0.5),
    "leak": _Share(label="leak", high=0.02),
    "coverage": _Share(label="coverage", low=0.7),
    "edges": _Share(label="edges", low=0.4),
    "symmetry": _Share(label="symmetry"),
}
_SHOWN_APART = {"route", "note", "risk", "markers", "marker_pixels", "kinds", *_SHARES}
_ROUTES = {"pixels": "from pixels", "region": "from DICOM tag", "prepared": "was prepared already"}

MEANINGS = (
    ("risk", "How much a person's look is needed, 0 to 1. Orders the pictures, decides nothing."),
    (
        "sector",
        "Where its outline came from: a DICOM region tag, refined on the pixels, or the pixels alone.",
    ),
    ("confidence", "How well the outline fits the echoes."),
    ("suspicion", "How near the picture came to being refused for writing or colour."),
    ("leak", "Echoes outside the outline. They were cut off: anatomy may be missing."),
    (
        "coverage",
        "How much of the outline echoes fill. The rest is dark, by shadow or because it is no sector.",
    ),
    ("edges", "How far along both edges echoes end exactly there."),
    ("symmetry", "100 % where both edges open equally."),
    (
        "marks",
        "Calipers, dotted lines and the like, by kind. Painted over unless kept on purpose; m shows where.",
    ),
    ("let in", "A person let this picture in by name after the program had refused it."),
)
SHORTCUTS = (
    (("j", "→", "↓"), "next picture"),
    (("k", "←", "↑"), "previous picture"),
    (("a",), "accept, and on"),
    (("r",), "reject, and on"),
    (("u",), "undo the last decision"),
    (("n",), "next undecided picture"),
    (("e",), "write a note; Enter leaves it"),
    (("z",), "zoom to twice the size; Shift and arrows, or the mouse, move about"),
    (("m",), "show where marks were found"),
    (("s",), "save the decisions"),
    (("?",), "this list"),
)


def chips(
    checks: Mapping[str, Any], *, stage: str = "", view: str = "", admitted: bool = False
) -> list[Chip]:
    """The checks of a picture as short texts; those that ask for a second look are marked."""
    found = [Chip(label="let in", value="by a person", look=True)] if admitted else []
    if "route" in checks:
        route = str(checks["route"])
        found.append(Chip(label="sector", value=_ROUTES.get(route, route[:_LONGEST]), look=False))
    for key, share in _SHARES.items():
        value = checks.get(key)
        if isinstance(value, int | float):
            look = not share.low <= value <= share.high
            found.append(Chip(label=share.label, value=f"{100 * value:.0f} %", look=look))
    found += _marks(checks)
    if checks.get("note"):
        found.append(Chip(label="note", value=str(checks["note"])[:_LONGEST], look=True))
    for key, value in checks.items():
        if key not in _SHOWN_APART and isinstance(value, str | int | float) and value != "":
            found.append(Chip(label=key.replace("_", " "), value=_plain(value), look=False))
    given = (("stage", stage), ("view", view))
    return found + [Chip(label=label, value=text[:_LONGEST], look=False) for label, text in given if text]


def _marks(checks: Mapping[str, Any]) -> list[Chip]:
    kinds: Mapping[str, int] = checks.get("kinds") or {}
    if kinds:
        named = ", ".join(f"{count} {kind}{'s' * (count != 1)}" for kind, count in sorted(kinds.items()))
    else:
        named = str(checks.get("markers") or "")
    return [Chip(label="marks", value=named, look=True)] if named else []


def _plain(value: str | float) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value)[:_LONGEST]


def render_sheet(page: Mapping[str, Any], cards: Iterable[Mapping[str, Any]], data: Mapping[str, Any]) -> str:
    """The page; every value is escaped, and its policy allows this script and style, pictures, no request.

    Args:
        page: counts and names, as the template takes them.
        cards: in the order in which they are shown; gone through once.
        data: JSON values for the script.
    """
    environment = _environment()
    css, js = (environment.get_template(f"review.{kind}.j2").render() for kind in ("css", "js"))
    # Style and script are files of this package and hold nothing that a user or a picture wrote.
    return environment.get_template("review.html.j2").render(
        page,
        cards=cards,
        data=data,
        css=Markup(css),  # noqa: S704 - see above
        js=Markup(js),  # noqa: S704 - see above
        css_hash=_hash(css),
        js_hash=_hash(js),
        version=__version__,
        file=DECISIONS,
        note_length=NOTE_LENGTH,
        meanings=MEANINGS,
        shortcuts=SHORTCUTS,
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
