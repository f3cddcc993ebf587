import numpy as np
import pytest
from pydicom import uid

from livernet.core.data.frames import FrameChoice
from livernet.core.data.images import read_picture, read_pictures
from livernet.core.errors import DataError
from tests.core.data.reading import assert_near
from tests.dicom_files import (
    DEEP,
    HTJ2K,
    JPEG_12,
    RAMP,
    dataset,
    jpeg,
    jpeg_2000,
    native,
    packed,
    recoded,
    run_length,
)

GREY3 = np.repeat(RAMP[..., None], 3, axis=2)
NEUTRAL = np.full_like(RAMP, 128)
COLOURS = np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], axis=2)
ODD = np.arange(7 * 5, dtype=np.uint8).reshape(7, 5) * 7
MODERN = [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian]
NATIVE = [*MODERN, uid.DeflatedExplicitVRLittleEndian]


def luma(rgb):
    return rgb @ np.array([0.299, 0.587, 0.114])


def needs(syntax):
    """Skip where no decoder of a syntax is installed."""
    from pydicom.pixels.decoders.base import get_decoder

    if not get_decoder(uid.UID(syntax)).is_available:
        pytest.skip(f"no decoder for {uid.UID(syntax).name}: pip install 'livernet[dicom]'")


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda s: s.name)
def test_native_syntaxes(tmp_path, syntax):
    assert_near(native(tmp_path / "grey", RAMP, syntax=syntax), RAMP, 0)
    assert_near(native(tmp_path / "odd", ODD, syntax=syntax), ODD, 0)
    assert_near(native(tmp_path / "deep", DEEP, syntax=syntax, BitsStored=12), RAMP, 0)
    assert_near(native(tmp_path / "colour", COLOURS, "RGB", syntax), luma(COLOURS), 1)
    assert read_picture(tmp_path / "grey").dicom.transfer_syntax == syntax.name


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("syntax", MODERN, ids=lambda s: s.name)
def test_planes_and_pixels(tmp_path, planar, syntax):
    assert_near(native(tmp_path / "a", COLOURS, "RGB", syntax, planar=planar), luma(COLOURS), 1)
    ybr = np.stack([RAMP, NEUTRAL, NEUTRAL], axis=2)
    assert_near(native(tmp_path / "b", ybr, "YBR_FULL", syntax, planar=planar), RAMP, 1)


def test_big_endian_bytes_in_words(tmp_path):
    frames = np.stack([ODD, 255 - ODD, ODD[::-1]])
    words = frames.tobytes() + b"\0"
    swapped = np.frombuffer(words, "<u2").byteswap().tobytes()
    path = native(tmp_path / "a", frames, syntax=uid.ExplicitVRBigEndian, content=swapped)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"\x7f\xe0\x00\x10OB")
    content[at + 4 : at + 6] = b"OW"
    path.write_bytes(content)
    found = [picture.grey_HW for picture in read_pictures(path, FrameChoice.parse("all"))]
    assert np.array_equal(found, frames)


def half_colours(luminance, blue, red):
    """Y1 Y2 B R for every two pixels, as YBR_FULL_422 is stored."""
    pairs = luminance.reshape(-1, 2)
    chroma = np.tile(np.array([[blue, red]], np.uint8), (len(pairs), 1))
    return np.hstack([pairs, chroma]).astype(np.uint8).tobytes()


def test_subsampled_colours(tmp_path):
    assert_near(native(tmp_path / "a", GREY3, "YBR_FULL_422", content=half_colours(RAMP, 128, 128)), RAMP, 1)
    two = np.stack([GREY3, GREY3])
    content = half_colours(RAMP, 128, 128) + half_colours(RAMP[::-1], 128, 128)
    assert_near(native(tmp_path / "b", two, "YBR_FULL_422", content=content), RAMP[::-1], 1)
    assert_near(
        native(tmp_path / "red", GREY3, "YBR_FULL_422", content=half_colours(NEUTRAL, 128, 255)),
        luma([[255, 37, 128]] * 1)[0] + 0 * RAMP.astype(float),
        3,
    )
    assert read_picture(tmp_path / "red").saturated_HW.all()


def test_subsampled_in_name_only(tmp_path):
    full = np.stack([RAMP, NEUTRAL, NEUTRAL], axis=2)
    assert_near(native(tmp_path / "a", full, "YBR_FULL_422"), RAMP, 1)


def test_partial_range(tmp_path):
    studio = np.round(16 + RAMP.astype(float) * 219 / 255).astype(np.uint8)
    assert_near(
        native(tmp_path / "a", GREY3, "YBR_PARTIAL_422", content=half_colours(studio, 128, 128)), RAMP, 2
    )
    needs(uid.JPEGBaseline8Bit)
    frame = jpeg(np.repeat(studio[..., None], 3, axis=2))
    assert_near(packed(tmp_path / "b", [frame], GREY3, "YBR_PARTIAL_420", uid.JPEGBaseline8Bit), RAMP, 6)


def test_monochrome1_is_inverted_at_every_depth(tmp_path):
    assert_near(native(tmp_path / "a", RAMP, "MONOCHROME1"), 255 - RAMP, 0)
    assert_near(native(tmp_path / "b", DEEP, "MONOCHROME1", BitsStored=12), 255.0 - RAMP, 0)


@pytest.mark.parametrize(
    ("dtype", "tags", "values", "expected"),
    [
        ("u2", {"BitsStored": 12}, [0, 16, 2048, 4095], [0, 1, 128, 255]),
        ("u2", {}, [0, 255, 256, 65535], [0, 0, 1, 255]),
        ("u2", {}, [0, 7, 200, 255], [0, 7, 200, 255]),
        ("i2", {"BitsStored": 12}, [-2048, -2032, 0, 2047], [0, 1, 128, 255]),
        ("i2", {}, [0, 10, 200, 255], [0, 10, 200, 255]),
        ("i1", {}, [-128, -1, 0, 127], [0, 127, 128, 255]),
        ("u1", {"BitsStored": 4}, [0, 1, 7, 15], [0, 17, 119, 255]),
        ("u4", {}, [0, 1 << 24, 1 << 31, (1 << 32) - 1], [0, 1, 128, 255]),
        ("i2", {"PixelPaddingValue": -2000}, [-2000, 0, 100, 255], [0, 0, 100, 255]),
        ("u2", {"PixelPaddingValue": 65535}, [65535, 0, 100, 255], [255, 0, 100, 255]),
    ],
)
def test_every_depth_becomes_eight_bits(tmp_path, dtype, tags, values, expected):
    pixels = np.array([values], dtype)
    assert_near(native(tmp_path / "a", pixels, **tags), np.array([expected]), 0)


def test_one_bit(tmp_path):
    content = np.packbits(RAMP > 100, bitorder="little").tobytes()
    assert_near(
        native(tmp_path / "a", RAMP, BitsAllocated=1, BitsStored=1, HighBit=0, content=content),
        255.0 * (RAMP > 100),
        0,
    )


def test_all_frames_share_one_scale(tmp_path):
    frames = np.stack([DEEP // 16, DEEP, DEEP // 2])
    path = native(tmp_path / "a", frames, BitsStored=12)
    found = [picture.grey_HW.max() for picture in read_pictures(path, FrameChoice.parse("all"))]
    assert found == [15, 244, 122]


def test_embedded_overlays_do_not_show(tmp_path):
    overlay = np.where(RAMP > 100, np.uint16(0x8000), np.uint16(0))
    assert_near(native(tmp_path / "a", DEEP | overlay, BitsStored=12, HighBit=11), RAMP, 0)


def test_run_lengths(tmp_path):
    assert_near(run_length(tmp_path / "a", RAMP, "MONOCHROME2"), RAMP, 0)
    assert_near(run_length(tmp_path / "b", DEEP, "MONOCHROME2", BitsStored=12), RAMP, 0)
    assert_near(run_length(tmp_path / "c", COLOURS, "RGB"), luma(COLOURS), 1)
    ybr = np.stack([RAMP, NEUTRAL, NEUTRAL], axis=2)
    assert_near(run_length(tmp_path / "d", ybr, "YBR_FULL"), RAMP, 1)


@pytest.mark.parametrize("syntax", [uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit], ids=lambda s: s.name)
def test_jpeg(tmp_path, syntax):
    needs(syntax)
    assert_near(packed(tmp_path / "a", [jpeg(RAMP)], RAMP, "MONOCHROME2", syntax), RAMP, 4)
    for sampling, photometric in ((0, "YBR_FULL"), (1, "YBR_FULL_422"), (2, "YBR_FULL_422")):
        frame = jpeg(COLOURS, subsampling=sampling)
        assert_near(packed(tmp_path / "b", [frame], COLOURS, photometric, syntax), luma(COLOURS), 6)
    plain = jpeg(COLOURS, keep_rgb=True)
    assert_near(packed(tmp_path / "c", [plain], COLOURS, "RGB", syntax), luma(COLOURS), 6)
    # many exports say RGB and hold what JPEG makes of it
    assert_near(packed(tmp_path / "d", [jpeg(COLOURS)], COLOURS, "RGB", syntax), luma(COLOURS), 6)


def test_jpeg_of_twelve_bits_is_decoded_or_told(tmp_path):
    path = packed(tmp_path / "a", [JPEG_12], DEEP, "MONOCHROME2", uid.JPEGExtended12Bit, BitsStored=12)
    with pytest.raises(DataError, match=r"JPEG Extended \(Process 2 and 4\), cannot be decoded") as caught:
        read_picture(path)
    assert "export the file again uncompressed" in caught.value.hint


@pytest.mark.parametrize(
    ("syntax", "within"),
    [(uid.JPEGLossless, 0), (uid.JPEGLosslessSV1, 0), (uid.JPEGLSLossless, 0), (uid.JPEGLSNearLossless, 3)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_what_gdcm_decodes(tmp_path, syntax, within):
    pytest.importorskip("gdcm", reason="python-gdcm is not installed: pip install 'livernet[dicom]'")
    assert_near(recoded(native(tmp_path / "a", RAMP), syntax), RAMP, within)
    assert_near(recoded(native(tmp_path / "b", DEEP, BitsStored=12), syntax), RAMP, within)
    assert_near(recoded(native(tmp_path / "c", COLOURS, "RGB"), syntax), luma(COLOURS), within + 1)


@pytest.mark.parametrize("lossless", [True, False])
def test_jpeg_2000(tmp_path, lossless):
    syntax = uid.JPEG2000Lossless if lossless else uid.JPEG2000
    needs(syntax)
    assert_near(
        packed(tmp_path / "a", [jpeg_2000(RAMP, lossless=lossless)], RAMP, "MONOCHROME2", syntax),
        RAMP,
        0 if lossless else 4,
    )
    frame = jpeg_2000(COLOURS, lossless=lossless, mct=1)
    photometric = "YBR_RCT" if lossless else "YBR_ICT"
    assert_near(
        packed(tmp_path / "b", [frame], COLOURS, photometric, syntax), luma(COLOURS), 1 if lossless else 8
    )
    plain = jpeg_2000(COLOURS, lossless=lossless, mct=0)
    assert_near(packed(tmp_path / "c", [plain], COLOURS, "RGB", syntax), luma(COLOURS), 1 if lossless else 8)
    boxed = jpeg_2000(RAMP, no_jp2=False)
    assert_near(packed(tmp_path / "d", [boxed], RAMP, "MONOCHROME2", syntax), RAMP, 0)


def test_jpeg_2000_of_twelve_bits(tmp_path):
    needs(uid.JPEG2000Lossless)
    frame = jpeg_2000(DEEP)
    assert_near(
        packed(tmp_path / "a", [frame], DEEP, "MONOCHROME2", uid.JPEG2000Lossless, BitsStored=16), RAMP, 0
    )


@pytest.mark.parametrize(
    "syntax", [uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K], ids=lambda s: s.name
)
def test_high_throughput_jpeg_2000(tmp_path, syntax):
    needs(syntax)
    assert_near(packed(tmp_path / "a", [HTJ2K], RAMP, "MONOCHROME2", syntax), RAMP, 0)


@pytest.mark.parametrize(
    ("syntax", "message", "hint"),
    [
        (uid.MPEG2MPML, "transfer syntax MPEG2 .* is not decoded", "videos are not decoded"),
        (uid.MPEG4HP41, "transfer syntax MPEG-4 AVC/H.264 .* is not decoded", "videos are not decoded"),
    ],
)
def test_syntaxes_that_are_not_decoded_are_named(tmp_path, syntax, message, hint):
    with pytest.raises(DataError, match=message) as caught:
        read_picture(packed(tmp_path / "a", [b"video"], RAMP, "MONOCHROME2", syntax))
    assert hint in caught.value.hint


def test_private_syntaxes_are_not_named(tmp_path):
    content = native(tmp_path / "a", RAMP, syntax=uid.ExplicitVRLittleEndian).read_bytes()
    (tmp_path / "a").write_bytes(content.replace(b"1.2.840.10008.1.2.1\0", b"1.3.46.670589.33.1\0\0"))
    with pytest.raises(DataError, match=r"private or unknown transfer syntax$"):
        read_picture(tmp_path / "a")


@pytest.mark.parametrize(
    ("photometric", "message"),
    [
        ("HSV", "interpretation 'HSV' is not known"),
        ("KIM MINSU", "interpretation of that name is not known"),
        ("", "interpretation is missing or is not known"),
        ("YBR_RCT", "YBR_RCT is not possible with Explicit VR Little Endian"),
        ("RGB", r"RGB does not go with its samples \(1 a pixel\)"),
    ],
)
def test_interpretations_that_cannot_be(tmp_path, photometric, message):
    pixels = GREY3 if photometric in {"YBR_RCT", "RGB"} else RAMP
    tags = {"SamplesPerPixel": 1} if photometric == "RGB" else {}
    path = native(tmp_path / "a", pixels, photometric, **tags)
    with pytest.raises(DataError, match=message) as caught:
        read_picture(path)
    assert "MINSU" not in caught.value.message


@pytest.mark.parametrize(
    "tags",
    [{"BitsStored": 12, "HighBit": 15}, {"BitsStored": 20}, {"BitsAllocated": 12, "BitsStored": 12}],
)
def test_depths_that_cannot_be(tmp_path, tags):
    with pytest.raises(DataError, match=r"impossible samples \(bits stored"):
        read_picture(native(tmp_path / "a", DEEP, **tags))


def levels(path, choice="all"):
    return [int(picture.grey_HW[0, 0]) for picture in read_pictures(path, FrameChoice.parse(choice))]


LOOP = np.stack([np.full((8, 8), level, np.uint8) for level in (10, 20, 30, 40, 50)])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (0, [10]),
        (-3, [10]),
        ("", [10]),
        (2, [10, 20]),
        (5, [10, 20, 30, 40, 50]),
        (4_000_000, [10, 20, 30, 40, 50]),
    ],
)
def test_a_number_of_frames_that_lies(tmp_path, told, expected):
    assert levels(native(tmp_path / "a", LOOP, NumberOfFrames=told)) == expected
    assert read_picture(tmp_path / "a").frames == len(expected)


def test_frames_cut_off_at_the_end_are_not_counted(tmp_path):
    path = native(tmp_path / "a", LOOP)
    path.write_bytes(path.read_bytes()[:-70])
    assert levels(path) == [10, 20, 30]


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("fragments", [1, 2])
def test_compressed_loops(tmp_path, table, fragments):
    needs(uid.JPEGBaseline8Bit)
    frames = [jpeg(frame) for frame in LOOP]
    path = packed(
        tmp_path / "a", frames, LOOP, "MONOCHROME2", uid.JPEGBaseline8Bit, table=table, fragments=fragments
    )
    assert levels(path) == [10, 20, 30, 40, 50]
    assert levels(path, "every 2") == [10, 30, 50]
    path = packed(
        tmp_path / "b", frames, LOOP, "MONOCHROME2", uid.JPEGBaseline8Bit, table=table, NumberOfFrames=400
    )
    assert levels(path) == [10, 20, 30, 40, 50]


def test_a_compressed_loop_cut_short(tmp_path):
    frames = [jpeg(frame) for frame in LOOP]
    path = packed(tmp_path / "a", frames, LOOP, "MONOCHROME2", uid.JPEGBaseline8Bit)
    path.write_bytes(path.read_bytes()[:-60])
    assert levels(path) == [10, 20, 30, 40]


def test_a_damaged_frame_is_named_after_those_before_it(tmp_path):
    frames = [jpeg(frame) for frame in LOOP]
    frames[2] = frames[2][:40]
    path = packed(tmp_path / "a", frames, LOOP, "MONOCHROME2", uid.JPEGBaseline8Bit)
    pictures = read_pictures(path, FrameChoice.parse("all"))
    assert [next(pictures).frame, next(pictures).frame] == [0, 1]
    with pytest.raises(DataError, match="pixels of frame 3, JPEG Baseline"):
        next(pictures)
    assert levels(path, "first") == [10]


def test_a_frame_may_not_be_larger_inside_than_told(tmp_path):
    big = jpeg(np.zeros((600, 800), np.uint8))
    for frame, syntax in (
        (big, uid.JPEGBaseline8Bit),
        (jpeg_2000(np.zeros((600, 800), np.uint8)), uid.JPEG2000Lossless),
        (b"\0" * 50_000, uid.RLELossless),
    ):
        with pytest.raises(DataError, match=r"cannot be decoded \(broken structure\)"):
            read_picture(packed(tmp_path / "a", [frame], RAMP, "MONOCHROME2", syntax))


def test_deflated_bombs_are_refused(tmp_path):
    path = native(
        tmp_path / "a", np.zeros((4000, 20_000), np.uint8), syntax=uid.DeflatedExplicitVRLittleEndian
    )
    assert path.stat().st_size < 200_000
    with pytest.raises(DataError, match="deflated data set grows beyond"):
        read_picture(path)


def test_compressed_pixels_must_be_fragments(tmp_path):
    path = native(tmp_path / "a", RAMP)
    content = path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0")
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"damaged DICOM header \(broken structure\)"):
        read_picture(path)


def test_memory_holds_one_frame_of_a_loop(tmp_path):
    import tracemalloc

    frames = np.zeros((500, 200, 200), np.uint8)
    frames[:, 50:150, 50:150] = np.random.default_rng(0).integers(0, 200, (500, 1, 1), dtype=np.uint8)
    path = native(tmp_path / "a", frames)
    size = frames.nbytes
    del frames
    tracemalloc.start()
    count = sum(picture.moving_HW is not None for picture in read_pictures(path, FrameChoice.parse("all")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 500
    assert peak < size / 5


def test_float_pixels_are_no_picture(tmp_path):
    data = dataset(RAMP.astype(np.float32), "MONOCHROME2", uid.ExplicitVRLittleEndian)
    data.FloatPixelData = RAMP.astype(np.float32).tobytes()
    data.save_as(tmp_path / "a", enforce_file_format=True)
    with pytest.raises(DataError, match="holds no picture"):
        read_picture(tmp_path / "a")


def test_supplemental_palettes_and_deep_luminance_are_refused(tmp_path):
    with pytest.raises(DataError, match="a supplemental palette colours the picture"):
        read_picture(native(tmp_path / "a", RAMP, PixelPresentation="COLOR"))
    with pytest.raises(DataError, match="YBR_FULL is only decoded in 8 bits"):
        read_picture(native(tmp_path / "b", GREY3.astype(np.uint16), "YBR_FULL"))


def test_one_frame_is_taken_of_a_loop_that_says_one(tmp_path):
    frames = [jpeg(frame) for frame in LOOP]
    path = packed(tmp_path / "a", frames, LOOP, "MONOCHROME2", uid.JPEGBaseline8Bit, NumberOfFrames=1)
    assert levels(path) == [10]
