import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livernet.core.data.images import read_mask, read_picture
from livernet.core.errors import OutputError
from livernet.core.phantom.cohort import Summary, write_cohort
from livernet.core.phantom.plan import Quota

QUOTA = Quota(patients=(1, 1, 0, 0, 1), images=(1, 2, 0, 0, 1))


def digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return write_cohort(tmp_path_factory.mktemp("made") / "raw", 2, QUOTA)


def test_every_row_has_its_picture_and_two_masks(made: Summary) -> None:
    with (made.folder / "labels.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["file", "patient", "stage", "site", "scanner", "view"]
    assert sorted(row["stage"] for row in rows) == ["F0", "F1", "F1", "F4"]
    assert len({row["patient"] for row in rows}) == 3
    for row in rows:
        grey = read_picture(made.folder / row["file"]).grey_HW
        for folder in ("masks", "masks_b"):
            path = (made.folder / folder / row["file"]).with_suffix(".png")
            assert read_mask(path).shape == grey.shape
            assert set(np.unique(np.asarray(Image.open(path)))) == {0, 255}


def test_truth_says_what_was_made(made: Summary) -> None:
    truth = json.loads((made.folder / "truth.json").read_text())
    assert (truth["kind"], truth["status"], truth["seed"]) == ("livernet phantom", "finished", 2)
    assert "invented" in truth["note"]
    assert all(0 <= person["score"] <= 5 for person in truth["people"])
    assert len(truth["pictures"]) == made.images == 4
    assert {"name", "id", "birth", "hospital"} <= {m["kind"] for m in truth["pictures"][0]["burned_in"]}
    assert truth["pictures"][0]["sector"]["mm_per_px"] > 0


def test_same_seed_same_bytes_and_a_finished_folder_may_be_made_again(made: Summary, tmp_path: Path) -> None:
    before = digests(made.folder)
    seen: list[int] = []
    write_cohort(tmp_path / "again", 2, QUOTA, lambda done, total: seen.append(total - done))
    assert digests(tmp_path / "again") == before
    assert seen == [3, 2, 1, 0]


def test_summary_counts(made: Summary) -> None:
    assert (made.images, made.patients) == (4, 3)
    assert made.stages[1] == ("F1", 1, 2)
    assert made.size_bytes > 10_000


def test_other_settings_in_the_same_folder_are_refused(made: Summary) -> None:
    with pytest.raises(OutputError, match="made with other settings"):
        write_cohort(made.folder, 3, QUOTA)


@pytest.mark.parametrize("content", ["not json", "[]", '{"kind": "other"}', None])
def test_a_folder_that_is_not_ours_is_refused_and_left_alone(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    if content is not None:
        (tmp_path / "truth.json").write_text(content)
    with pytest.raises(OutputError, match=r"not empty and was not made|cannot be examined"):
        write_cohort(tmp_path, 0, QUOTA)
    assert len(list(tmp_path.iterdir())) == 1 + (content is not None)


def test_out_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        write_cohort(tmp_path / "raw", 0, QUOTA)


def test_confounding_is_recorded_and_changes_the_console_alone(made: Summary, tmp_path: Path) -> None:
    tied = tmp_path / "tied"
    write_cohort(tied, 2, QUOTA, confound=1.0)
    truth, plain = (json.loads((folder / "truth.json").read_text()) for folder in (tied, made.folder))
    assert truth["confound"] == 1.0
    assert "confound" not in plain
    scanner = {person["stage"]: person["scanner"] for person in truth["people"]}
    assert scanner == {"F0": "Hanbit H50", "F1": "Hanbit H50", "F4": "Miru Q2"}
    with (tied / "labels.csv").open() as stream:
        assert {(row["stage"], row["scanner"]) for row in csv.DictReader(stream)} == {
            (stage, f"{name} phantom") for stage, name in scanner.items()
        }
    assert [person["name"] for person in truth["people"]] == [person["name"] for person in plain["people"]]
    with pytest.raises(OutputError, match="made with other settings"):
        write_cohort(tied, 2, QUOTA)
