"""The numbers of an audit as rows of a table."""

from collections.abc import Iterator, Mapping
from typing import Any

_ABBREVIATIONS = {"auc": "AUC", "p": "permutation p", "n": "n", "iou": "IoU", "dice": "Dice"}


def facts(numbers: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Titles with a Measure, or a text; lists, which are drawn or stand in the JSON file, are left out."""
    return list(_rows(numbers, ""))


def _rows(numbers: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for key, value in numbers.items():
        title = f"{before}{_title(str(key))}"
        if isinstance(value, Mapping) and "value" in value:
            yield title, value if value["value"] is not None else {"reason": "not known", **value}
        elif isinstance(value, Mapping):
            yield from _rows(value, f"{title}, ")
        elif not isinstance(value, list | tuple):
            yield title, _text(value)


def _title(key: str) -> str:
    return " ".join(_ABBREVIATIONS.get(word, word) for word in key.split("_"))


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}".replace("-", "−")
    return str(value)
