"""The same picture under two names: found by its pixels, and what that means for splitting a cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from livernet.core.data.manifest import Row
from livernet.core.errors import ConfigError, FaultsError
from livernet.core.stages import STAGES

Policy = Literal["stop", "group", "allow"]


@dataclass(frozen=True, kw_only=True)
class DuplicateGroup:
    """Rows of a cohort that show the same picture."""

    rows: tuple[int, ...]
    """Indices into the manifest, ascending, two or more."""
    kind: Literal["exact", "near", "manifest"] = "exact"
    """``exact`` means equal decoded pixels, ``near`` alike after alignment; ``manifest`` that only the manifest
    joins some of them."""
    score: float | None = None
    """The lowest correlation that joined a member, 1 for equal pixels; ``None`` where the manifest joins."""


def find_duplicates(hashes: Sequence[str]) -> tuple[DuplicateGroup, ...]:
    """Groups of rows whose prepared pictures have the same pixels, in manifest order.

    ``hashes`` holds one pixel hash a row, as :func:`livernet.core.data.loader.pixel_hash` makes them.
    """
    members: dict[str, list[int]] = {}
    for index, value in enumerate(hashes):
        members.setdefault(value, []).append(index)
    return tuple(DuplicateGroup(rows=tuple(rows)) for rows in members.values() if len(rows) > 1)


def settle_duplicates(
    groups: Sequence[DuplicateGroup], rows: Sequence[Row], policy: str
) -> tuple[DuplicateGroup, ...]:
    """The groups that a split must keep together under ``policy``; none with ``allow``.

    ``stop`` accepts copies within a patient and refuses a picture that sits under two patients: it would be
    trained on and tested on, or stand for two stages. ``group`` makes one patient of them.

    Raises:
        ConfigError: the policy is unknown.
        FaultsError: with ``stop``, a picture sits under several patients; every such group is listed.
    """
    if policy not in get_args(Policy):
        raise ConfigError(f"--duplicates {policy!r} is unknown", f"use {', '.join(get_args(Policy))}")
    if policy == "allow":
        return ()
    faults = [_describe(group, rows) for group in across_patients(groups, rows)]
    if faults and policy == "stop":
        raise FaultsError(
            f"the same picture sits under different patients ({len(faults)} "
            f"{'time' if len(faults) == 1 else 'times'})",
            faults,
            "mend the manifest, or use --duplicates group (one patient) or --duplicates allow (on record)",
        )
    return tuple(groups)


def across_patients(groups: Sequence[DuplicateGroup], rows: Sequence[Row]) -> tuple[DuplicateGroup, ...]:
    """The groups that join images of different patients, and so possibly of different stages."""
    return tuple(group for group in groups if len({rows[index].patient for index in group.rows}) > 1)


def _describe(group: DuplicateGroup, rows: Sequence[Row]) -> str:
    members = (rows[index] for index in group.rows)
    return " = ".join(
        f"{row.image} (patient {row.patient}, {'no stage' if row.stage is None else STAGES[row.stage]})"
        for row in members
    )
