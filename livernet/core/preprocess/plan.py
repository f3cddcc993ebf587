"""What a run over a folder will do, checked as a whole before anything is decoded or written."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from livernet.core.data.manifest import MANIFEST
from livernet.core.errors import ConfigError, DataError, FaultsError, OutputError
from livernet.core.preprocess.assemble import read_map
from livernet.core.preprocess.decisions import read_decisions
from livernet.core.preprocess.labels import Label, compare, read_labels
from livernet.core.preprocess.pieces import Job
from livernet.core.preprocess.pseudonyms import Pseudonyms, random_key, read_key
from livernet.core.preprocess.record import RECORD
from livernet.core.preprocess.sources import LABELS, MASKS, MASKS_B, Source, find_masks, find_sources
from livernet.core.preprocess.verdicts import Decided, Verdicts, merge


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
    review: Path | None = None
    """Decisions saved from the review sheet; ``None`` where there are none."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One raw file."""

    source: Source
    """The file; its name carries patient data."""
    token: str
    """Stands for the file in the list of quarantined pictures."""
    site: str
    """Code of the hospital; empty where unknown."""
    label: Label | None
    """What the table says; its patient and site carry patient data."""
    job: Job
    """What a worker needs to know."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A checked run."""

    places: Places
    """With every default filled in."""
    items: tuple[Item, ...]
    """In the order of the file names."""
    pseudonyms: Pseudonyms
    """Under this run's key."""
    key_check: str | None
    """Tells whether a later run has the same key; ``None`` when the key is forgotten."""
    table_sha256: str
    """Of the label table; empty where there is none."""
    verdicts: Verdicts
    """What people decided on review sheets, earlier rounds included."""
    map_file: Path
    """Where the map from token to file goes if anything is quarantined."""
    notes: tuple[str, ...]
    """What the user should know before trusting the cohort."""


def make_plan(places: Places, earlier: Sequence[Decided] = ()) -> Plan:
    """Find pictures, labels, masks and decisions, and check them together.

    Args:
        places: as the user named them.
        earlier: decisions that the cohort in OUT was made by.

    Raises:
        ConfigError: a picture is to be let in, and no key tells its patient's pseudonym.
        DataError: the folder, a table or the key cannot be read.
        FaultsError: tables, masks and pictures contradict each other; all faults at once.
        OutputError: the output lies where it may not.
    """
    places = _with_defaults(places)
    map_file = check_places(places)
    masks_b = places.raw / MASKS_B
    named = (places.labels, places.masks, places.key, places.review)
    sources = find_sources(places.raw, (places.out, map_file, masks_b, *(p for p in named if p)))
    verdicts = merge(earlier, None if places.review is None else read_decisions(places.review))
    if places.key is None and verdicts.admitted:
        raise ConfigError(
            f"{places.review}: lets a picture in, but without the key of the ids none can tell whose it is",
            "make the cohort with --id-key FILE, and give the same key again together with --apply-review",
        )
    faults: list[str] = []
    labels: dict[str, Label] = {}
    notes: list[str] = []
    table_sha256 = ""
    if places.labels is not None:
        table = read_labels(places.labels)
        labels, table_sha256 = table.by_name, table.sha256
        faults += [*table.faults, *compare(labels, {s.name: s.fault for s in sources}, places.labels.name)]
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
    pseudonyms = Pseudonyms(
        random_key() if places.key is None else read_key(places.key), kept=places.key is not None
    )
    return Plan(
        places=places,
        items=tuple(_items(sources, labels, {MASKS: first, MASKS_B: second}, pseudonyms, verdicts)),
        pseudonyms=pseudonyms,
        key_check=None if places.key is None else pseudonyms.check(),
        table_sha256=table_sha256,
        verdicts=verdicts,
        map_file=map_file,
        notes=(*notes, *_warnings(places)),
    )


def check_places(places: Places) -> Path:
    """Where the quarantine's map goes, after making sure that no output lies where it would do harm.

    Raises:
        DataError: RAW is a cohort already.
        OutputError: OUT holds RAW or its masks, a file with patient data lies in OUT, or the map is no map.
    """
    raw, out = places.raw.resolve(), places.out.resolve()
    if (raw / MANIFEST).is_file() and (raw / RECORD).is_file():
        raise DataError(f"{places.raw}: is a cohort already", "train on it: livernet cv COHORT")
    if out == raw or raw.is_relative_to(out) or out in {raw / MASKS, raw / MASKS_B}:
        raise OutputError(
            f"{places.out}: holds the raw pictures or masks", "choose an OUT folder that does not contain RAW"
        )
    map_file = places.quarantine_map or raw.parent / f"{raw.name}-quarantine-map.csv"
    named = {"--quarantine-map": map_file, "--id-key": places.key, "--apply-review": places.review}
    for name, file in {**named, "--labels": places.labels}.items():
        if file is not None and Path(os.path.realpath(file)).is_relative_to(out):
            raise OutputError(
                f"{file}: lies in OUT, which must stay free of patient data", f"give {name} another folder"
            )
    read_map(map_file)
    return map_file


def _with_defaults(places: Places) -> Places:
    labels, masks = places.raw / LABELS, places.raw / MASKS
    return replace(
        places,
        labels=places.labels or (labels if labels.is_file() else None),
        masks=places.masks or (masks if masks.is_dir() else None),
    )


def _items(
    sources: list[Source],
    labels: dict[str, Label],
    masks: dict[str, dict[str, Path]],
    pseudonyms: Pseudonyms,
    verdicts: Verdicts,
) -> list[Item]:
    items: list[Item] = []
    for source in sources:
        label = labels.get(source.name)
        token = pseudonyms.token(source.name)
        job = Job(
            path=source.path,
            masks={part: found[source.name] for part, found in masks.items() if source.name in found},
            fault=source.fault,
            admitted=frozenset(
                one.removeprefix(token) for one in verdicts.admitted if one.partition("_")[0] == token
            ),
            ask_patient=label is None,
        )
        site = pseudonyms.site(label.site if label is not None else "")
        items.append(Item(source=source, token=token, site=site, label=label, job=job))
    return items


def _warnings(places: Places) -> list[str]:
    notes: list[str] = []
    if places.key is None:
        notes.append(
            "the key of the pseudonyms is forgotten: ids cannot be linked later; --id-key FILE keeps it"
        )
    if places.labels is None:
        notes.append("no labels: stages stay empty")
    return notes
