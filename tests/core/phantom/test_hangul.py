import numpy as np
import pytest
from PIL import Image, ImageDraw

from livernet.core.phantom.hangul import draw_syllable, is_hangul, split_syllable


def drawn(syllable: str, size: int = 48) -> np.ndarray:
    canvas = Image.new("L", (size + 4, size + 4))
    draw_syllable(ImageDraw.Draw(canvas), syllable, (2, 2, size + 1, size + 1), 255, 2)
    return np.asarray(canvas) > 0


@pytest.mark.parametrize(
    ("syllable", "letters"), [("가", "ㄱㅏ "), ("한", "ㅎㅏㄴ"), ("꽭", "ㄲㅙㄺ"), ("힣", "ㅎㅣㅎ")]
)
def test_syllables_split_as_unicode_says(syllable: str, letters: str) -> None:
    assert split_syllable(syllable) == tuple(letters)


def test_only_composed_syllables_are_hangul() -> None:
    assert is_hangul("김")
    assert not is_hangul("K")
    assert not is_hangul("ㄱ")


def test_every_letter_can_be_drawn_inside_its_box() -> None:
    for index in range(11_172):
        if index % 28 in (0, index // 28 % 28):
            ink = drawn(chr(0xAC00 + index), 20)
            assert ink[2:-1, 2:-1].sum() > 15, chr(0xAC00 + index)
            assert not ink[:1].any()


def test_different_syllables_look_different() -> None:
    pictures = {drawn(s).tobytes() for s in "김이박최정강조윤장임한오서신민지현영수준은호진혜우경태"}
    assert len(pictures) == 27


def test_a_final_letter_fills_the_lower_part() -> None:
    without, with_final = drawn("가"), drawn("각")
    assert with_final[36:].sum() > 0
    assert without.sum() > 0
    assert not np.array_equal(without, with_final)
