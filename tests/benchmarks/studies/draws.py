"""Phantom cohorts of any size, and patients drawn from them anew for every seed."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from livernet.core.data.manifest import Cohort, Row, load_manifest
from livernet.core.phantom.cohort import write_cohort
from livernet.core.phantom.plan import Quota
from livernet.core.preprocess.cohort.make import preprocess_folder
from livernet.core.preprocess.cohort.places import Places
from livernet.core.preprocess.settings import PreprocessConfig

_KEY = Path(__file__).parents[3] / "data_samples" / "id.key"
"""Pseudonyms decide the order of patients; with one key they are always the same."""


def phantom_cohort(folder: Path, seed: int, quota: Quota) -> Cohort:
    """The phantom of ``seed``, drawn and prepared in ``folder``; used again where it is there."""
    if not (folder / "out" / "manifest.csv").is_file():
        write_cohort(folder / "raw", seed, quota)
        places = Places(raw=folder / "raw", out=folder / "out", key=_KEY, quarantine_map=folder / "map.csv")
        preprocess_folder(places, PreprocessConfig(), lambda _done, _total: None, 1)
    return load_manifest(folder / "out")


def draw_order(rows: Sequence[Row], seed: int) -> list[str]:
    """All patients in random order, of which every first part has about the cohort's mix of stages."""
    stages = {row.patient: row.stage for row in rows}
    alike = defaultdict(list)
    for patient in sorted(stages):
        alike[stages[patient]].append(patient)
    rng = np.random.default_rng([seed, len(stages)])
    keys: dict[str, float] = {}
    for _, members in sorted(alike.items(), key=str):
        for place, patient in enumerate(rng.permutation(members)):
            keys[str(patient)] = (place + rng.random()) / len(members)
    return sorted(keys, key=lambda patient: keys[patient])


def rows_of(rows: Sequence[Row], patients: Sequence[str]) -> tuple[int, ...]:
    """The rows of these patients, in manifest order."""
    wanted = set(patients)
    return tuple(place for place, row in enumerate(rows) if row.patient in wanted)
