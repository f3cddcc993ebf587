"""Hangul from strokes: syllables are composed of their letters, so that no font needs to be installed.

A letter is written as points of a 5 x 5 grid, two digits (column, row) a point, a blank between strokes;
``o`` is the ring.
"""

from PIL import ImageDraw

Box = tuple[float, float, float, float]

_LETTERS = {
    "ㄱ": "004044",
    "ㄴ": "000444",
    "ㄷ": "40000444",
    "ㄹ": "004042020444",
    "ㅁ": "0040440400",
    "ㅂ": "00044440 0242",
    "ㅅ": "2004 2044",
    "ㅇ": "o",
    "ㅈ": "0040 2004 2044",
    "ㅊ": "1030 0141 2104 2144",
    "ㅋ": "004044 0242",
    "ㅌ": "40000444 0242",
    "ㅍ": "0040 0444 1014 3034",
    "ㅎ": "1030 0141 o",
    "ㅏ": "2024 2242",
    "ㅑ": "2024 2141 2343",
    "ㅓ": "3034 0232",
    "ㅕ": "3034 0131 0333",
    "ㅗ": "2023 0444",
    "ㅛ": "1013 3033 0444",
    "ㅜ": "0040 2024",
    "ㅠ": "0040 1014 3034",
    "ㅡ": "0242",
    "ㅣ": "2024",
    "ㅐ": "1014 3034 1232",
    "ㅔ": "2024 4044 0222",
    "ㅒ": "1014 3034 1131 1333",
    "ㅖ": "2024 4044 0121 0323",
}
_DOUBLE = {
    "ㄲ": "ㄱㄱ",
    "ㄸ": "ㄷㄷ",
    "ㅃ": "ㅂㅂ",
    "ㅆ": "ㅅㅅ",
    "ㅉ": "ㅈㅈ",
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
}
_DOUBLE |= {
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ",
    "ㅄ": "ㅂㅅ",
}
_MIXED = {"ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ"}

_INITIAL = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWEL = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINAL = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_FIRST, _LAST = 0xAC00, 0xD7A3


def is_hangul(character: str) -> bool:
    """Whether the character is one of the 11,172 composed syllables (Unicode 3.12)."""
    return _FIRST <= ord(character) <= _LAST


def split_syllable(syllable: str) -> tuple[str, str, str]:
    """Initial, vowel and final letter (blank where there is none) of a syllable, by Unicode's arithmetic."""
    index = ord(syllable) - _FIRST
    return _INITIAL[index // 588], _VOWEL[index % 588 // 28], _FINAL[index % 28]


def draw_syllable(
    pen: ImageDraw.ImageDraw, syllable: str, box: Box, fill: int | tuple[int, ...], width: int
) -> None:
    """Write one syllable into ``box`` (x0, y0, x1, y1, pixels)."""
    initial, vowel, final = split_syllable(syllable)
    x0, y0, x1, y1 = box
    if final != " ":
        bottom = y0 + (y1 - y0) * 0.68
        _letter(pen, final, (x0 + (x1 - x0) * 0.15, bottom, x1, y1), fill, width)
        y1 = bottom - (y1 - y0) * 0.08
    across, down = x0 + (x1 - x0) * 0.58, y0 + (y1 - y0) * 0.55
    parts = _MIXED.get(vowel, vowel)
    if len(parts) == 2:
        _letter(pen, initial, (x0 + 1, y0, across - 2, down - 1), fill, width)
        _letter(pen, parts[0], (x0, down, across, y1), fill, width)
        _letter(pen, parts[1], (across, y0, x1, y1), fill, width)
    elif vowel in "ㅗㅛㅜㅠㅡ":
        _letter(pen, initial, (x0 + (x1 - x0) * 0.15, y0, x1 - (x1 - x0) * 0.15, down - 1), fill, width)
        _letter(pen, vowel, (x0, down, x1, y1), fill, width)
    else:
        _letter(pen, initial, (x0, y0, across - 1, y1), fill, width)
        _letter(pen, vowel, (across, y0, x1, y1), fill, width)


def _letter(pen: ImageDraw.ImageDraw, letter: str, box: Box, fill: int | tuple[int, ...], width: int) -> None:
    x0, y0, x1, y1 = box
    if letter in _DOUBLE:
        middle = (x0 + x1) / 2
        _letter(pen, _DOUBLE[letter][0], (x0, y0, middle - 1, y1), fill, width)
        _letter(pen, _DOUBLE[letter][1], (middle + 1, y0, x1, y1), fill, width)
        return
    for stroke in _LETTERS[letter].split():
        if stroke == "o":
            top = y0 + (y1 - y0) * (0.4 if letter == "ㅎ" else 0.0)
            pen.ellipse((x0, top, max(x1, x0 + 2), max(y1, top + 2)), outline=fill, width=width)
            continue
        digits = [int(d) / 4 for d in stroke]
        points = [
            (x0 + (x1 - x0) * x, y0 + (y1 - y0) * y) for x, y in zip(digits[::2], digits[1::2], strict=True)
        ]
        pen.line(points, fill=fill, width=width)
