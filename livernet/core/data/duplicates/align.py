"""How alike two textures are once one is laid over the other: correlation where both show tissue.

Shift and mirroring are found by cross-correlation at half size, then shift and scale along both sides are
refined by Gauss-Newton steps (Lucas and Kanade 1981; Baker and Matthews, IJCV 2004, equation 10): both sides
apart, since a copy may have been stretched. scikit-image aligns one pair a call. Resampling is a product of
two small matrices, the same for every row and every column.
Shape suffixes: P pairs, S side of a texture, L half of it, K numbers that are fitted.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from livernet.core.data.duplicates.shelf import Shelf
from livernet.core.data.duplicates.texture import Textures
from livernet.core.data.thumbnails import SIDE

Floats = NDArray[np.floating[Any]]
Rows = NDArray[np.intp]
Waves = NDArray[np.complexfloating[Any, Any]]

_PEAK = 0.4
"""Correlation at half size, before refinement, below which a pair is not looked at further."""
_FURTHEST = 6
"""Largest shift at half size, a fifth of the side."""
_HALF = SIDE // 2
_STEPS = 8
_TRIED, _GAIN = 3, 0.003
"""Steps that every pair is given, and what a further one must have gained."""
_OVERLAP = 0.5
"""Share of the smaller sector that both pictures must show."""
_BLOCK = 256


class Pictures:
    """What pictures are laid over each other by, put aside: their textures and the waves of these."""

    def __init__(self) -> None:
        """No pictures yet."""
        self._contrast, self._inside = Shelf((SIDE, SIDE), np.float16), Shelf((SIDE, SIDE), np.bool_)
        waves = (_HALF, _HALF // 2 + 1)
        self._plain, self._mirrored = Shelf(waves, np.complex64), Shelf(waves, np.complex64)
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for shelf in (self._contrast, self._inside, self._plain, self._mirrored):
            shelf.close()

    def __len__(self) -> int:
        return self._count

    def add(self, found: Textures) -> None:
        """Put pictures behind those that are there.

        Raises:
            OutputError: they cannot be put aside.
        """
        half_NLL = _half(found.contrast_NSS.astype(np.float32))
        self._contrast.append(found.contrast_NSS)
        self._inside.append(found.inside_NSS)
        self._plain.append(fft.rfft2(half_NLL))
        self._mirrored.append(fft.rfft2(half_NLL[:, :, ::-1]))
        self._count += len(half_NLL)

    def textures(self, rows_P: Rows) -> Textures:
        """Those of some pictures, in single precision."""
        return Textures(*(part.pick(rows_P).astype(np.float32) for part in (self._contrast, self._inside)))

    def waves(self, rows_P: Rows) -> Waves:
        """Fourier transforms (P, F, F) of some pictures at half size."""
        return self._plain.pick(rows_P)

    def mirrored_waves(self, rows_P: Rows) -> Waves:
        """The same of their mirror images."""
        return self._mirrored.pick(rows_P)


def correlate(pictures: Pictures, first: Rows, second: Rows) -> Floats:
    """Correlation (P,) of each pair of rows at the best shift, scale and mirroring; 0 where it was no use."""
    scores_P = np.zeros(len(first), np.float32)
    for at in range(0, len(first), _BLOCK):
        i, j = first[at : at + _BLOCK], second[at : at + _BLOCK]
        ways = pictures.waves(i), pictures.mirrored_waves(i)
        peak_P, mirrored_P, shift_P2 = _coarse(ways, pictures.waves(j))
        hopeful = np.flatnonzero(peak_P >= _PEAK)
        if hopeful.size:
            moving = _mirrored(pictures.textures(i[hopeful]), mirrored_P[hopeful])
            scores_P[at + hopeful] = _refine(moving, pictures.textures(j[hopeful]), shift_P2[hopeful])
    return scores_P


def _half(contrast_NSS: Floats) -> Floats:
    """At half the side, with mean 0 and length 1."""
    blurred_NSS = ndimage.gaussian_filter(contrast_NSS, (0, 0.8, 0.8))
    half_NLL: Floats = blurred_NSS.reshape(-1, _HALF, 2, _HALF, 2).mean(axis=(2, 4))
    half_NLL -= half_NLL.mean(axis=(1, 2), keepdims=True)
    half_NLL /= np.linalg.norm(half_NLL, axis=(1, 2), keepdims=True) + np.float32(1e-6)
    return half_NLL


def _coarse(moving: Sequence[Waves], fixed_PFF: Waves) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Best correlation, whether it needs mirroring, and the shift (down, across) in pixels of S."""
    width = 2 * _FURTHEST + 1
    surfaces = []
    for way_PFF in moving:
        surface_PLL = fft.irfft2(fixed_PFF * way_PFF.conj(), s=(_HALF, _HALF))
        surfaces.append(np.roll(surface_PLL, _FURTHEST, axis=(1, 2))[:, :width, :width])
    surface_PW = np.stack(surfaces, axis=1).reshape(len(fixed_PFF), -1)
    mirrored_P, place_P = np.divmod(surface_PW.argmax(axis=1), width * width)
    shift_P2 = 2.0 * (_FURTHEST - np.stack(np.divmod(place_P, width), axis=1))
    return surface_PW.max(axis=1), mirrored_P > 0, shift_P2.astype(np.float32)


def _mirrored(found: Textures, mirrored_P: NDArray[np.bool_]) -> Textures:
    flip_P11 = mirrored_P[:, None, None]
    return Textures(*(np.where(flip_P11, part[:, :, ::-1], part) for part in found))


def _refine(moving: Textures, fixed: Textures, shift_P2: Floats) -> Floats:
    """The best correlation on the way of the Gauss-Newton steps; 0 where too little overlaps."""
    ones_P = np.ones(len(shift_P2), np.float32)
    # scale and shift down, scale and shift across
    fit_P4 = np.stack([ones_P, shift_P2[:, 0], ones_P, shift_P2[:, 1]], axis=1)
    best_P = np.zeros(len(fit_P4), np.float32)
    rising = np.arange(len(fit_P4))
    for step in range(_STEPS + 1):
        warped_PSS = _warp(moving.contrast_NSS, fit_P4)
        joint_PSS = (_warp(moving.inside_NSS, fit_P4) > 0.5) * fixed.inside_NSS
        tissue_P = np.minimum(moving.inside_NSS.sum((1, 2)), fixed.inside_NSS.sum((1, 2)))
        enough_P = joint_PSS.sum(axis=(1, 2)) >= np.maximum(_OVERLAP * tissue_P, 1)
        score_P = np.where(enough_P, _correlation(warped_PSS, fixed.contrast_NSS, joint_PSS), 0)
        on = np.flatnonzero((score_P > best_P[rising] + _GAIN) | (step < _TRIED))
        best_P[rising] = np.maximum(best_P[rising], score_P)
        if step == _STEPS or not on.size:
            break
        moving, fixed, rising = moving.pick(on), fixed.pick(on), rising[on]
        fit_P4 = _step(warped_PSS[on], fixed.contrast_NSS, joint_PSS[on], fit_P4[on])
    return best_P


def _step(warped_PSS: Floats, fixed_PSS: Floats, joint_PSS: Floats, fit_P4: Floats) -> Floats:
    """One damped Gauss-Newton step towards the least squared difference."""
    count, side = warped_PSS.shape[:2]
    reach = np.linspace(-1, 1, side, dtype=np.float32)
    power_P = (warped_PSS**2 * joint_PSS).sum((1, 2)) + np.float32(1e-6)
    gain_P11 = np.clip((warped_PSS * fixed_PSS * joint_PSS).sum((1, 2)) / power_P, 0.3, 3)[:, None, None]
    down_PSS = np.gradient(warped_PSS, axis=1) * joint_PSS * gain_P11
    across_PSS = np.gradient(warped_PSS, axis=2) * joint_PSS * gain_P11
    slopes = (down_PSS * reach[:, None], down_PSS, across_PSS * reach, across_PSS)
    slope_PKW = np.stack(slopes, axis=1).reshape(count, 4, -1)
    rest_PW1 = ((fixed_PSS - warped_PSS * gain_P11) * joint_PSS).reshape(count, -1, 1)
    normal_PKK = slope_PKW @ slope_PKW.transpose(0, 2, 1)
    damping_P = np.float32(0.01) * np.trace(normal_PKK, axis1=1, axis2=2) + np.float32(1e-3)
    normal_PKK += damping_P[:, None, None] * np.eye(4, dtype=np.float32)
    move_P4 = np.clip(np.linalg.solve(normal_PKK, slope_PKW @ rest_PW1)[:, :, 0], -2, 2)
    scale_P2 = fit_P4[:, ::2] * (1 + move_P4[:, ::2] * 2 / (side - 1))
    shift_P2 = fit_P4[:, 1::2] + move_P4[:, 1::2] * scale_P2
    return np.stack([scale_P2[:, 0], shift_P2[:, 0], scale_P2[:, 1], shift_P2[:, 1]], axis=1)


def _warp(values_PSS: Floats, fit_P4: Floats) -> Floats:
    """Pixel (y, x) is taken from (scale y + shift, scale x + shift), from the centre; bilinear, 0 outside."""
    down_PSS = _interpolation(fit_P4[:, 0], fit_P4[:, 1], values_PSS.shape[1])
    across_PSS = _interpolation(fit_P4[:, 2], fit_P4[:, 3], values_PSS.shape[2])
    return np.asarray(down_PSS @ values_PSS @ across_PSS.transpose(0, 2, 1))


def _interpolation(scale_P: Floats, shift_P: Floats, side: int) -> Floats:
    at = np.arange(side, dtype=np.float32)
    centre = np.float32((side - 1) / 2)
    source_PS = centre + (at - centre) * scale_P[:, None] + shift_P[:, None]
    return np.asarray(np.maximum(0, 1 - np.abs(source_PS[:, :, None] - at)))


def _correlation(a_PSS: Floats, b_PSS: Floats, joint_PSS: Floats) -> Floats:
    weight_P11 = joint_PSS.sum((1, 2), keepdims=True) + np.float32(1e-6)
    a_PSS, b_PSS = (
        (x - (x * joint_PSS).sum((1, 2), keepdims=True) / weight_P11) * joint_PSS for x in (a_PSS, b_PSS)
    )
    lengths_P = (a_PSS**2).sum((1, 2)) * (b_PSS**2).sum((1, 2))
    return np.asarray((a_PSS * b_PSS).sum((1, 2)) / np.sqrt(lengths_P + np.float32(1e-9)))
