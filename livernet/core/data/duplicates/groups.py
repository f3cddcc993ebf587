"""Groups of rows that show the same picture, and what they mean for splitting a cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from livernet.core.data.manifest import Row
from livernet.core.errors import ConfigError, FaultsError
from livernet.core.stages import STAGES

Policy = Literal["stop", "group", "allow"]

_NAMED = 4
"""Members of a group that a message names."""


@dataclass(frozen=True, kw_only=True)
class DuplicateGroup:
    """Rows of a cohort that show the same picture."""

    rows: tuple[int, ...]
    """Indices into the manifest, ascending, two or more."""
    kind: Literal["exact", "near", "manifest"] = "exact"
    """``exact`` means equal pixels, ``near`` alike after alignment; ``manifest`` that only the manifest joins
    some of them."""
    score: float | None = None
    """The lowest correlation that joined a member, 1 for equal pixels; ``None`` where the manifest joins."""


def settle_duplicates(
    groups: Sequence[DuplicateGroup], rows: Sequence[Row], policy: str
) -> tuple[DuplicateGroup, ...]:
    """The groups that a split must keep together under ``policy``; none with ``allow``.

    ``stop`` accepts copies within a patient and refuses a picture that sits under two patients: it would be
    trained on and tested on, or stand for two stages. ``group`` makes one patient of them, see
    :func:`livernet.core.data.duplicates.merge.merge_patients`.

    Raises:
        ConfigError: the policy is unknown.
        FaultsError: with ``stop``, a picture sits under several patients; every such group is listed, those
            with several stages first.
    """
    if policy not in get_args(Policy):
        raise ConfigError(f"--duplicates {policy!r} is unknown", f"use {', '.join(get_args(Policy))}")
    if policy == "allow":
        return ()
    across = sorted(across_patients(groups, rows), key=lambda group: -len(_stages(group, rows)))
    if across and policy == "stop":
        images = sum(len(group.rows) for group in across)
        contrary = sum(len(_stages(group, rows)) > 1 for group in across)
        times = f"{len(across)} time{'s' * (len(across) > 1)}, {images} images"
        times += f", {contrary} under different stages" if contrary else ""
        raise FaultsError(
            f"the same picture sits under different patients ({times})",
            [_line(group, rows) for group in across],
            "mend the manifest, or use --duplicates group (one patient) or --duplicates allow (on record); "
            "the column duplicate_group of a manifest that preprocess wrote has all of them",
        )
    return tuple(groups)


def across_patients(groups: Sequence[DuplicateGroup], rows: Sequence[Row]) -> tuple[DuplicateGroup, ...]:
    """The groups that join images of different patients, and so possibly of different stages."""
    return tuple(group for group in groups if len({rows[index].patient for index in group.rows}) > 1)


def describe_group(group: DuplicateGroup, rows: Sequence[Row]) -> dict[str, Any]:
    """A group as ``splits.json`` tells it; ``classes`` counts the stages that are known, of ``stages``."""
    members = [rows[index] for index in group.rows]
    stages = _stages(group, rows)
    return {
        "kind": group.kind,
        "score": group.score,
        "images": [row.image for row in members],
        "patients": len({row.patient for row in members}),
        "classes": len(stages),
        "stages": [STAGES[stage] for stage in stages],
    }


def _stages(group: DuplicateGroup, rows: Sequence[Row]) -> list[int]:
    """The known stages of a group, ascending."""
    return sorted({stage for index in group.rows if (stage := rows[index].stage) is not None})


def _line(group: DuplicateGroup, rows: Sequence[Row]) -> str:
    members = [rows[index] for index in group.rows]
    named = " = ".join(
        f"{row.image} (patient {row.patient}, {'no stage' if row.stage is None else STAGES[row.stage]})"
        for row in members[:_NAMED]
    )
    more = f" = {len(members) - _NAMED} more" if len(members) > _NAMED else ""
    score = "" if group.score is None else f" {group.score:.2f}"
    return f"{group.kind}{score}: {named}{more}"
