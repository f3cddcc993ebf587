"""What a split must keep together: all images of a patient and of its duplicates, or copies of one image."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.manifest import Row


@dataclass(frozen=True, kw_only=True)
class Unit:
    """Rows that are dealt to a fold as one."""

    rows: tuple[int, ...]
    """Indices into the manifest, ascending."""
    stage: int | None
    """The commonest stage of its rows, of equally common ones the highest; ``None`` where all are unknown."""


def patient_units(rows: Sequence[Row], together: Sequence[DuplicateGroup] = ()) -> tuple[Unit, ...]:
    """One unit a patient; patients joined by a duplicate group are one unit."""
    keys = [row.patient for row in rows]
    return _join(rows, keys, together)


def image_units(rows: Sequence[Row], together: Sequence[DuplicateGroup] = ()) -> tuple[Unit, ...]:
    """One unit an image; the copies in a duplicate group are one unit."""
    return _join(rows, [row.image for row in rows], together)


def _join(rows: Sequence[Row], keys: Sequence[str], together: Sequence[DuplicateGroup]) -> tuple[Unit, ...]:
    leader = {key: key for key in keys}

    def find(key: str) -> str:
        while leader[key] != key:
            key = leader[key]
        return key

    for group in together:
        first = find(keys[group.rows[0]])
        for index in group.rows[1:]:
            leader[find(keys[index])] = first
    members: dict[str, list[int]] = {}
    for index, key in enumerate(keys):
        members.setdefault(find(key), []).append(index)
    return tuple(
        Unit(rows=tuple(indices), stage=_stage(rows[i].stage for i in indices))
        for indices in members.values()
    )


def _stage(stages: Iterable[int | None]) -> int | None:
    counts = Counter(stage for stage in stages if stage is not None)
    return max(counts, key=lambda stage: (counts[stage], stage), default=None)
