"""The real pictures of the study of masks, prepared by livernet itself, as tensors in one fixed order."""

import csv
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from livernet.core.data.loader import Tensors, load_tensors
from livernet.core.data.manifest import Cohort, Row, load_manifest
from livernet.core.data.prepared import read_grey
from livernet.core.device import Device
from livernet.core.preprocess.cohort.make import preprocess_folder
from livernet.core.preprocess.cohort.places import Places
from livernet.core.preprocess.settings import PreprocessConfig
from livernet.core.stages import Grouping

GROUPING = Grouping.parse("3")
SETS = {
    "aul": ("aul/images", "aul/liver_masks"),
    "rus": ("rus/images", "rus/liver_masks"),
    "unlabelled": ("rus/unlabelled", None),
}
_KEY = b"the order of the folds is public"
"""A key that everybody has: pseudonyms, and with them the order of rows and the folds, never change."""


@dataclass(frozen=True, kw_only=True)
class Data:
    """All pictures at one size."""

    tensors: Tensors
    rows: dict[str, list[int]]
    """Rows of the tensors by set."""
    cohort: dict[int, tuple[Cohort, Row]]
    """Where each row comes from."""

    def image(self, row: int) -> str:
        """Name of a picture, e.g. ``images/P00c476741c_01.png``."""
        return self.cohort[row][1].image

    def expert(self, row: int) -> NDArray[np.bool_]:
        """The expert's mask at the size of the prepared picture."""
        cohort, found = self.cohort[row]
        return read_grey(cohort.folder / found.mask) >= 128

    def with_masks(self, masks: dict[int, NDArray[np.bool_]]) -> "Data":
        """The same with masks, at the size of the tensors, of rows that have none."""
        masks_N1HW, has_mask_N = self.tensors.masks_N1HW.clone(), self.tensors.has_mask_N.clone()
        for row, mask_HW in masks.items():
            masks_N1HW[row, 0] = torch.from_numpy(mask_HW)
            has_mask_N[row] = True
        return replace(self, tensors=replace(self.tensors, masks_N1HW=masks_N1HW, has_mask_N=has_mask_N))


def prepare(real: Path, work: Path) -> dict[str, Cohort]:
    """Each set as a cohort under WORK, made once."""
    return {name: _prepare(name, real, work) for name in SETS}


def load(cohorts: dict[str, Cohort], size: int, device: Device) -> Data:
    """All sets as one, in the order of ``cohorts``."""
    parts = [load_tensors(cohort, GROUPING, size, device.torch) for cohort in cohorts.values()]
    origin = [(name, cohort, row) for name, cohort in cohorts.items() for row in cohort.rows]
    tensors = Tensors(
        images_N1HW=torch.cat([part.images_N1HW for part in parts]),
        masks_N1HW=torch.cat([part.masks_N1HW for part in parts]),
        has_mask_N=torch.cat([part.has_mask_N for part in parts]),
        class_N=torch.cat([part.class_N for part in parts]),
        thumbnails_NHW=np.concatenate([part.thumbnails_NHW for part in parts]),
        hashes=tuple(one for part in parts for one in part.hashes),
    )
    rows = {name: [n for n, found in enumerate(origin) if found[0] == name] for name in cohorts}
    return Data(tensors=tensors, rows=rows, cohort={n: found[1:] for n, found in enumerate(origin)})


def _prepare(name: str, real: Path, work: Path) -> Cohort:
    raw, out, (images, masks) = work / name / "raw", work / name / "out", SETS[name]
    if not (out / "manifest.csv").is_file():
        shutil.copytree(real / images, raw, dirs_exist_ok=True)
        files = sorted(path.name for path in (real / images).iterdir())
        with (raw / "labels.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "patient", "stage"])
            # each picture of aul is a patient; of the others the first letter is the subject
            writer.writerows([file, file if name == "aul" else file[0], ""] for file in files)
        (work / "key").write_bytes(_KEY)
        places = Places(
            raw=raw,
            out=out,
            masks=real / masks if masks else None,
            key=work / "key",
            quarantine_map=work / name / "map.csv",
        )
        preprocess_folder(places, PreprocessConfig(), lambda _done, _total: None, 0)
    return load_manifest(out)
