import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from livernet.core.data.images import read_mask, read_picture
from livernet.core.errors import OutputError
from livernet.core.phantom.cohort import Summary, write_cohort
from livernet.core.phantom.plan import Quota
from livernet.core.phantom.screens.folder import write_screens
from livernet.core.phantom.screens.outline import inside_mask

QUOTA = Quota(patients=(2, 1, 1, 1, 1), images=(2, 2, 1, 1, 1))


def digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return write_screens(tmp_path_factory.mktemp("made") / "raw", 7, QUOTA)


def test_every_picture_has_its_row_truth_and_masks(made: Summary) -> None:
    truth = json.loads((made.folder / "truth.json").read_text())
    rows = list(csv.DictReader((made.folder / "labels.csv").read_text().splitlines()))
    assert (truth["consoles"], truth["status"]) == ("all", "finished")
    assert [row["file"] for row in rows] == [picture["file"] for picture in truth["pictures"]]
    assert len(rows) == 7
    for picture in truth["pictures"]:
        grey = read_picture(made.folder / picture["file"]).grey_HW
        assert grey.shape == (picture["size"][1], picture["size"][0])
        for panel in picture["panels"]:
            assert grey[inside_mask(panel, grey.shape)].std() > 3
        if picture["mode"] != "page":
            stem = Path(picture["file"]).with_suffix("")
            for folder in ("masks", "masks_b"):
                assert read_mask(made.folder / folder / f"{stem}.png").shape == grey.shape


def test_masks_lie_in_the_panels(made: Summary) -> None:
    truth = json.loads((made.folder / "truth.json").read_text())
    for picture in truth["pictures"]:
        if not picture["panels"]:
            continue
        shape = (picture["size"][1], picture["size"][0])
        inside = np.logical_or.reduce([inside_mask(panel, shape) for panel in picture["panels"]])
        mask = read_mask(made.folder / "masks" / f"{Path(picture['file']).with_suffix('')}.png")
        assert not (mask & ~inside).any()


def test_same_seed_same_bytes(made: Summary, tmp_path: Path) -> None:
    write_screens(tmp_path / "again", 7, QUOTA)
    assert digests(tmp_path / "again") == digests(made.folder)


def test_standard_and_all_do_not_mix(made: Summary) -> None:
    with pytest.raises(OutputError, match="made with other settings"):
        write_cohort(made.folder, 7, QUOTA)
