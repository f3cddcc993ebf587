import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from livernet.core.errors import DataError
from livernet.core.files import write_png, write_text
from livernet.core.report.drawing.overlay import draw, outline
from tests.fake_run import ellipse


def fill(path: str, size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Rasterises a path of the kind ``outline`` writes, at pixel centres."""
    picture = Image.new("1", (8 * size, 8 * size))
    for ring in path.strip("MZ").split("ZM"):
        points = [tuple((float(v)) * 8 for v in point.split()) for point in ring.split("L")]
        ImageDraw.Draw(picture).polygon(points, fill=1)
    return np.asarray(picture)[4::8, 4::8]


def test_the_outline_encloses_the_mask() -> None:
    mask = ellipse(64)
    found = fill(outline(mask), 64)
    assert np.count_nonzero(found ^ mask) / mask.sum() < 0.04


def test_a_mask_at_the_border_is_closed_and_an_empty_one_has_no_path() -> None:
    assert np.array_equal(fill(outline(np.ones((16, 16), bool)), 16), np.ones((16, 16), bool))
    assert outline(np.zeros((16, 16), bool)) == ""


def test_a_ring_has_two_borders() -> None:
    ring = ellipse(64) & ~np.pad(np.ones((8, 8), bool), 28)
    assert outline(ring).count("M") == 2


def test_draw_shrinks_the_picture_and_keeps_its_coordinates(tmp_path: Path) -> None:
    write_png(tmp_path / "i.png", np.zeros((512, 512), np.uint8))
    write_png(tmp_path / "m.png", ellipse(512).astype(np.uint8) * 255)
    shape = draw(tmp_path / "i.png", tmp_path / "m.png", None)
    assert (shape.width, shape.height, shape.predicted) == (512, 512, None)
    assert shape.expert is not None
    picture = Image.open(io.BytesIO(base64.b64decode(shape.picture.split(",")[1])))
    assert picture.size == (400, 400)


def test_a_mask_of_another_size_is_left_out(tmp_path: Path) -> None:
    write_png(tmp_path / "i.png", np.zeros((64, 64), np.uint8))
    write_png(tmp_path / "m.png", np.zeros((32, 64), np.uint8))
    assert draw(tmp_path / "i.png", None, tmp_path / "m.png").predicted is None


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    write_text(tmp_path / "i.png", "no picture")
    with pytest.raises(DataError, match=r"i.png: cannot be read as a picture"):
        draw(tmp_path / "i.png", None, None)
