"""Which files of a folder are pictures, and which mask belongs to which."""

import json
import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from livernet.core.data.images import sniff
from livernet.core.data.record import RECORD
from livernet.core.errors import DataError
from livernet.core.preprocess.cohort.record import KIND
from livernet.core.runs import RUN_FILE

LABELS = "labels.csv"
MASKS, MASKS_B = "masks", "masks_b"

_PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".dcm", ".dicom"}
_OTHERS = {
    *(
        ".csv",
        ".tsv",
        ".json",
        ".txt",
        ".md",
        ".html",
        ".htm",
        ".xml",
        ".xls",
        ".xlsx",
        ".doc",
        ".docx",
        ".pdf",
    ),
    *(".zip", ".gz", ".7z", ".db", ".ini", ".log", ".py", ".yml", ".yaml", ".toml", ".lnk", ".url"),
}
_OURS = {KIND, "cv", "train", "predict"}
"""What our own folders say of themselves."""
_OTHER_NAMES = {"dicomdir", "thumbs.db", "readme", "license", "desktop.ini"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One input file."""

    name: str
    """Path relative to the raw folder, forward slashes, Unicode NFC; carries patient data."""
    path: Path
    """Where it lies."""
    fault: str = ""
    """Why it may not even be opened; empty otherwise."""


def find_sources(raw: Path, leave_out: tuple[Path, ...]) -> list[Source]:
    """The pictures of a folder and its subfolders, sorted by name.

    Hidden files, tables, documents, cohorts and runs are passed over; links out of it are not followed.

    Args:
        raw: the folder.
        leave_out: files and folders to pass over: masks, labels, the output.

    Raises:
        DataError: the folder is absent, unreadable, no folder, or holds no picture.
    """
    hint = "name the folder with the exported pictures: livernet preprocess RAW OUT"
    if not raw.is_dir():
        what = "is a file, not a folder" if raw.exists() else "does not exist"
        raise DataError(f"{raw}: {what}", hint)
    try:
        found = list(_walk(raw, {_real(path) for path in leave_out}))
    except OSError as error:
        raise DataError(
            f"{error.filename or raw}: cannot be read ({error.strerror})", "check your access to it"
        ) from error
    if not found:
        raise DataError(f"{raw}: holds no picture (PNG, JPEG, TIFF, BMP or DICOM)", hint)
    return _told_apart(sorted(found, key=lambda source: (source.name, os.fsencode(source.path))))


def find_masks(folder: Path | None, sources: list[Source]) -> tuple[dict[str, Path], list[str]]:
    """The mask of each source name, by relative path and stem, and faults where that is ambiguous.

    Raises:
        DataError: the folder does not exist or cannot be read.
    """
    if folder is None:
        return {}, []
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder of masks", "check --masks")
    by_stem: dict[str, list[Path]] = defaultdict(list)
    try:
        for source in _walk(folder, set()):
            by_stem[_stem(source.name)].append(source.path)
    except OSError as error:
        raise DataError(
            f"{error.filename or folder}: cannot be read ({error.strerror})", "check your access to it"
        ) from error
    owners: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        owners[_stem(source.name)].append(source.name)
    masks: dict[str, Path] = {}
    faults: list[str] = []
    for stem, paths in sorted(by_stem.items()):
        names = owners.get(stem, [])
        if len(names) > 1 or (names and len(paths) > 1):
            faults.append(f"{folder.name}/{stem}: {len(paths)} masks for {len(names)} pictures of that name")
        elif names:
            masks[names[0]] = paths[0]
        else:
            faults.append(f"{folder.name}/{paths[0].name}: a mask without a picture of that name")
    return masks, faults


def relative_name(path: str) -> str:
    """A relative path with forward slashes in Unicode normal form C, as file names are compared."""
    return unicodedata.normalize("NFC", path.replace("\\", "/")).removeprefix("./")


def _told_apart(sources: list[Source]) -> list[Source]:
    """Unicode writes some names in two ways; the second file of a name cannot be told from the first."""
    seen: set[str] = set()
    apart: list[Source] = []
    for source in sources:
        if source.name in seen:
            fault = "another file has the same name, its letters composed otherwise"
            source = replace(source, name=f"{source.name}~{len(apart)}", fault=fault)  # noqa: PLW2901
        apart.append(source)
        seen.add(source.name)
    return apart


def _stem(name: str) -> str:
    return str(Path(name).with_suffix("")) if Path(name).suffix.lower() in _PICTURES else name


def _walk(raw: Path, leave_out: set[Path]) -> Iterator[Source]:
    root = _real(raw)

    def stop(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(raw, onerror=stop):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not _passed_over(here / name, leave_out))
        links = [name for name in folders if (here / name).is_symlink()]
        for file in sorted([*files, *links]):
            path = here / file
            if file.startswith(".") or _real(path) in leave_out:
                continue
            name = relative_name(path.relative_to(raw).as_posix())
            if path.is_symlink() and not _real(path).is_relative_to(root):
                yield Source(name=name, path=path, fault="a link that leads out of the folder")
            elif path.is_dir():
                yield Source(name=name, path=path, fault="a link to a folder, which is not followed")
            elif not path.is_file():
                yield Source(name=name, path=path, fault="a link to nothing, a pipe or a device, and no file")
            elif _meant_as_picture(path):
                yield Source(name=name, path=path)


def _passed_over(folder: Path, leave_out: set[Path]) -> bool:
    """Hidden folders, those to leave out, and what livernet itself wrote: cohorts and runs."""
    return folder.name.startswith(".") or _real(folder) in leave_out or _is_ours(folder)


def _is_ours(folder: Path) -> bool:
    for name in (RECORD, RUN_FILE):
        try:
            document = json.loads((folder / name).read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(document, dict) and document.get("kind") in _OURS:
            return True
    return False


def _real(path: Path) -> Path:
    # Path.resolve raises where links lead round in a circle
    return Path(os.path.realpath(path))


def _meant_as_picture(path: Path) -> bool:
    suffix = path.suffix.lower()
    if path.name.lower() in _OTHER_NAMES:
        return False
    if suffix in _PICTURES or suffix not in _OTHERS:
        return True
    try:
        with path.open("rb") as stream:
            return sniff(stream.read(132)) is not None
    except OSError:
        return True
