"""Distances between the outlines of two masks: HD95, average surface distance and surface Dice.

An outline is the set of a mask's pixels with a neighbour (of four) outside it, the edge of the picture
counting as outside; distances are Euclidean, between pixel centres (Nikolov et al., arXiv 1809.04430;
Maier-Hein et al., Nat Methods 21:195, 2024).

Shape suffixes: H rows, W columns, P points of an outline.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion
from scipy.spatial import KDTree


class SurfaceScores(NamedTuple):
    """How far two outlines are apart, in the unit of the spacing."""

    hd95: float
    """The larger of the two directed 95th percentiles of the distances."""
    assd: float
    """Mean distance, over the points of both outlines."""
    nsd: float
    """Share of the points of both outlines within the tolerance of the other outline, 0..1."""


def surface_scores(
    predicted_HW: NDArray[np.bool_],
    expert_HW: NDArray[np.bool_],
    *,
    spacing: tuple[float, float] = (1.0, 1.0),
    tolerance: float,
) -> SurfaceScores:
    """Compare two masks of one size; an empty one is as far as two pixels of the picture can be.

    Both empty: distance 0 and surface Dice 1. One empty: the diagonal of the picture and 0.

    Args:
        predicted_HW: one mask.
        expert_HW: the other; the scores do not depend on the order.
        spacing: distance between neighbouring rows and between neighbouring columns, in mm or as 1, 1.
        tolerance: distance up to which two outlines are taken for one, in the same unit.

    Raises:
        ValueError: the masks differ in size.
    """
    if predicted_HW.shape != expert_HW.shape:
        raise ValueError(f"masks of {predicted_HW.shape} and {expert_HW.shape} pixels cannot be compared")
    one_P2, other_P2 = (_outline(mask_HW) * np.asarray(spacing) for mask_HW in (predicted_HW, expert_HW))
    if not len(one_P2) and not len(other_P2):
        return SurfaceScores(0.0, 0.0, 1.0)
    if not len(one_P2) or not len(other_P2):
        rows, columns = predicted_HW.shape
        diagonal = math.hypot(rows * spacing[0], columns * spacing[1])
        return SurfaceScores(diagonal, diagonal, 0.0)
    there_P = KDTree(other_P2).query(one_P2)[0]
    back_P = KDTree(one_P2).query(other_P2)[0]
    both_P = np.concatenate([there_P, back_P])
    return SurfaceScores(
        hd95=float(max(np.quantile(there_P, 0.95), np.quantile(back_P, 0.95))),
        assd=float(both_P.mean()),
        # distances of a grid are sums of roots: a point just at the tolerance is within it
        nsd=float((both_P <= tolerance + 1e-9).mean()),
    )


def _outline(mask_HW: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Row and column of every pixel of the outline, (P, 2); the mask is cut out first, for speed."""
    rows, columns = (np.flatnonzero(mask_HW.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return np.zeros((0, 2))
    part_HW = mask_HW[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    points_P2 = np.argwhere(part_HW & ~binary_erosion(part_HW)).astype(np.float64)
    points_P2 += (rows[0], columns[0])
    return points_P2
