"""Turns the document and its pictures into one HTML page that loads nothing from elsewhere."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_SHADES = 8
"""Steps of the colour of a confusion cell, classes s0..s8 of the style sheet."""


def render(document: dict[str, Any], pictures: dict[str, Any]) -> str:
    """The page; every value is escaped, and its policy allows no script, no request and no foreign style."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "number": number, "shade": shade, "duration": duration}
    environment.filters["first_value"] = first_value
    css = environment.get_template("style.css.j2").render()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    template = environment.get_template("template.html.j2")
    # The style sheet is a file of this package and holds nothing a user wrote.
    return template.render(
        doc=document,
        pictures=pictures,
        css=Markup(css),  # noqa: S704 - see above
        css_hash=digest,
    )


def percent(value: float | None, digits: int = 0) -> str:
    """A fraction in percent, without the sign; a dash where there is none."""
    return "–" if value is None else f"{100 * value:.{digits}f}"


def number(value: float | None, digits: int = 2) -> str:
    """A number with fixed digits; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


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
