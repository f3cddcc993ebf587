"""``labels.csv``: patient, stage and a few categories of each raw picture; all faults at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from livernet.core.data.manifest import EXTRAS, NUMBERS, number_fault
from livernet.core.data.table import read_table
from livernet.core.files import FORMULA_STARTS
from livernet.core.preprocess.cohort.pseudonyms import plain_id
from livernet.core.preprocess.cohort.sources import Source, relative_name
from livernet.core.stages import STAGES, parse_stage

_CATEGORIES = ("site", "scanner", "view")
_OLDEST = 90
_LONGEST = 48
_LEAST_ID = 4
_SEXES = {"f": "F", "m": "M", "o": "O", "female": "F", "male": "M", "other": "O"}
_FEW = 12
_NUMBER_OR_DATE = re.compile(
    r"\d{5}"
    r"|\d(?:[\s./-]?\d){5}"
    r"|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}"
    r"|\d{1,2}\s?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
)
"""Five digits in a row, six with separators, or a date; in any script's digits."""
_HINT = "name the columns in the first line, with commas between: file,patient,stage[,site,scanner,view]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """What the table says of one picture; carries patient data."""

    patient: str
    """The hospital's id; empty where only a folder's name tells the stage."""
    stage: int | None
    """METAVIR stage 0..4; ``None`` where the field is empty."""
    site: str = ""
    """Hospital."""
    scanner: str = ""
    """Maker or model."""
    view: str = ""
    """Scan plane."""
    extras: Mapping[str, str] = field(default_factory=dict)
    """Whitelisted columns of the manifest."""


@dataclass(frozen=True, kw_only=True)
class Labels:
    """A label table that could be read."""

    by_name: dict[str, Label]
    """By relative path."""
    faults: tuple[str, ...]
    """One line for each wrong row."""
    dropped: tuple[str, ...]
    """Columns that the manifest does not keep."""
    sha256: str
    """Of the file's bytes."""


def read_labels(path: Path) -> Labels:
    """Read a label table; wrong rows become faults.

    Raises:
        DataError: as :func:`livernet.core.data.table.read_table`.
    """
    table = read_table(path, ("file", "patient", "stage"), _HINT)
    known_ids = {plain_id(cells["patient"]).casefold() for _, cells in table.rows}
    personal = _personal(known_ids)
    by_name: dict[str, Label] = {}
    faults = [f"{path.name} {fault}" for fault in table.faults]
    for number, cells in table.rows:
        values = {column: cell.strip() for column, cell in cells.items()}
        name = relative_name(values["file"])
        label, wrong = _label(values)
        wrong += [
            f"{column} {values[column]!r} looks like a number, date or id of a person, and would be written"
            for column in (*_CATEGORIES, *EXTRAS)
            if column != "site" and column not in NUMBERS and personal(values.get(column, ""))
        ]
        if not name:
            wrong.append("file is empty")
        elif name in by_name:
            wrong.append(f"{name!r} is listed twice")
        faults += [f"{path.name} row {number}: {fault}" for fault in wrong]
        by_name.setdefault(name, label)
    by_name.pop("", None)
    kept = {"file", "patient", "stage", *_CATEGORIES, *EXTRAS}
    return Labels(
        by_name=by_name,
        faults=(*faults, *_two_stages(path.name, by_name), *_no_categories(path.name, by_name)),
        dropped=tuple(name for name in table.columns if name and name not in kept),
        sha256=table.sha256,
    )


def folder_labels(sources: Sequence[Source]) -> dict[str, Label]:
    """Labels by name of the pictures in folders F0 to F4 of the raw folder: stages without patients."""
    folders = ((source.name, PurePosixPath(source.name).parts) for source in sources)
    return {
        name: Label(patient="", stage=STAGES.index(parts[0]))
        for name, parts in folders
        if len(parts) > 1 and parts[0] in STAGES
    }


def compare(labels: Mapping[str, Label], names: Mapping[str, str], table: str) -> list[str]:
    """Faults between table and folder: labels without a file, files without a label.

    Args:
        labels: by name.
        names: of the files, to why each may not be opened; such a file needs no label.
        table: name of the table.
    """
    missing = [
        f"{table}: {name!r} is labelled but is not in the folder" for name in labels if name not in names
    ]
    return missing + [
        f"{name}: not in {table}; add a row, with an empty stage if it is not known"
        for name, fault in names.items()
        if name not in labels and not fault
    ]


def _label(values: Mapping[str, str]) -> tuple[Label, list[str]]:
    faults: list[str] = []
    stage = None
    try:
        stage = parse_stage(values.get("stage", ""))
    except ValueError as error:
        faults.append(str(error))
    if not values.get("patient"):
        faults.append("patient is empty")
    extras: dict[str, str] = {}
    for name in EXTRAS:
        if values.get(name):
            text, fault = _extra(name, values[name])
            extras[name] = text
            faults += [fault] if fault else []
    plain = {name: _plain(values.get(name, "")) for name in _CATEGORIES}
    return Label(patient=values.get("patient", ""), stage=stage, extras=extras, **plain), faults


def _personal(ids: set[str]) -> Callable[[str], bool]:
    """Whether a category holds an id of the table, a long number or a date."""
    long_ids = {bare for bare in map(_bare, ids) if len(bare) >= _LEAST_ID}
    lengths = sorted({len(one) for one in long_ids})

    def holds(text: str) -> bool:
        plain = plain_id(text).casefold()
        bare = _bare(plain)
        # each part of the text is looked up: as many ids as rows, tried one by one, would take their square
        parts = (bare[at : at + size] for size in lengths for at in range(len(bare) - size + 1))
        return bool(_NUMBER_OR_DATE.search(plain)) or any(part in long_ids for part in parts)

    return holds


def _bare(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _extra(name: str, text: str) -> tuple[str, str]:
    """A number or a short category as it goes into the manifest, and the fault if it is neither."""
    if name == "sex":
        sex = _SEXES.get(text.casefold(), "")
        return sex, "" if sex else f"sex {text!r} is none of {', '.join(_SEXES)}"
    if name not in NUMBERS:
        return _plain(text), "" if len(text) <= _LONGEST else f"{name} is longer than {_LONGEST} characters"
    fault = number_fault(name, text)
    if fault:
        return "", fault
    value = float(text)
    # ages from 90 up are one group, as 45 CFR 164.514(b)(2)(i)(C) asks
    return (str(_OLDEST) if name == "age" and value >= _OLDEST else f"{value:g}"), ""


def _plain(text: str) -> str:
    """A category without control characters, and inert in a spreadsheet."""
    return "".join(c for c in text if c.isprintable()).lstrip("".join(FORMULA_STARTS) + " ")[:_LONGEST]


def _no_categories(table: str, by_name: Mapping[str, Label]) -> list[str]:
    """Columns that say something else of nearly every patient: no category, and perhaps a name."""
    patients = {plain_id(label.patient) for label in by_name.values()}
    faults: list[str] = []
    for column in ("scanner", "view", "etiology"):
        said = {
            label.extras.get(column, "") if column in EXTRAS else str(getattr(label, column))
            for label in by_name.values()
        } - {""}
        if len(said) > max(_FEW, len(patients) // 2):
            faults.append(
                f"{table}: {column} has {len(said)} values for {len(patients)} patients: it is no category,"
                " and would go into the cohort as it is"
            )
    return faults


def _two_stages(table: str, by_name: Mapping[str, Label]) -> list[str]:
    first: dict[str, tuple[str, int]] = {}
    faults: list[str] = []
    for name, label in by_name.items():
        if label.stage is None or not label.patient:
            continue
        known, stage = first.setdefault(plain_id(label.patient), (name, label.stage))
        if stage != label.stage:
            faults.append(
                f"{table}: patient {label.patient!r} has stage {STAGES[stage]} in {known!r} "
                f"and {STAGES[label.stage]} in {name!r}"
            )
    return faults
