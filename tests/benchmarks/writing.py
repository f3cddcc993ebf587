"""How much writing inside the sector is found: strings of known height and contrast on real pictures.

    python -m tests.benchmarks.writing DIR --seed 1000

``DIR`` holds ``aul/images`` and ``rus/images``. Each picture is put on a console of the phantom, its sector
is found, and strings are written into it, one at a time; half of the screens are then packed as JPEG. Only
screens that are free of writing as they are count. Shape suffixes: H, W the screen; h, w a string's box.
"""

import argparse
import io
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table

from livernet.core.data.images import read_picture
from livernet.core.phantom.screens.canvas import letters
from livernet.core.preprocess.pipeline import BLANKED_MARGIN
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.residue.find import find_residue
from livernet.core.preprocess.sector.locate import locate
from tests.benchmarks.real_screens import make_screens

TEXTS = (
    "KIM MINSU", "PARK", "LEE, J.", "Choi Yuna", "19581114", "1987-03-21", "ID 40215", "LIVER", "RT LOBE",
    "Hospital", "최우경", "김민수 M 62", "서울병원",
)  # fmt: skip
HEIGHTS = ((9, 10), (11, 14), (15, 20), (21, 32), (33, 48))
CONTRASTS = ((40, 59), (60, 99), (100, 180))
STRINGS = 8

Grey = NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("real", type=Path, help="folder with aul/images and rus/images")
    parser.add_argument("--seed", type=int, default=1000)
    options = parser.parse_args()
    seen, found, refused, screens = Counter[str](), Counter[str](), 0, 0
    for serial, (grey_HW, inside_HW) in enumerate(_sectors(options.real, options.seed)):
        screens += 1
        if _holds_text(grey_HW, inside_HW):
            refused += 1
            continue
        rng = np.random.default_rng([options.seed, 21, serial])
        for _ in range(STRINGS):
            cell, written_HW = _written(rng, grey_HW, inside_HW)
            if written_HW is not None:
                seen[cell] += 1
                found[cell] += _holds_text(written_HW, inside_HW)
    title = f"{refused} of {screens} screens refused as they are"
    table = Table("height, px", "contrast", "found", "of", "%", title=title)
    for cell in sorted(seen):
        share = f"{100 * found[cell] / seen[cell]:.1f}"
        table.add_row(*cell.split("|"), str(found[cell]), str(seen[cell]), share)
    Console().print(table)


def _sectors(real: Path, seed: int) -> Iterator[tuple[Grey, NDArray[np.bool_]]]:
    with tempfile.TemporaryDirectory() as folder:
        for known in make_screens(real, Path(folder) / "raw", seed):
            picture = read_picture(known.path)
            try:
                located = locate(picture)
            except Quarantined:
                continue
            shape = picture.grey_HW.shape
            yield picture.grey_HW, located[0].fit.sector.mask(shape, margin=BLANKED_MARGIN)


def _holds_text(grey_HW: Grey, inside_HW: NDArray[np.bool_]) -> bool:
    nowhere_HW = np.zeros_like(inside_HW)
    return find_residue(grey_HW, nowhere_HW, inside_HW, nowhere_HW).text


def _written(
    rng: np.random.Generator, grey_HW: Grey, inside_HW: NDArray[np.bool_]
) -> tuple[str, Grey | None]:
    """The cell of the table and the screen with a string; no screen where the string does not fit."""
    heights, contrasts = (of[int(rng.integers(len(of)))] for of in (HEIGHTS, CONTRASTS))
    height, contrast = (int(rng.integers(first, last + 1)) for first, last in (heights, contrasts))
    ink_hw = _ink(str(rng.choice(TEXTS)), height)
    y_N, x_N = np.nonzero(inside_HW)
    at, pack, quality = int(rng.integers(len(y_N))), rng.random() < 0.5, int(rng.integers(75, 96))
    box = np.s_[y_N[at] : y_N[at] + ink_hw.shape[0], x_N[at] : x_N[at] + ink_hw.shape[1]]
    cell = f"{heights[0]:2d}-{heights[1]}|{contrasts[0]:3d}-{contrasts[1]}"
    if inside_HW[box].shape != ink_hw.shape or not inside_HW[box].all():
        return cell, None
    around_hw = grey_HW[box].astype(np.float64)
    level = min(255.0, float(np.median(around_hw)) + contrast)
    if level - float(np.median(around_hw)) < contrasts[0]:
        return cell, None
    written_HW = grey_HW.copy()
    written_HW[box] = np.rint(around_hw + ink_hw * (level - around_hw)).clip(0, 255)
    return cell, _packed(written_HW, quality) if pack else written_HW


def _ink(text: str, height: int) -> NDArray[np.float64]:
    """Coverage 0 to 1 of a string whose capitals are so many pixels high."""
    size = next(s for s in range(height, 4 * height) if _height(s) >= height)
    ink_hw = np.asarray(letters(text, size), dtype=np.float64) / 255
    rows, columns = np.flatnonzero(ink_hw.any(axis=1)), np.flatnonzero(ink_hw.any(axis=0))
    return ink_hw[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _height(size: int) -> int:
    return int((np.asarray(letters("H", size)) > 128).any(axis=1).sum())


def _packed(grey_HW: Grey, quality: int) -> Grey:
    buffer = io.BytesIO()
    Image.fromarray(grey_HW).save(buffer, format="JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


if __name__ == "__main__":
    main()
