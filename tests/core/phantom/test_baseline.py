import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from livernet.core.errors import DataError
from livernet.core.phantom.baseline import DISTANCES, PROPERTIES, describe, texture_features


def noise(sigma: float, seed: int = 0) -> np.ndarray:
    field = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal((64, 64)), sigma)
    return np.clip(110 + 40 * field / field.std(), 0, 255).astype(np.uint8)


def folder_of(path: Path, people: list[tuple[float, str, float]]) -> Path:
    """Pictures whose texture is as coarse as the third number says."""
    truth: dict[str, Any] = {"status": "finished", "people": [], "pictures": []}
    (path / "masks").mkdir(parents=True)
    for index, (score, stage, sigma) in enumerate(people):
        Image.fromarray(noise(sigma, index)).save(path / f"{index}.png")
        mask = np.pad(np.full((60, 60), 255, np.uint8), 2)
        Image.fromarray(mask).save(path / "masks" / f"{index}.png")
        truth["people"].append({"patient": str(index), "score": score, "stage": stage})
        picture = {"file": f"{index}.png", "patient": str(index), "sector": {"viewport": [0, 0, 64, 64]}}
        truth["pictures"].append(picture)
    (path / "truth.json").write_text(json.dumps(truth))
    return path


def test_features_tell_fine_from_coarse_and_ignore_what_is_outside() -> None:
    mask = np.zeros((64, 64), bool)
    mask[8:56, 8:56] = True
    fine, coarse = (texture_features(noise(sigma), mask) for sigma in (0.7, 3.0))
    assert fine.shape == (2 + len(DISTANCES) * len(PROPERTIES),)
    assert fine[2] > coarse[2]
    outside = noise(0.7)
    outside[~mask] = 255
    np.testing.assert_allclose(texture_features(outside, mask), fine)


def test_a_cohort_with_a_clear_texture_is_found_easy(tmp_path: Path) -> None:
    people = [(s / 4, f"F{s // 4}", 0.6 + 0.12 * s + 0.5 * (s >= 8)) for s in range(20)]
    found = describe(folder_of(tmp_path / "raw", people), size=64)
    assert found.latent_auc == 1.0
    assert found.texture_auc > 0.9
    assert (found.patients, found.images, found.size) == (20, 20, 64)


def test_a_cohort_without_texture_is_at_chance(tmp_path: Path) -> None:
    people = [(0.5, f"F{s // 6}", 1.0) for s in range(30)]
    found = describe(folder_of(tmp_path / "raw", people), size=64)
    assert found.latent_auc == 0.5
    assert 0.15 < found.texture_auc < 0.85


def test_one_sided_cohort_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="0 patients on one side of F2"):
        describe(folder_of(tmp_path / "raw", [(0.5, "F0", 1.0)] * 3))


def test_folder_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"truth\.json cannot be read"):
        describe(tmp_path)
    (tmp_path / "truth.json").write_text('{"status": "running"}')
    with pytest.raises(DataError, match="not that of a finished cohort"):
        describe(tmp_path)
