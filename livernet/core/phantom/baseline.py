"""How hard a phantom cohort is: what the latent score reaches, and what a plain texture classifier does."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.feature import graycomatrix, graycoprops
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from livernet.core.data.images import read_mask, read_picture
from livernet.core.errors import DataError
from livernet.core.stages import parse_stage

CUTOFF = 2
LEVELS = 32
DISTANCES = (1, 2, 4, 8)
PROPERTIES = ("contrast", "homogeneity", "energy", "correlation")
_FOLDS = 10


@dataclass(frozen=True, kw_only=True)
class Difficulty:
    """Areas under the ROC curve at >=F2, patients as the unit."""

    latent_auc: float
    """Of the score that made the pictures: biopsy error alone keeps it below 1."""
    texture_auc: float
    """Of co-occurrence features and logistic regression, out of fold, grouped by patient."""
    patients: int
    """Patients scored."""
    images: int
    """Pictures read."""
    size: int
    """Pixels a side to which the pictures were reduced before the features were taken."""


def describe(folder: Path, size: int = 256, seed: int = 0) -> Difficulty:
    """Measure a folder that ``write_cohort`` made.

    Raises:
        DataError: it holds no truth.json, or fewer than two patients on one side of the cut-off.
    """
    truth = _read_truth(folder)
    scores = {person["patient"]: float(person["score"]) for person in truth["people"]}
    positive = {
        person["patient"]: (parse_stage(person["stage"]) or 0) >= CUTOFF for person in truth["people"]
    }
    ids = list(scores)
    labels = np.array([positive[p] for p in ids])
    smaller = int(min(labels.sum(), (~labels).sum()))
    if smaller < 2:
        raise DataError(
            f"{folder}: {smaller} patients on one side of F{CUTOFF}; no AUC can be computed",
            "make a larger cohort",
        )
    features = np.stack([_features(folder, picture, size) for picture in truth["pictures"]])
    owner = np.array([picture["patient"] for picture in truth["pictures"]])
    target = np.array([positive[p] for p in owner])
    probability = _out_of_fold(features, target, owner, min(_FOLDS, smaller), seed)
    by_patient = [float(probability[owner == p].mean()) for p in ids]
    return Difficulty(
        latent_auc=float(roc_auc_score(labels, [scores[p] for p in ids])),
        texture_auc=float(roc_auc_score(labels, by_patient)),
        patients=len(ids),
        images=len(owner),
        size=size,
    )


def texture_features(grey_HW: NDArray[np.uint8], mask_HW: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean, SD and co-occurrence properties (Haralick 1973) of the grey levels in a mask, length 2 + 4 x 4.

    Pairs with a pixel outside the mask are not counted: such pixels get a level of their own, whose row and
    column are dropped.
    """
    inside = grey_HW[mask_HW] if mask_HW.any() else grey_HW.ravel()
    levels = np.where(mask_HW, 1 + grey_HW // (256 // LEVELS), 0).astype(np.uint8)
    angles = (0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
    pairs = graycomatrix(levels, DISTANCES, angles, levels=LEVELS + 1, symmetric=True)[1:, 1:].astype(
        np.float64
    )
    pairs = pairs.sum(axis=3, keepdims=True)
    pairs /= np.maximum(pairs.sum(axis=(0, 1), keepdims=True), 1)
    texture = [graycoprops(pairs, name).mean(axis=1) for name in PROPERTIES]
    return np.concatenate([[inside.mean(), inside.std()], *texture])


def _features(folder: Path, picture: dict[str, Any], size: int) -> NDArray[np.float64]:
    """Features of one picture: its viewport reduced to ``size`` pixels, inside the first annotator's mask."""
    path = folder / picture["file"]
    box = tuple(picture["sector"]["viewport"])
    grey = Image.fromarray(read_picture(path).grey_HW).crop(box)
    mask = Image.fromarray(read_mask((folder / "masks" / picture["file"]).with_suffix(".png"))).crop(box)
    scale = size / max(grey.size)
    shape = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
    small = np.asarray(grey.resize(shape, Image.Resampling.BILINEAR))
    inside = np.asarray(mask.convert("L").resize(shape, Image.Resampling.BILINEAR)) > 127
    return texture_features(small, ndimage.binary_erosion(inside, iterations=max(1, size // 128)))


def _out_of_fold(
    features: NDArray[np.float64], target: NDArray[np.bool_], owner: NDArray[Any], folds: int, seed: int
) -> NDArray[np.float64]:
    probability = np.zeros(len(target))
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for train, test in splitter.split(features, target, owner):
        model = make_pipeline(
            StandardScaler(), LogisticRegression(C=0.3, max_iter=2000, class_weight="balanced")
        )
        model.fit(features[train], target[train])
        probability[test] = model.predict_proba(features[test])[:, 1]
    return probability


def _read_truth(folder: Path) -> dict[str, Any]:
    try:
        truth = json.loads((folder / "truth.json").read_text())
    except (OSError, ValueError) as error:
        raise DataError(
            f"{folder}: truth.json cannot be read ({error})", "name a folder made by livernet phantom"
        ) from error
    if not isinstance(truth, dict) or truth.get("status") != "finished":
        raise DataError(
            f"{folder}: truth.json is not that of a finished cohort", "run livernet phantom again"
        )
    return truth
