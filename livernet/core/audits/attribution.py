"""Audit: do the networks look at the liver when they name a stage?

Gradient times input (Shrikumar 2016): how much the answer rests on each pixel against a black one. The share
of it inside the liver is set against the liver's share of the sector.
Shape suffixes: S side of the picture at the training size.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from livernet.core.audits.audit import Audit, found, not_run
from livernet.core.audits.look import MaskOf
from livernet.core.audits.pictures import Small, read_small
from livernet.core.data.manifest import Cohort
from livernet.core.infer.forward import what_was_learnt
from livernet.core.metrics.intervals import Z95
from livernet.core.metrics.measure import Measure
from livernet.core.train.checkpoint import ModelCard, load_model

MOST_PIXELS = 60 * 128 * 128
"""Pixels that are traced back through the networks: 60 pictures of the quick preset."""
FEWEST = 8
"""Pictures below which nothing is said."""


def audit_attribution(
    models: Sequence[Path], tests: Sequence[Sequence[int]], cohort: Cohort, mask_of: MaskOf, seed: int
) -> Audit:
    """How much of the networks' answers rests on the liver, measured on pictures they did not learn from.

    Args:
        models: the model file of each fold.
        tests: the manifest rows that each fold tests.
        cohort: where the rows come from.
        mask_of: where the mask of a row lies.
        seed: of the choice of pictures, one a patient and fold.

    Raises:
        DataError: a model file, a picture or a mask is damaged.
    """
    shares: list[tuple[float, float]] = []
    for number, (file, rows) in enumerate(zip(models, tests, strict=True)):
        model, card = load_model(file, torch.device("cpu"))
        if not what_was_learnt(card.config, card.training).stages:
            return not_run("attribution", "The networks did not learn to name stages.")
        if card.config.is_baseline and card.config.vgg.input == "patches":
            return not_run("attribution", f"{card.config.model.name} sees patches alone.")
        most = max(2, round(MOST_PIXELS / card.config.train.size**2 / len(models)))
        for row in _one_a_patient(cohort, rows, mask_of, seed + number)[:most]:
            picture = cohort.rows[row]
            small = read_small(cohort.folder / picture.image, mask_of(picture), card.config.train.size)
            shares += _shares(small, attribute(model, card, small.grey_SS))
    if len(shares) < FEWEST:
        return not_run("attribution", f"{len(shares) or 'No'} tested pictures have a mask of the liver.")
    return _weigh(np.array(shares))


def attribute(model: nn.Module, card: ModelCard, grey_SS: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Absolute gradient times input of the winning class, (S, S); grey levels run from black, 0, to 1."""
    level_11SS = (torch.from_numpy(grey_SS.copy()).float() / 255)[None, None].requires_grad_()
    logits_1K = model(card.normalisation.apply(level_11SS)).class_logits_BK
    (gradient_11SS,) = torch.autograd.grad(logits_1K.max(), level_11SS)
    traced_SS: NDArray[np.float64] = (gradient_11SS * level_11SS)[0, 0].abs().detach().double().numpy()
    return traced_SS


def _one_a_patient(cohort: Cohort, rows: Sequence[int], mask_of: MaskOf, seed: int) -> list[int]:
    """One row a patient of those with a mask, in random order."""
    order = np.random.default_rng([seed, len(rows)]).permutation(np.asarray(rows, dtype=np.int64)).tolist()
    return list({cohort.rows[i].patient: i for i in order if mask_of(cohort.rows[i]) is not None}.values())


def _shares(small: Small, traced_SS: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Share of the answer and of the sector that lie in the liver; nothing where either is empty."""
    total, area = float(traced_SS[small.sector_SS].sum()), int(small.sector_SS.sum())
    if small.liver_SS is None or not np.isfinite(total) or total <= 0 or not area:
        return []
    inside_SS = small.liver_SS & small.sector_SS
    return [(float(traced_SS[inside_SS].sum()) / total, float(inside_SS.sum()) / area)]


def _weigh(shares_N2: NDArray[np.float64]) -> Audit:
    share, area = shares_N2.mean(axis=0).tolist()
    more_N = shares_N2[:, 0] - shares_N2[:, 1]
    half = Z95 * float(more_N.std(ddof=1)) / len(more_N) ** 0.5
    excess = Measure(
        value=share - area, low=share - area - half, high=share - area + half,
        method="normal interval of the mean over pictures of different patients",
    )  # fmt: skip
    numbers = {"inside": share, "area": area, "excess": excess.to_dict(), "images": len(more_N)}
    told = (
        f"{100 * share:.0f} % of what the answers rest on lies inside the liver, which fills "
        f"{100 * area:.0f} % of the sector"
    )
    if share - area - half > 0:
        return found("attribution", "passed", f"{told}: the networks look at the liver.", numbers)
    if share - area + half < 0:
        verdict = f"{told}: the networks look elsewhere more than at the liver."
        return found("attribution", "caution", verdict, numbers)
    return found("attribution", "passed", f"{told}: they look at it as much as at the rest.", numbers)
