"""Time of scoring a predicted mask, beside the same distances by distance transforms and by MONAI.

    python -m tests.benchmarks.masks COHORT

COHORT has masks of two annotators, who are scored against each other; one core, medians of five rounds.
MONAI is timed and compared where it is installed.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion, distance_transform_edt

from livernet.core.data.manifest import load_manifest
from livernet.core.data.prepared import read_grey
from livernet.core.metrics.surface import surface_scores

Mask = NDArray[np.bool_]
Scores = tuple[float, ...]
TOLERANCE = 3.0
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cohort", type=Path)
    folder = parser.parse_args().cohort
    rows = [row for row in load_manifest(folder).rows if row.mask and row.mask_b]
    pairs = [tuple(read_grey(folder / name) >= 128 for name in (row.mask, row.mask_b)) for row in rows]
    sys.stdout.write(f"{len(pairs)} pairs of masks, {pairs[0][0].shape} pixels\n")
    ways: dict[str, Callable[[Mask, Mask], Scores]] = {"livernet": ours, "transforms": by_transforms}
    if find_spec("monai") is not None:
        ways["MONAI"] = by_monai
    reference = [ours(*pair) for pair in pairs]
    for name, way in ways.items():
        apart = max(
            np.abs(np.subtract(way(*pair), ref)).max() for pair, ref in zip(pairs, reference, strict=True)
        )
        took = statistics.median(_seconds(way, pairs) for _ in range(ROUNDS)) / len(pairs)
        sys.stdout.write(f"{name}: {1000 * took:.2f} ms a pair, at most {apart:.1g} from livernet\n")


def ours(one_HW: Mask, other_HW: Mask) -> Scores:
    return tuple(surface_scores(one_HW, other_HW, tolerance=TOLERANCE))


def by_transforms(one_HW: Mask, other_HW: Mask) -> Scores:
    """The usual way: a distance to the other outline for every pixel of the joint bounding box."""
    rows, columns = (np.flatnonzero((one_HW | other_HW).any(axis=axis)) for axis in (1, 0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    one, other = (mask[part] & ~binary_erosion(mask[part]) for mask in (one_HW, other_HW))
    there, back = distance_transform_edt(~other)[one], distance_transform_edt(~one)[other]
    both = np.concatenate([there, back])
    hd95 = max(np.quantile(there, 0.95), np.quantile(back, 0.95))
    return float(hd95), float(both.mean()), float((both <= TOLERANCE + 1e-9).mean())


def by_monai(one_HW: Mask, other_HW: Mask) -> Scores:
    import torch
    from monai import metrics

    pair = [torch.from_numpy(mask)[None, None].float() for mask in (one_HW, other_HW)]
    hd95 = metrics.compute_hausdorff_distance(*pair, include_background=True, percentile=95)
    assd = metrics.compute_average_surface_distance(*pair, include_background=True, symmetric=True)
    nsd = metrics.compute_surface_dice(*pair, [TOLERANCE], include_background=True)
    return hd95.item(), assd.item(), nsd.item()


def _seconds(way: Callable[[Mask, Mask], Scores], pairs: list[tuple[Mask, ...]]) -> float:
    started = time.perf_counter()
    for one_HW, other_HW in pairs:
        way(one_HW, other_HW)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
