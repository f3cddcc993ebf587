"""What a run over a folder will do, checked as a whole before anything is decoded or written."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from livernet.core.data.dicom import read_patient_id
from livernet.core.errors import FaultsError, OutputError
from livernet.core.preprocess.labels import Label, compare, read_labels
from livernet.core.preprocess.pseudonyms import Pseudonyms, random_key, read_key
from livernet.core.preprocess.record import digest
from livernet.core.preprocess.sources import LABELS, MASKS, MASKS_B, Source, find_masks, find_sources


@dataclass(frozen=True, kw_only=True)
class Places:
    """The files and folders of a run, as the user named them."""

    raw: Path
    """Folder of raw pictures."""
    out: Path
    """Folder of the cohort."""
    labels: Path | None = None
    """Label table; ``None`` takes RAW/labels.csv where there is one."""
    masks: Path | None = None
    """Folder of masks; ``None`` takes RAW/masks where there is one."""
    key: Path | None = None
    """Key file; ``None`` makes a key and forgets it."""
    quarantine_map: Path | None = None
    """Map from token to file; ``None`` writes it beside RAW."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One picture to prepare."""

    source: Source
    """The file; its name carries patient data."""
    stem: str
    """Name in the cohort, without folder and suffix."""
    patient: str
    """Pseudonym."""
    token: str
    """Stands for the file in the list of quarantined pictures."""
    site: str
    """Code of the hospital; empty where unknown."""
    label: Label | None
    """What the table says; its patient and site carry patient data."""
    mask: Path | None
    """First annotator's mask."""
    mask_b: Path | None
    """Second annotator's mask."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A checked run."""

    places: Places
    """With every default filled in."""
    items: tuple[Item, ...]
    """In the order of the file names."""
    inputs: str
    """Digest of all input files."""
    key_check: str | None
    """Tells whether a later run has the same key; ``None`` when the key is forgotten."""
    map_file: Path
    """Where the map from token to file goes if anything is quarantined."""
    notes: tuple[str, ...]
    """What the user should know before trusting the cohort."""


def make_plan(places: Places) -> Plan:
    """Find pictures, labels and masks, and check them together.

    Raises:
        DataError: the folder, the table or the key cannot be read.
        FaultsError: table, masks and pictures contradict each other; all faults at once.
        OutputError: the output lies where it may not.
    """
    map_file = _check_places(places)
    places = _with_defaults(places)
    masks_b = places.raw / MASKS_B
    apart = (places.out, map_file, *(p for p in (places.labels, places.masks, places.key) if p), masks_b)
    sources = find_sources(places.raw, apart)
    faults: list[str] = []
    labels: dict[str, Label] = {}
    notes: list[str] = []
    if places.labels is not None:
        table = read_labels(places.labels)
        labels = table.by_name
        faults += [*table.faults, *compare(labels, [source.name for source in sources], places.labels.name)]
        notes += [f"columns not kept: {', '.join(table.dropped)}"] if table.dropped else []
    first, wrong = find_masks(places.masks, sources)
    second, wrong_b = find_masks(masks_b if masks_b.is_dir() else None, sources)
    faults += wrong + wrong_b
    if faults:
        raise FaultsError(
            f"{places.raw}: {len(faults)} fault{'s' * (len(faults) > 1)} in labels and masks",
            faults,
            "mend the table or the folder, then run the same command again",
        )
    key = random_key() if places.key is None else read_key(places.key)
    pseudonyms = Pseudonyms(key)
    items = _items(sources, labels, (first, second), pseudonyms)
    extra = [(name, path) for masks in (first, second) for name, path in masks.items()]
    table_file = [(LABELS, places.labels)] if places.labels is not None else []
    return Plan(
        places=places,
        items=tuple(items),
        inputs=digest([*((s.name, s.path) for s in sources if not s.fault), *extra, *table_file]),
        key_check=None if places.key is None else pseudonyms.check(),
        map_file=map_file,
        notes=(*notes, *_warnings(places, items)),
    )


def _check_places(places: Places) -> Path:
    raw, out = places.raw.resolve(), places.out.resolve()
    if out == raw or raw.is_relative_to(out):
        raise OutputError(
            f"{places.out}: holds the raw pictures", "choose an OUT folder that does not contain RAW"
        )
    map_file = places.quarantine_map or raw.parent / f"{raw.name}-quarantine-map.csv"
    for name, file in (("--quarantine-map", map_file), ("--id-key", places.key)):
        if file is not None and file.resolve().is_relative_to(out):
            raise OutputError(
                f"{file}: lies in OUT, which must stay free of patient data", f"give {name} another folder"
            )
    return map_file


def _with_defaults(places: Places) -> Places:
    labels, masks = places.raw / LABELS, places.raw / MASKS
    return Places(
        raw=places.raw,
        out=places.out,
        labels=places.labels or (labels if labels.is_file() else None),
        masks=places.masks or (masks if masks.is_dir() else None),
        key=places.key,
        quarantine_map=places.quarantine_map,
    )


def _items(
    sources: list[Source],
    labels: dict[str, Label],
    masks: tuple[dict[str, Path], dict[str, Path]],
    pseudonyms: Pseudonyms,
) -> list[Item]:
    counts: Counter[str] = Counter()
    items: list[Item] = []
    for source in sources:
        label = labels.get(source.name)
        known = label.patient if label is not None else "" if source.fault else read_patient_id(source.path)
        # a file without a patient is a patient of its own; the mark keeps its name apart from every id
        patient = pseudonyms.patient(known or f"file\0{source.name}")
        counts[patient] += 1
        items.append(
            Item(
                source=source,
                stem=f"{patient}_{counts[patient]:02d}",
                patient=patient,
                token=pseudonyms.token(source.name),
                site=pseudonyms.site(label.site if label is not None else ""),
                label=label,
                mask=masks[0].get(source.name),
                mask_b=masks[1].get(source.name),
            )
        )
    return items


def _warnings(places: Places, items: list[Item]) -> list[str]:
    notes: list[str] = []
    if places.key is None:
        notes.append(
            "the key of the pseudonyms is forgotten: ids cannot be linked later; --id-key FILE keeps it"
        )
    if places.labels is None:
        notes.append("no labels: stages stay empty")
        if len({item.patient for item in items}) == len(items) > 1:
            notes.append("every file counts as a patient of its own: grouping is by duplicates only")
    return notes
