import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livernet.core.data.manifest import Cohort, load_manifest, write_manifest
from livernet.core.errors import DataError
from livernet.core.files import write_json, write_png
from livernet.core.infer.ruler import PIXELS, find_ruler
from livernet.core.metrics.surface import surface_scores
from tests.tiny_cohort import SIDE, liver, make_cohort


def cohort_with(
    folder: Path, spacing: dict[str, object] | None = None, second: np.ndarray | None = None
) -> Cohort:
    """Six images; spacing by image name, and the same second annotation for the first two."""
    cohort = make_cohort(folder)
    rows = list(cohort.rows)
    if second is not None:
        for n in (0, 1):
            write_png(folder / f"masks_b/{n}.png", second.astype(np.uint8) * 255)
            rows[n] = replace(rows[n], mask_b=f"masks_b/{n}.png")
        write_manifest(folder, rows)
    images = {row.image: {"spacing_mm": {"after": (spacing or {}).get(row.image)}} for row in rows}
    write_json(folder / "preprocess.json", {"settings": {"size": SIDE}, "images": images})
    return load_manifest(folder)


def everywhere(pair: object) -> dict[str, object]:
    return {f"images/{n:02d}-0.png": pair for n in range(6)}


def test_without_spacing_or_second_annotator_everything_is_in_pixels(tmp_path: Path) -> None:
    ruler = find_ruler(cohort_with(tmp_path))
    assert ruler == PIXELS
    shifted = np.roll(liver(), 1, axis=1)
    found = ruler.compare("images/00-0.png", shifted, liver())
    assert (found.unit, found.nsd) == ("px", 1.0)  # one pixel of a tolerance of 1.8
    assert found.hd95 == 1
    assert found.dice is not None
    assert 0.9 < found.dice < 1


def test_millimetres_where_every_image_has_a_spacing(tmp_path: Path) -> None:
    ruler = find_ruler(cohort_with(tmp_path, everywhere([0.25, 0.5])))
    assert (ruler.unit, ruler.tolerance) == ("mm", 2.0)
    sideways = ruler.compare("images/00-0.png", np.roll(liver(), 4, axis=1), liver())
    down = ruler.compare("images/00-0.png", np.roll(liver(), 4, axis=0), liver())
    assert (sideways.unit, sideways.hd95, down.hd95) == ("mm", pytest.approx(1.0), pytest.approx(2.0))
    assert ruler.facts() == {
        "unit": "mm",
        "unit_reason": "spacing recorded in preprocess.json",
        "tolerance": 2.0,
        "tolerance_reason": "2 mm, for want of a second annotator",
    }


@pytest.mark.parametrize("odd", [None, [0.3], [0.3, 0], [0.3, "x"], [0.3, -1], "0.3 mm"])
def test_one_image_without_a_spacing_makes_it_pixels_for_all(tmp_path: Path, odd: object) -> None:
    ruler = find_ruler(cohort_with(tmp_path, everywhere([0.3, 0.3]) | {"images/02-0.png": odd}))
    assert ruler.unit == "px"
    assert ruler.why_unit == "the spacing of 1 of 6 images with a mask is not known"


def test_the_tolerance_is_the_distance_between_both_annotators(tmp_path: Path) -> None:
    second = np.roll(liver(), 3, axis=0)
    expected = surface_scores(liver(), second, tolerance=0).assd
    in_px = find_ruler(cohort_with(tmp_path / "px", second=second))
    assert in_px.tolerance == pytest.approx(expected)
    assert in_px.why_tolerance == "mean distance between the outlines of both annotators, 2 images"
    in_mm = find_ruler(cohort_with(tmp_path / "mm", everywhere([0.5, 0.5]), second))
    assert in_mm.tolerance == pytest.approx(expected / 2)


def test_a_second_annotation_that_says_nothing_gives_no_tolerance(tmp_path: Path) -> None:
    assert find_ruler(cohort_with(tmp_path / "copy", second=liver())).tolerance is None
    assert find_ruler(cohort_with(tmp_path / "empty", second=~liver() & liver())).tolerance is None


def test_damage_is_named(tmp_path: Path) -> None:
    cohort = cohort_with(tmp_path, second=liver()[:32, :32])
    with pytest.raises(DataError, match=r"masks_b/0\.png: has another size than masks/00-0\.png"):
        find_ruler(cohort)
    for text in ("{", "[]", json.dumps({"images": [1]}), json.dumps({"images": {"a": 1}})):
        (tmp_path / "preprocess.json").write_text(text)
        with pytest.raises(DataError, match=r"preprocess\.json: does not say how the images were made"):
            find_ruler(cohort)
    (tmp_path / "preprocess.json").unlink()
    assert find_ruler(make_cohort(tmp_path / "other")).unit == "px"
