"""``manifest.csv``: one row an image of a cohort, read and checked as a whole, all faults at once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from livernet.core.data.table import read_table
from livernet.core.errors import DataError, FaultsError
from livernet.core.files import write_csv
from livernet.core.stages import STAGES, parse_stage

MANIFEST = "manifest.csv"
COLUMNS = ("image", "patient", "stage", "mask", "mask_b", "site", "scanner", "view")
GROUP = "duplicate_group"
"""Optional column: equal and nearly equal pictures carry the same whole number."""
EXTRAS = ("age", "sex", "bmi", "etiology", "biopsy_interval_days")
"""Whitelisted columns for the cohort table; any other column is dropped."""
NUMBERS = {"age": (0, 120), "bmi": (5, 100), "biopsy_interval_days": (-3650, 3650)}
"""Plausible bounds: years, kg/m², days between scan and biopsy, either one first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One image of the cohort."""

    image: str
    """Path relative to the manifest, with forward slashes."""
    patient: str
    """Pseudonym."""
    stage: int | None = None
    """Stage F0..F4 as 0..4; ``None`` where unknown."""
    mask: str = ""
    """Liver mask, relative to the manifest; empty where there is none."""
    mask_b: str = ""
    """The second annotator's mask; empty where there is none."""
    site: str = ""
    """Hospital or centre."""
    scanner: str = ""
    """Maker or model of the scanner."""
    view: str = ""
    """Scan plane."""
    duplicate_group: int | None = None
    """Number of the group of pictures that this one is a copy of; ``None`` where it has no copy."""
    extras: Mapping[str, str] = field(default_factory=dict)
    """Whitelisted numbers and categories, by column."""


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """A folder of prepared pictures with its validated manifest."""

    folder: Path
    """Where the manifest lies; paths of the rows are relative to it."""
    rows: tuple[Row, ...]
    """In the order of the file."""
    sha256: str
    """Of the manifest's bytes; identifies the cohort."""

    @property
    def patients(self) -> tuple[str, ...]:
        """The distinct pseudonyms, in order of first appearance."""
        return tuple(dict.fromkeys(row.patient for row in self.rows))

    @property
    def is_phantom(self) -> bool:
        """Whether every image is one of a phantom: such numbers must never pass for real ones."""
        return self.phantoms == len(self.rows)

    @property
    def phantoms(self) -> int:
        """Images whose site, scanner or view is called a phantom."""
        return sum("phantom" in f"{row.site} {row.scanner} {row.view}".lower() for row in self.rows)

    def facts(self) -> dict[str, object]:
        """What run.json records of the cohort."""
        stages = Counter("" if row.stage is None else STAGES[row.stage] for row in self.rows)
        return {
            "path": str(self.folder),
            "sha256": self.sha256,
            "images": len(self.rows),
            "patients": len(self.patients),
            "masks": sum(bool(row.mask) for row in self.rows),
            "stages": dict(sorted(stages.items())),
            "phantom": self.is_phantom,
        }


def find_cohort(argument: Path | None) -> Path:
    """The cohort folder named, else ``./out``, else ``.`` where it holds a manifest.

    Raises:
        DataError: no manifest is there.
    """
    for folder in (argument,) if argument is not None else (Path("out"), Path()):
        if folder.name == MANIFEST and folder.is_file():
            return folder.parent
        if (folder / MANIFEST).is_file():
            return folder
    where = f"{argument}" if argument is not None else "./out and the current folder"
    raise DataError(f"{where}: no {MANIFEST}", "make a cohort first: livernet preprocess RAW out/")


def load_manifest(folder: Path) -> Cohort:
    """Read and check the manifest of a cohort folder.

    Raises:
        DataError: the file cannot be read or is no CSV with the expected header.
        FaultsError: rows are wrong; every fault is listed by row.
    """
    file = folder / MANIFEST
    hint = "make the cohort with 'livernet preprocess RAW OUT', or mend the file"
    table = read_table(file, ("image", "patient", "stage"), hint)
    if not table.rows:
        raise DataError(f"{file}: has no rows", hint)
    faults = list(table.faults)
    rows = [_row(number, values, folder, faults) for number, values in table.rows]
    faults += _contradictions(zip((number for number, _ in table.rows), rows, strict=True))
    if faults:
        raise FaultsError(f"{file}: {len(faults)} fault{'s' * (len(faults) > 1)}", faults, hint)
    return Cohort(folder=folder, rows=tuple(rows), sha256=table.sha256)


def number_fault(column: str, text: str) -> str:
    """What is wrong with a cell of a column of numbers; empty where nothing is, and for other columns."""
    if column not in NUMBERS or not text:
        return ""
    low, high = NUMBERS[column]
    try:
        fine = low <= float(text) <= high
    except ValueError:
        fine = False
    return "" if fine else f"{column} {text!r} is not a number between {low} and {high}"


def write_manifest(folder: Path, rows: Iterable[Row]) -> Path:
    """Write the manifest of a cohort folder and return its path."""
    rows = list(rows)
    extras = [name for name in EXTRAS if any(name in row.extras for row in rows)]
    grouped = any(row.duplicate_group is not None for row in rows)
    lines = [
        (
            *(row.image, row.patient, "" if row.stage is None else STAGES[row.stage], row.mask, row.mask_b),
            *(row.site, row.scanner, row.view),
            *([] if not grouped else ["" if row.duplicate_group is None else str(row.duplicate_group)]),
            *(row.extras.get(name, "") for name in extras),
        )
        for row in rows
    ]
    write_csv(folder / MANIFEST, (*COLUMNS, *([GROUP] if grouped else []), *extras), lines)
    return folder / MANIFEST


def _row(number: int, cells: Mapping[str, str], folder: Path, faults: list[str]) -> Row:
    values = {column: cell.strip() for column, cell in cells.items()}
    stage = None
    try:
        stage = parse_stage(values["stage"])
    except ValueError as error:
        faults.append(f"row {number}: {error}")
    if not values["patient"]:
        faults.append(f"row {number}: patient is empty")
    group = values.get(GROUP, "")
    if group and not (group.isascii() and group.isdigit()):
        faults.append(f"row {number}: {GROUP} {group!r} is not a whole number")
        group = ""
    wrong = (number_fault(name, values.get(name, "")) for name in EXTRAS)
    faults += [f"row {number}: {fault}" for fault in wrong if fault]
    for column in ("image", "mask", "mask_b"):
        path = values.get(column, "")
        if column == "image" and not path:
            faults.append(f"row {number}: image is empty")
        elif path and (PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts):
            faults.append(f"row {number}: {column} {path!r} leaves the cohort's folder")
        elif path and not (folder / path).is_file():
            faults.append(f"row {number}: {column} {path!r} does not exist")
    return Row(
        stage=stage,
        duplicate_group=int(group) if group else None,
        extras={name: values[name] for name in EXTRAS if values.get(name)},
        **{column: values.get(column, "") for column in COLUMNS if column != "stage"},
    )


def _contradictions(rows: Iterable[tuple[int, Row]]) -> list[str]:
    faults: list[str] = []
    images: set[str] = set()
    stages: dict[str, int] = {}
    for number, row in rows:
        if row.image and row.image in images:
            faults.append(f"row {number}: image {row.image!r} is listed twice")
        images.add(row.image)
        if row.stage is not None and stages.setdefault(row.patient, row.stage) != row.stage:
            faults.append(
                f"row {number}: patient {row.patient!r} has stage {STAGES[row.stage]} here "
                f"and {STAGES[stages[row.patient]]} above"
            )
    return faults
