from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livernet.core.data.prepared import pixel_hash, read_grey
from livernet.core.errors import DataError
from livernet.core.files import write_png

GREY = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)


def test_a_picture_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", GREY)
    np.testing.assert_array_equal(read_grey(tmp_path / "a.png"), GREY)


@pytest.mark.parametrize(("mode", "size"), [("RGB", (64, 64)), ("L", (64, 32))])
def test_what_is_no_square_grey_picture_is_refused(tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    Image.new(mode, size).save(tmp_path / "a.png")
    with pytest.raises(DataError, match=f"{size[0]}x{size[1]} {mode}, not a square 8-bit grey picture"):
        read_grey(tmp_path / "a.png")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(DataError, match=r"a\.png: cannot be read as a picture"):
        read_grey(tmp_path / "a.png")


def test_the_hash_follows_pixels_and_not_their_order_in_memory() -> None:
    assert pixel_hash(GREY) == pixel_hash(np.asfortranarray(GREY)) != pixel_hash(GREY[::-1])
