from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livernet.core.data.manifest import Cohort, load_manifest, write_manifest
from livernet.core.files import write_png
from livernet.core.report.cohort import agreement as module
from livernet.core.report.cohort.agreement import agreement
from tests.fake_run import ellipse


@pytest.fixture
def twice(cohort: Path) -> Cohort:
    """The second annotator drew the first two images, one pixel lower."""
    rows = list(load_manifest(cohort).rows)
    for place in (0, 1):
        name = f"masks_b/image-{place:03d}.png"
        write_png(cohort / name, np.roll(ellipse(48), 1, axis=0).astype(np.uint8) * 255)
        rows[place] = replace(rows[place], mask_b=name)
    write_manifest(cohort, rows)
    return load_manifest(cohort)


def test_two_annotators_are_compared_in_pixels(twice: Cohort) -> None:
    found = agreement(twice, {})
    assert (found["pairs"], found["compared"], found["unit"]) == (2, 2, "px")
    assert 0.9 < found["dice"]["median"] < 1
    assert 0.3 < found["assd"]["median"] < 1


def test_distances_are_in_mm_where_every_spacing_is_known(twice: Cohort) -> None:
    images = {row.image: {"spacing_mm": {"after": [0.5, 0.5]}} for row in twice.rows}
    pixels = agreement(twice, {})["assd"]["median"]
    found = agreement(twice, {"images": images})
    assert found["unit"] == "mm"
    assert found["assd"]["median"] == pytest.approx(pixels / 2)
    images["images/image-011.png"] = {"spacing_mm": {"after": None}}
    assert agreement(twice, {"images": images})["unit"] == "px"


def test_across_and_down_are_not_confused(twice: Cohort) -> None:
    """Moved down by one pixel: only the spacing between rows counts above and below."""
    tall = {row.image: {"spacing_mm": {"after": [1, 10]}} for row in twice.rows}
    wide = {row.image: {"spacing_mm": {"after": [10, 1]}} for row in twice.rows}
    assert (
        agreement(twice, {"images": tall})["assd"]["median"]
        > agreement(twice, {"images": wide})["assd"]["median"]
    )


def test_many_pairs_are_sampled(twice: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    found = agreement(twice, {})
    assert (found["pairs"], found["compared"]) == (2, 1)


def test_without_a_second_annotator_there_is_a_reason(cohort: Path) -> None:
    found = agreement(load_manifest(cohort), {})
    assert (found["pairs"], found["unit"], found["dice"]["median"]) == (0, None, None)
    assert found["dice"]["reason"] == "no image has the masks of two annotators"
    assert agreement(None, {})["dice"]["reason"] == "the cohort's masks cannot be looked at"


def test_damaged_masks_are_left_out(twice: Cohort) -> None:
    (twice.folder / "masks_b/image-000.png").write_bytes(b"no picture")
    write_png(twice.folder / "masks_b/image-001.png", np.zeros((32, 32), dtype=np.uint8))
    found = agreement(twice, {})
    assert (found["pairs"], found["compared"]) == (2, 0)
    assert found["dice"]["reason"] == "no pair of masks can be read"
