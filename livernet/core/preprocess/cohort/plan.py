"""What a run over a folder will do, checked as a whole before anything is decoded or written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from livernet.core.errors import ConfigError, FaultsError
from livernet.core.preprocess.cohort.labels import Label, Labels, compare, folder_labels, read_labels
from livernet.core.preprocess.cohort.pieces import Job
from livernet.core.preprocess.cohort.places import Places, check_places, with_defaults
from livernet.core.preprocess.cohort.pseudonyms import Pseudonyms, random_key, read_key
from livernet.core.preprocess.cohort.sources import MASKS, MASKS_B, Source, find_masks, find_sources
from livernet.core.preprocess.cohort.verdicts import Decided, Verdicts, merge
from livernet.core.preprocess.review.decisions import read_decisions
from livernet.core.stages import STAGES


@dataclass(frozen=True, kw_only=True, slots=True)
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
    places = with_defaults(places)
    map_file = check_places(places)
    named = (places.labels, places.masks, places.key, places.review)
    sources = find_sources(places.raw, (places.out, map_file, places.raw / MASKS_B, *(p for p in named if p)))
    verdicts = merge(earlier, None if places.review is None else read_decisions(places.review))
    if places.key is None and verdicts.admitted:
        raise ConfigError(
            f"{places.review}: lets a picture in, but without the key of the ids none can tell whose it is",
            "make the cohort with --id-key FILE, and give the same key again together with --apply-review",
        )
    labels, masks, notes = _read_tables(places, sources)
    staged = {} if labels is not None else folder_labels(sources)
    pseudonyms = Pseudonyms(
        random_key() if places.key is None else read_key(places.key), kept=places.key is not None
    )
    return Plan(
        places=places,
        items=tuple(
            _items(sources, staged if labels is None else labels.by_name, masks, pseudonyms, verdicts)
        ),
        pseudonyms=pseudonyms,
        key_check=None if places.key is None else pseudonyms.check(),
        table_sha256="" if labels is None else labels.sha256,
        verdicts=verdicts,
        map_file=map_file,
        notes=(*notes, *_warnings(places, staged)),
    )


def _read_tables(
    places: Places, sources: list[Source]
) -> tuple[Labels | None, dict[str, dict[str, Path]], list[str]]:
    """Labels, masks by part and name, and what to tell the user of them; all faults at once."""
    masks_b = places.raw / MASKS_B
    faults: list[str] = []
    notes: list[str] = []
    labels = None
    if places.labels is not None:
        labels = read_labels(places.labels)
        names = {source.name: source.fault for source in sources}
        faults += [*labels.faults, *compare(labels.by_name, names, places.labels.name)]
        notes += [f"columns not kept: {', '.join(labels.dropped)}"] if labels.dropped else []
    first, wrong = find_masks(places.masks, sources)
    second, wrong_b = find_masks(masks_b if masks_b.is_dir() else None, sources)
    faults += wrong + wrong_b
    if faults:
        raise FaultsError(
            f"{places.raw}: {len(faults)} fault{'s' * (len(faults) > 1)} in labels and masks",
            faults,
            "mend the table or the folder, then run the same command again",
        )
    return labels, {MASKS: first, MASKS_B: second}, notes


def _items(
    sources: list[Source],
    labels: Mapping[str, Label],
    masks: dict[str, dict[str, Path]],
    pseudonyms: Pseudonyms,
    verdicts: Verdicts,
) -> list[Item]:
    items: list[Item] = []
    none, frames = frozenset[str](), dict[str, frozenset[str]]()
    for admitted in verdicts.admitted:
        token, mark, frame = admitted.partition("_")
        frames[token] = frames.get(token, none) | {mark + frame}
    for source in sources:
        label = labels.get(source.name)
        token = pseudonyms.token(source.name)
        job = Job(
            path=source.path,
            masks={part: found[source.name] for part, found in masks.items() if source.name in found},
            fault=source.fault,
            admitted=frames.get(token, none),
            ask_patient=label is None or not label.patient,
        )
        site = pseudonyms.site(label.site if label is not None else "")
        items.append(Item(source=source, token=token, site=site, label=label, job=job))
    return items


def _warnings(places: Places, staged: Mapping[str, Label]) -> list[str]:
    notes: list[str] = []
    if places.key is None:
        notes.append(
            "the key of the pseudonyms is forgotten: ids cannot be linked later; --id-key FILE keeps it"
        )
    if staged:
        found = sorted({STAGES[label.stage] for label in staged.values() if label.stage is not None})
        notes.append(f"no labels.csv: the stage is the name of the folder ({', '.join(found)})")
    elif places.labels is None:
        notes.append("no labels: stages stay empty")
    return notes
