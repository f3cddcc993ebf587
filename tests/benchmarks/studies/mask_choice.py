"""What the study of masks may choose, and by what rule; nothing here sees a picture of the fold it is for.

Fold k and its neighbours: pair p leaves out folds p and p + 1 and is scored on both. The settings for fold k
come from pair k on the pictures of k + 1, and from pair k - 1 on those of k - 1: no network among them learnt
from fold k, and no score is of it. The rule was written down before the first score was read.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from livernet.core.metrics.measure import Measure
from livernet.core.metrics.resample import Patients, bootstrap, with_percentile
from tests.benchmarks.studies.mask_trials import AVERAGES, Recipe

PLAIN, FULL = "affine and gain alone", "full"
FULL_SETTINGS = (
    "augment.mirror=0.5",
    "augment.contrast=0.4",
    "augment.depth=0.4",
    "augment.shadow=0.7",
    "augment.speckle=0.15",
    "augment.sharpness=0.7",
)
_MIRROR = "full, no mirror"
CHANGES: dict[str, Recipe] = {
    _MIRROR: Recipe(("augment.mirror=0",)),
    "full, one mask output": Recipe(("loss.middle=0", "loss.coarse=0")),
    "full, rus trains too": Recipe((), ("rus",)),
    "full, self-training": Recipe((), ("selftrain",)),
    "full, no shadow": Recipe(("augment.shadow=0",)),
    "full, no speckle or sharpness": Recipe(("augment.speckle=0", "augment.sharpness=0")),
    "full, no contrast or depth gain": Recipe(("augment.contrast=0", "augment.depth=0")),
    "full, last weights": Recipe(("train.average=0",)),
}
"""Each in one thing unlike the full recipe."""


class Choice(NamedTuple):
    """What one fold's network is made with."""

    recipe: Recipe
    adopted: tuple[str, ...]


def candidates(common: Sequence[str]) -> dict[str, Recipe]:
    """All that is tried, most worth knowing first."""
    full = (*common, *FULL_SETTINGS)
    changed = {name: Recipe((*full, *one.settings), one.extras) for name, one in CHANGES.items()}
    return {PLAIN: Recipe(tuple(common)), FULL: Recipe(full), **changed}


def inner_scores(
    records: Sequence[Mapping[str, Any]], folds: Sequence[Sequence[str]], fold: int
) -> dict[str, dict[str, float]]:
    """Dice by candidate and picture that may be known when the settings of ``fold`` are chosen.

    Candidates whose two pairs are not both there are left out.
    """
    count = len(folds)
    allowed = {fold: folds[(fold + 1) % count], (fold - 1) % count: folds[(fold - 1) % count]}
    found: dict[str, dict[str, float]] = {}
    for record in records:
        for image in allowed.get(record["pair"], ()):
            found.setdefault(record["name"], {})[image] = record["dice"]["single"][image]
    complete = sum(map(len, allowed.values()))
    return {name: dice for name, dice in found.items() if len(dice) == complete}


def choose(
    records: Sequence[Mapping[str, Any]], folds: Sequence[Sequence[str]], fold: int, common: Sequence[str]
) -> Choice:
    """The better of the plain and the full recipe, with each change that gains more than its standard error.

    Changes of the full recipe's augmentation are not taken over to the plain one.
    """
    single = inner_scores(records, folds, fold)
    start = max((PLAIN, FULL), key=lambda name: float(np.mean(list(single[name].values()))))
    adopted = [
        name
        for name, change in CHANGES.items()
        if name in single
        and (start == FULL or not any(key.startswith("augment.") for key in change.settings))
        and _gains(single[name], single[FULL])
    ]
    settings, extras = candidates(common)[start]
    for name in adopted:
        settings, extras = (*settings, *CHANGES[name].settings), (*extras, *CHANGES[name].extras)
    return Choice(Recipe(settings, extras), (start, *adopted))


def table(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean Dice of each candidate over the pictures of its pairs, and its gain over the full recipe there."""
    rows: dict[str, Any] = {}
    for name in dict.fromkeys(record["name"] for record in records):
        own = [record for record in records if record["name"] == name]
        pairs = {record["pair"] for record in own}
        single, full = (_by_image(records, one, "single", pairs) for one in (name, FULL))
        by_average = {average: _by_image(records, name, average, pairs) for average in AVERAGES}
        rows[name] = {
            "pairs": len(pairs),
            "dice": {one: round(float(np.mean(list(dice.values()))), 4) for one, dice in by_average.items()},
            "minus_full": _difference(single, full)
            if name != FULL and full.keys() == single.keys()
            else None,
            "averages_minus_single": {
                one: _difference(dice, single) for one, dice in by_average.items() if one != "single"
            },
            "cpu_seconds": round(float(np.mean([record["cpu_seconds"] for record in own])), 1),
            "pictures": sorted({record["pictures"] for record in own}),
        }
    return rows


def _by_image(
    records: Sequence[Mapping[str, Any]], name: str, average: str, pairs: set[int]
) -> dict[str, float]:
    """Each picture's mean over the networks that did not learn it, of some pairs."""
    found: dict[str, list[float]] = {}
    for record in records:
        if record["name"] == name and record["pair"] in pairs:
            for image, value in record["dice"][average].items():
                found.setdefault(image, []).append(value)
    return {image: float(np.mean(values)) for image, values in found.items()}


def _gains(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    gain_N = np.array([one[image] - other[image] for image in other])
    return bool(gain_N.mean() > gain_N.std(ddof=1) / math.sqrt(len(gain_N)))


def _difference(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, Any]:
    """Mean paired difference with its interval over patients, of whom each has one picture."""
    gain_C = np.array([one[image] - other[image] for image in other])
    patients = Patients(cluster_N=np.arange(len(gain_C)), class_C=np.zeros(len(gain_C), dtype=np.int64))
    mean_B = bootstrap({"mean": lambda drawn_BC: drawn_BC @ gain_C / len(gain_C)}, patients)["mean"]
    found = with_percentile(Measure(value=float(gain_C.mean())), mean_B, patients).to_dict()
    return {key: round(value, 4) for key, value in found.items() if isinstance(value, float)}
