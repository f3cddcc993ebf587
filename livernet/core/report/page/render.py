"""Turns the document and its pictures into one HTML page that loads nothing from elsewhere."""

import base64
import hashlib
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from livernet.core.report.duplicates import PICTURES, SHOWN
from livernet.core.report.page.facts import facts, parts
from livernet.core.report.page.sections import numbered, sections
from livernet.core.stages import cutoff_name

_SHADES = 8
"""Steps of the colour of a confusion cell, classes s0..s8 of the style sheet."""
_STYLES = ("style", "parts", "cases", "words", "print")
"""The style sheets, in their order."""


def render(document: dict[str, Any], pictures: dict[str, Any]) -> str:
    """The page; every value is escaped, and its policy allows its own style and sorting alone."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (percent, number, shade, duration, several, cutoff_name)
    filters = (*words, numbered, first_value, methods, table_methods, facts, parts)
    environment.filters |= {one.__name__: one for one in filters}
    environment.globals |= {"sections": sections, "letters": string.ascii_lowercase}
    environment.globals |= {"shown_groups": SHOWN, "shown_pictures": PICTURES}
    style = "".join(environment.get_template(f"{name}.css.j2").render() for name in _STYLES)
    script = environment.get_template("sort.js.j2").render()
    # Style and script are files of this package and hold nothing a user wrote.
    return environment.get_template("template.html.j2").render(
        doc=document,
        pictures=pictures,
        style=Markup(style),  # noqa: S704 - see above
        script=Markup(script),  # noqa: S704 - see above
        style_hash=_digest(style),
        script_hash=_digest(script),
    )


def percent(value: float | None, digits: int = 0) -> str:
    """A fraction in percent, without the sign; a dash where there is none."""
    return number(None if value is None else 100 * value, digits)


def number(value: float | None, digits: int = 2) -> str:
    """A number with fixed digits; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return (text[1:] if text.startswith("-") and not float(text) else text).replace("-", "−")


def shade(count: int, total: int) -> int:
    """The step 0..8 of a confusion cell's colour, by its share of the row."""
    return 0 if total == 0 else round(_SHADES * count / total)


def first_value(mapping: dict[str, Any]) -> Any:
    """The value that was put in first, e.g. the first model of a run."""
    return next(iter(mapping.values()))


def duration(seconds: float | None) -> str:
    """Seconds as a person says them."""
    if seconds is None:
        return "not recorded"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def several(count: int, word: str, plural: str | None = None) -> str:
    """A count with its word, e.g. ``1 image`` and ``2 images``."""
    return f"{count:,} {word if count == 1 else plural or word + 's'}".replace(",", "\u202f")


def methods(tree: object) -> list[str]:
    """How the intervals in a part of the document were made, each once, for footnotes."""
    return list(dict.fromkeys(_methods(tree)))


def table_methods(model: Mapping[str, Any]) -> list[str]:
    """The methods behind the table of measures, patients first."""
    apart = {"operating", "calibration", "decision", "exploratory"}
    units = (model["patients"], model["images"])
    return methods([[value for key, value in unit.items() if key not in apart] for unit in units])


def _methods(tree: object) -> Iterator[str]:
    if isinstance(tree, Mapping):
        if isinstance(tree.get("method"), str) and "value" in tree:
            yield tree["method"]
        for value in tree.values():
            yield from _methods(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _methods(value)


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
