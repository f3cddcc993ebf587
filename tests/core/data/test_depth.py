import numpy as np
import pytest

from livernet.core.data.depth import Scale, find_scale


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([0, 7, 255], np.uint8, [0, 7, 255]),
        ([0, 7, 255], np.uint16, [0, 7, 255]),
        ([0, 4, 1023], np.uint16, [0, 1, 255]),
        ([0, 256, 65535], np.uint16, [0, 1, 255]),
        ([-100, 0, 155], np.int16, [0, 100, 255]),
        ([0, 1 << 31, (1 << 32) - 1], np.uint32, [0, 128, 255]),
        ([0.0, 0.5, 1.0], np.float32, [0, 127, 255]),
        ([0.0, 0.5, 200.0], np.float64, [0, 0, 200]),
        ([-1.0, 0.0, 1.0], np.float64, [0, 1, 2]),
        ([0.0, 256.0, 65535.0], np.float32, [0, 1, 255]),
        ([0, 0, 0], np.uint16, [0, 0, 0]),
    ],
)
def test_values_become_eight_bits(values, dtype, expected):
    pixels = np.array(values, dtype)
    found = find_scale([pixels]).to_8_bits(pixels)
    assert found.dtype == np.uint8
    assert found.tolist() == expected


def test_few_bits_are_stretched():
    pixels = np.array([0, 1, 2, 3], np.uint8)
    assert find_scale([pixels], bits=2).to_8_bits(pixels).tolist() == [0, 85, 170, 255]


def test_one_scale_for_all_frames_and_none_for_padding():
    frames = [np.array([5, 300], np.uint16), np.array([0, 65535], np.uint16)]
    assert find_scale(frames).factor == 1 / 256
    assert find_scale(frames, padding=(65535, 65535)).factor == 1 / 2
    assert find_scale([]) == Scale()


def test_eight_bit_pixels_are_not_copied():
    pixels = np.zeros((4, 4), np.uint8)
    assert find_scale([pixels]).to_8_bits(pixels) is pixels


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="not finite"):
        find_scale([np.array([0.0, value])])
