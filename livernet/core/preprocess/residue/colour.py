"""Colour inside the sector: Doppler, a coloured mark, or a grey map with a tint.

Shape suffixes: h, w the sector's window.
"""

import numpy as np

from livernet.core.preprocess.residue.blobs import Mask
from livernet.core.preprocess.residue.strokes import Grey
from livernet.core.preprocess.windows import opened

_BROAD = 7
"""Flow fills blobs wider than this; the lines of calipers, traces and guides are thinner."""
_MOST_BROAD = 0.0004
_LEAST_BROAD = 48
"""Broad colour that makes a picture coloured: as a share of the sector, and in pixels."""
_MOST = 0.01
"""Colour of any form that does: more than graphics take."""


def colour_amount(colour_hw: Mask, inside_hw: Mask) -> float:
    """How much of the sector is coloured, in units of what refuses a picture."""
    total = float(np.count_nonzero(colour_hw))
    if total == 0:
        return 0.0
    area = float(np.count_nonzero(inside_hw))
    broad = float(np.count_nonzero(opened(colour_hw, _BROAD)))
    return max(total / (_MOST * area), broad / max(_LEAST_BROAD, _MOST_BROAD * area))


def is_tint(grey_hw: Grey, colour_hw: Mask, inside_hw: Mask) -> bool:
    """Whether the colour is that of the grey map: all that is bright enough has it, and nothing else.

    Flow has dark colours too, and tissue as bright as flow stays grey beside it.
    """
    if np.count_nonzero(colour_hw) < _MOST * float(np.count_nonzero(inside_hw)):
        return False
    all_N = np.bincount(grey_hw[inside_hw], minlength=256)
    coloured_N = np.bincount(grey_hw[colour_hw], minlength=256)
    share_N = coloured_N / np.maximum(all_N, 1)
    level = int(np.argmax(share_N > 0.5))
    brighter, darker = slice(level + 8, None), slice(None, max(0, level - 8))
    return bool(
        coloured_N[brighter].sum() >= 0.97 * all_N[brighter].sum()
        and coloured_N[darker].sum() <= 0.03 * max(1, int(all_N[darker].sum()))
    )
