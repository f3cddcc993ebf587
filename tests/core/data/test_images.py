import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from livernet.core.data.images import read_mask, read_picture, sniff, to_grey
from livernet.core.data.rasters import MAX_PIXELS
from livernet.core.errors import DataError

GREY = np.random.default_rng(0).integers(0, 256, (20, 30), dtype=np.uint8)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_reads_lossless_formats_whatever_the_suffix(tmp_path, kind):
    path = tmp_path / "picture.jpg"
    Image.fromarray(GREY).save(path, format=kind)
    picture = read_picture(path)
    assert picture.source_format == kind
    assert np.array_equal(picture.grey_HW, GREY)
    assert not picture.saturated_HW.any()


def test_reads_jpeg(tmp_path):
    path = tmp_path / "picture"
    Image.fromarray(np.full((20, 30), 90, np.uint8)).save(path, format="JPEG")
    picture = read_picture(path)
    assert (picture.source_format, picture.bit_depth) == ("JPEG", 8)
    assert np.abs(picture.grey_HW.astype(int) - 90).max() <= 2


def test_takes_the_middle_frame_of_a_tiff(tmp_path):
    path = tmp_path / "cine.tif"
    frames = [Image.fromarray(np.full((9, 9), level, np.uint8)) for level in (10, 20, 30)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    picture = read_picture(path)
    assert picture.frames == 3
    assert (picture.grey_HW == 20).all()


def test_sixteen_bit_png_keeps_the_upper_bits(tmp_path):
    path = tmp_path / "deep.png"
    Image.fromarray(np.array([[0, 4095], [2048, 16]], np.uint16)).save(path)
    picture = read_picture(path)
    assert picture.bit_depth == 16
    assert picture.grey_HW.tolist() == [[0, 255], [128, 1]]


def test_transparent_pixels_are_black(tmp_path):
    path = tmp_path / "clear.png"
    Image.fromarray(np.array([[[250, 250, 250, 0], [250, 250, 250, 255]]], np.uint8)).save(path)
    assert read_picture(path).grey_HW.tolist() == [[0, 250]]


def test_colour_is_told_from_a_tinted_grey_map():
    grey, saturated = to_grey(np.array([[[255, 0, 0], [150, 140, 120], [90, 90, 90]]], np.uint8))
    assert saturated.tolist() == [[True, False, False]]
    assert grey.tolist() == [[76, 141, 90]]


def test_sniff_needs_the_dicom_preamble():
    assert sniff(b"\0" * 128 + b"DICM") == "DICOM"
    assert sniff(b"DICM") is None


def bomb(side):
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def whole_png(tmp_path):
    path = tmp_path / "whole.png"
    Image.fromarray(GREY).save(path)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"file,patient,stage\n", "not a picture"),
        (b"\x89PNG\r\n\x1a\nrubbish", "damaged or truncated"),
        (bomb(8000), f"8000x8000 pixels; at most {MAX_PIXELS:,} are decoded"),
        (bomb(65000), "more than 170 million pixels; at most"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "damaged or truncated"),
        (b"\0" * 128 + b"DICM" + b"\x02\x00\x00\x00UL\x04", "damaged|no picture"),
    ],
)
def test_names_the_file_and_the_fault(tmp_path, content, message):
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_picture(path)
    assert str(path) in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_png(tmp_path, share):
    content = whole_png(tmp_path)
    path = tmp_path / "cut.png"
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match="damaged or truncated"):
        read_picture(path)


def test_absent_file(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_picture(tmp_path / "none.png")


INSIDE = np.zeros((8, 8), bool)
INSIDE[2:5, 3:7] = True


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(np.where(INSIDE, 255, 0).astype(np.uint8)),
        Image.fromarray(INSIDE.astype(np.uint8)),
        Image.fromarray(INSIDE),
        Image.fromarray(np.where(INSIDE, 3, 0).astype(np.uint8)).convert("P"),
    ],
    ids=["0-255", "0-1", "bit", "palette"],
)
def test_reads_every_kind_of_mask(tmp_path, image):
    path = tmp_path / "mask.png"
    image.save(path)
    assert np.array_equal(read_mask(path), INSIDE)


def test_liver_everywhere_is_a_mask(tmp_path):
    Image.fromarray(np.full((4, 4), 255, np.uint8)).save(tmp_path / "m.png")
    assert read_mask(tmp_path / "m.png").all()


def test_empty_mask_is_a_mask(tmp_path):
    path = tmp_path / "mask.png"
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(path)
    assert not read_mask(path).any()


def test_soft_edges_are_cut_at_half(tmp_path):
    soft = np.where(INSIDE, 255, 0).astype(np.uint8)
    soft[1, 3], soft[5, 3] = 200, 90
    path = tmp_path / "mask.png"
    Image.fromarray(soft).save(path)
    mask = read_mask(path)
    assert mask[1, 3]
    assert not mask[5, 3]


def test_a_picture_is_no_mask(tmp_path):
    path = tmp_path / "mask.png"
    Image.fromarray(GREY).save(path)
    with pytest.raises(DataError, match="not a mask"):
        read_mask(path)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "JPEG"])
def test_flipped_bytes_are_read_or_refused(tmp_path, kind):
    path = tmp_path / "a"
    Image.fromarray(GREY).save(path, format=kind)
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    outcomes = set()
    for _ in range(60):
        content = bytearray(whole)
        for place in rng.integers(len(content), size=6):
            content[place] = rng.integers(256)
        path.write_bytes(bytes(content))
        try:
            outcomes.add(read_picture(path).grey_HW.dtype.name)
        except DataError as error:
            outcomes.add(error.message.startswith(str(path)))
    assert outcomes <= {"uint8", True}


def test_a_folder_or_a_pipe_is_not_read(tmp_path):
    with pytest.raises(DataError, match="is no file but a folder, pipe or device"):
        read_picture(tmp_path)
