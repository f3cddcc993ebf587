"""The numbers of an audit as rows of a table."""

from collections.abc import Iterator, Mapping
from typing import Any

_TITLES = {
    "auc": "AUC",
    "p": "p, by permutation",
    "chance": "AUC that chance reaches in 99 of 100 deals",
    "question": "told best",
    "part": "by",
    "across_patients": "groups across patients",
    "across_classes": "groups across classes",
    "leaked": "tested images with a copy learnt from",
    "tested": "images tested",
    "inside": "share of the answer inside the liver",
    "area": "share of the sector that is liver",
    "excess": "difference of both",
}
_APART = {"rule", "note", "auc_by_part"}
"""Shown in words or in a table of their own."""


def facts(numbers: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Titles with a Measure, or a text; lists, which are drawn or stand in the JSON file, are left out."""
    return list(_rows({key: value for key, value in numbers.items() if key not in _APART}, ""))


def parts(numbers: Mapping[str, Any]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The AUC of every part of the input: what was asked, and a row of values a part; empty without any."""
    by_part = numbers.get("auc_by_part")
    if not isinstance(by_part, Mapping) or not all(isinstance(value, Mapping) for value in by_part.values()):
        return [], []
    asked = list(dict.fromkeys(str(question) for found in by_part.values() for question in found))
    rows = [(str(part), [_text(found.get(name), 2) for name in asked]) for part, found in by_part.items()]
    return asked, rows


def _rows(numbers: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for key, value in numbers.items():
        title = f"{before}{_TITLES.get(str(key), str(key).replace('_', ' '))}"
        if isinstance(value, Mapping) and "value" in value:
            yield title, value if value["value"] is not None else {"reason": "not known", **value}
        elif isinstance(value, Mapping):
            yield from _rows(value, f"{title}, ")
        elif not isinstance(value, list | tuple):
            yield title, _text(value)


def _text(value: object, digits: int = 3) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.{digits}f}".replace("-", "−")
    return str(value)
