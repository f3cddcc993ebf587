import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from livernet.core.data.frames import FrameChoice
from livernet.core.data.images import read_mask, read_picture, read_pictures
from livernet.core.data.rasters import MAX_PIXELS, RasterFrames
from livernet.core.errors import DataError
from tests.core.data.reading import assert_near

SHAPE = (16, 24)
RAMP = (np.mgrid[:16, :24][1] * 8 + np.mgrid[:16, :24][0] * 4).astype(np.uint8)
TURNS = {
    1: RAMP, 2: RAMP[:, ::-1], 3: RAMP[::-1, ::-1], 4: RAMP[::-1],
    5: RAMP.T, 6: np.rot90(RAMP, -1), 7: RAMP[::-1, ::-1].T, 8: np.rot90(RAMP),
}  # fmt: skip
"""What a viewer shows of RAMP under each EXIF orientation."""


@pytest.mark.parametrize("orientation", [*TURNS, 0, 99])
@pytest.mark.parametrize(("kind", "within"), [("PNG", 0), ("TIFF", 0), ("JPEG", 4)])
def test_pictures_are_turned_as_a_viewer_does(tmp_path, orientation, kind, within):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(RAMP).save(
        tmp_path / "a", format=kind, exif=exif, **({"quality": 95} if kind == "JPEG" else {})
    )
    assert_near(tmp_path / "a", TURNS.get(orientation, RAMP), within)


def test_masks_are_turned_with_their_pictures(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.where(RAMP > 100, 255, 0).astype(np.uint8)).save(
        tmp_path / "a", format="PNG", exif=exif
    )
    assert np.array_equal(read_mask(tmp_path / "a"), TURNS[6] > 100)


def saved(path, image, kind, **options):
    image.save(path, format=kind, **options)
    return path


def test_kinds_of_png(tmp_path):
    grey, path = Image.fromarray(RAMP), tmp_path / "a"
    assert_near(saved(path, grey.convert("P"), "PNG"), RAMP)
    assert_near(saved(path, grey.convert("LA"), "PNG"), RAMP)
    assert_near(saved(path, Image.fromarray(RAMP.astype(np.uint16) * 257), "PNG"), RAMP)
    assert_near(saved(path, Image.fromarray(RAMP > 100), "PNG"), 255.0 * (RAMP > 100))
    clear = saved(path, Image.fromarray(np.minimum(RAMP, 200)).convert("P"), "PNG", transparency=200)
    assert read_picture(clear).grey_HW[RAMP >= 200].max() == 0


def chunked(*chunks):
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def test_interlaced_png(tmp_path):
    rows = b""
    for x0, y0, dx, dy in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        rows += b"".join(b"\0" + row.tobytes() for row in RAMP[y0::dy, x0::dx])
    header = struct.pack(">IIBBBBB", 24, 16, 8, 0, 0, 0, 1)
    (tmp_path / "a").write_bytes(chunked((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")))
    assert_near(tmp_path / "a", RAMP)


def test_kinds_of_tiff(tmp_path):
    grey, path = Image.fromarray(RAMP), tmp_path / "a"
    for how in ("raw", "tiff_lzw", "packbits", "tiff_adobe_deflate", "jpeg"):
        assert_near(saved(path, grey, "TIFF", compression=how), RAMP, 6 if how == "jpeg" else 0)
    assert_near(saved(path, Image.fromarray(RAMP > 100), "TIFF", compression="group4"), 255.0 * (RAMP > 100))
    assert_near(saved(path, Image.fromarray(RAMP.astype(np.float32) / 255), "TIFF"), RAMP, 1)
    assert_near(saved(path, Image.fromarray(RAMP.astype(np.float32)), "TIFF"), RAMP)
    assert_near(saved(path, Image.fromarray(RAMP.astype(np.int32)), "TIFF"), RAMP)
    assert_near(saved(path, Image.fromarray(RAMP.astype(">u2") * 16), "TIFF"), RAMP)
    assert_near(saved(path, grey.convert("YCbCr"), "TIFF"), RAMP, 1)
    broken = RAMP.astype(np.float32)
    broken[0, 0] = np.nan
    with pytest.raises(DataError, match=r"damaged or truncated \(ValueError\)"):
        read_picture(saved(path, Image.fromarray(broken), "TIFF"))


def test_kinds_of_jpeg(tmp_path):
    colour = Image.fromarray(np.repeat(RAMP[..., None], 3, axis=2))
    assert_near(saved(tmp_path / "a", colour, "JPEG", quality=95), RAMP, 4)
    assert_near(saved(tmp_path / "a", colour, "JPEG", quality=95, progressive=True), RAMP, 4)
    assert_near(saved(tmp_path / "a", colour.convert("CMYK"), "JPEG", quality=95), RAMP, 4)


def test_run_length_bmp(tmp_path):
    rows = (
        b"".join(bytes(value for pixel in row for value in (1, int(pixel))) + b"\0\0" for row in RAMP[::-1])
        + b"\0\1"
    )
    palette = b"".join(bytes([level, level, level, 0]) for level in range(256))
    at = 14 + 40 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, 24, 16, 1, 8, 1, len(rows), 0, 0, 256, 0)
    (tmp_path / "a").write_bytes(
        b"BM" + struct.pack("<IHHI", at + len(rows), 0, 0, at) + info + palette + rows
    )
    assert_near(tmp_path / "a", RAMP)


def pages(path, *arrays, **options):
    first, *others = (Image.fromarray(array) for array in arrays)
    first.save(path, format="TIFF", save_all=True, append_images=others, **options)
    return path


def test_pages_of_another_size_are_no_frames(tmp_path):
    path = pages(tmp_path / "a", RAMP, RAMP[:4, :6], 255 - RAMP)
    found = list(read_pictures(path, FrameChoice.parse("all")))
    assert [(picture.frame, picture.frames) for picture in found] == [(0, 2), (1, 2)]
    assert np.array_equal(found[1].grey_HW, 255 - RAMP)


def test_deep_pages_share_a_scale(tmp_path):
    path = pages(tmp_path / "a", RAMP.astype(np.uint16), RAMP.astype(np.uint16) * 256)
    first, second = read_pictures(path, FrameChoice.parse("all"))
    assert first.grey_HW.max() == 0
    assert np.array_equal(second.grey_HW, RAMP)


def test_a_chain_of_pages_that_bites_its_tail_ends(tmp_path):
    path = pages(tmp_path / "a", RAMP, 255 - RAMP)
    content = bytearray(path.read_bytes())
    first = struct.unpack("<I", content[4:8])[0]
    second = first + 2 + 12 * struct.unpack("<H", content[first : first + 2])[0]
    third = struct.unpack("<I", content[second : second + 4])[0]
    last = third + 2 + 12 * struct.unpack("<H", content[third : third + 2])[0]
    content[last : last + 4] = struct.pack("<I", first)
    path.write_bytes(content)
    assert read_picture(path).frames == 2


def test_steps_of_an_animated_png(tmp_path):
    steps = [Image.fromarray(np.full(SHAPE, level, np.uint8)) for level in (10, 20, 30)]
    steps[0].save(tmp_path / "a", format="PNG", save_all=True, append_images=steps[1:])
    assert [int(p.grey_HW[0, 0]) for p in read_pictures(tmp_path / "a", FrameChoice.parse("all"))] == [
        10,
        20,
        30,
    ]


def test_an_animation_that_claims_too_much(tmp_path):
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in RAMP))
    header = struct.pack(">IIBBBBB", 24, 16, 8, 0, 0, 0, 0)
    content = chunked(
        (b"IHDR", header), (b"acTL", struct.pack(">II", 2_000_000_000, 0)), (b"IDAT", data), (b"IEND", b"")
    )
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DataError, match="more than 20,000 frames"):
        read_picture(tmp_path / "a")


def test_the_preview_behind_a_jpeg_is_no_frame(tmp_path):
    images = [Image.fromarray(RAMP), Image.fromarray(255 - RAMP)]
    images[0].save(tmp_path / "a", format="MPO", save_all=True, append_images=images[1:], quality=95)
    picture = read_picture(tmp_path / "a")
    assert picture.frames == 1
    assert_near(tmp_path / "a", RAMP, 4)


def test_text_chunks_and_thumbnails_do_not_reach_the_picture(tmp_path):
    info = PngInfo()
    info.add_text("Patient", "KIM MINSU", zip=True)
    exif = Image.Exif()
    exif[0x010E] = "KIM MINSU"
    Image.fromarray(RAMP).save(tmp_path / "a", format="PNG", pnginfo=info, exif=exif)
    picture = read_picture(tmp_path / "a")
    assert "KIM" not in repr(picture)
    assert np.array_equal(picture.grey_HW, RAMP)


def test_bombs_in_text_chunks_are_refused(tmp_path):
    header = struct.pack(">IIBBBBB", 24, 16, 8, 0, 0, 0, 0)
    text = b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9)
    (tmp_path / "a").write_bytes(chunked((b"IHDR", header), (b"zTXt", text), (b"IEND", b"")))
    with pytest.raises(DataError, match=r"larger than allowed|damaged or truncated"):
        read_picture(tmp_path / "a")


def test_tiff_headers_of_vast_pictures(tmp_path):
    path = saved(tmp_path / "a", Image.fromarray(RAMP), "TIFF")
    content = path.read_bytes()
    for tag, value in ((256, 60_000), (257, 2_000)):
        at = (
            content.index(struct.pack("<HH", tag, 4))
            if struct.pack("<HH", tag, 4) in content
            else content.index(struct.pack("<HH", tag, 3))
        )
        content = content[:at] + struct.pack("<HHII", tag, 4, 1, value) + content[at + 12 :]
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"60000x2000 pixels; at most {MAX_PIXELS:,}"):
        read_picture(path)


def test_frames_of_an_open_file(tmp_path):
    with pages(tmp_path / "a", RAMP, 255 - RAMP).open("rb") as stream:
        frames = RasterFrames(tmp_path / "a", stream)
        assert (frames.count, frames.bits) == (2, 8)
        assert np.array_equal(frames.read(1), 255 - RAMP)
        assert np.array_equal(frames.read(0), RAMP)


def test_jpegs_with_scans_without_end_are_refused(tmp_path):
    path = saved(tmp_path / "a", Image.fromarray(np.zeros((2000, 3000), np.uint8)), "JPEG", progressive=True)
    assert read_picture(path).grey_HW.shape == (2000, 3000)
    content = path.read_bytes()
    at = content.rindex(b"\xff\xda")
    path.write_bytes(content[:at] + content[at:-2] * 400 + content[-2:])
    with pytest.raises(DataError, match=r"damaged or truncated \(larger than allowed"):
        read_picture(path)
