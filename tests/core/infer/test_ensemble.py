from pathlib import Path

import numpy as np
import pytest
import torch

from livernet.core.data.loader import resize_image
from livernet.core.data.prepared import pixel_hash
from livernet.core.device import choose_device
from livernet.core.infer.ensemble import Networks, answer, choose_voters
from livernet.core.infer.forward import Network, enlarge, infer
from livernet.core.infer.models import RunModels, find_models
from livernet.core.train.checkpoint import load_model
from tests.tiny_cohort import SIDE, picture
from tests.tiny_run import make_cv_run, make_train_run

CPU = choose_device("cpu")
IMAGES = [picture(np.random.default_rng(n), n) for n in range(3)]
HASHES = [pixel_hash(image) for image in IMAGES]


def single(models: RunModels, place: int, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    model, card = load_model(models.files[place], torch.device("cpu"))
    network = Network(model=model, config=card.config, normalisation=card.normalisation)
    said = infer(network, resize_image(image, 32).unsqueeze(0), CPU)
    return said.probability_NK[0], enlarge(said.liver_NHW[0], SIDE)


def test_a_new_picture_gets_the_mean_of_all_folds(tmp_path: Path) -> None:
    models = find_models(make_cv_run(tmp_path, [("x",), ("y",)]))
    said = list(answer(Networks(models, CPU), IMAGES))
    assert [one.voters.members for one in said] == [(0, 1)] * 3
    assert {one.voters.notice for one in said} == {""}
    for image, one in zip(IMAGES, said, strict=True):
        first, second = single(models, 0, image), single(models, 1, image)
        assert not np.allclose(first[0], second[0])
        np.testing.assert_allclose(one.probabilities, (first[0] + second[0]) / 2, rtol=1e-4)
        np.testing.assert_allclose(one.liver_SS, (first[1] + second[1]) / 2, atol=1e-5)


def test_a_training_picture_is_answered_by_the_folds_that_did_not_see_it(tmp_path: Path) -> None:
    models = find_models(make_cv_run(tmp_path, [HASHES[:2], (HASHES[0],), ("x",)]))
    said = list(answer(Networks(models, CPU), IMAGES))
    assert [one.voters.members for one in said] == [(2,), (1, 2), (0, 1, 2)]
    assert said[0].voters.notice == "a training picture: answered by fold 2 alone, which did not see it"
    assert said[1].voters.notice == "a training picture: answered by folds 1, 2, which did not see it"
    assert said[2].voters.notice == ""
    np.testing.assert_allclose(said[0].probabilities, single(models, 2, IMAGES[0])[0], rtol=1e-4)


def test_a_picture_that_all_networks_saw_is_answered_with_a_loud_notice(tmp_path: Path) -> None:
    models = find_models(make_train_run(tmp_path, HASHES[:1]))
    seen, new = list(answer(Networks(models, CPU), IMAGES[:2]))
    assert seen.voters.notice.startswith("seen in training")
    assert new.voters.notice == ""
    assert seen.voters.members == (0,)


def test_pictures_of_different_sides_are_answered_at_their_own(tmp_path: Path) -> None:
    models = find_models(make_train_run(tmp_path, ("x",)))
    large = np.repeat(np.repeat(IMAGES[0], 2, axis=0), 2, axis=1)
    small, big = list(answer(Networks(models, CPU), [IMAGES[0], large]))
    assert (small.liver_SS.shape, big.liver_SS.shape) == ((64, 64), (128, 128))
    assert sum(big.probabilities) == pytest.approx(1)


def test_one_changed_pixel_makes_another_picture(tmp_path: Path) -> None:
    models = find_models(make_cv_run(tmp_path, [HASHES, ("x",)]))
    changed = IMAGES[0].copy()
    changed[30, 30] ^= 1
    assert choose_voters(models, HASHES[0]).members == (1,)
    assert choose_voters(models, pixel_hash(changed)).saw == 0


def test_networks_are_read_once_where_all_fit_and_again_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = find_models(make_cv_run(tmp_path, [("x",), ("y",)]))
    kept = Networks(models, CPU)
    assert kept.get(1) is kept.get(1)
    monkeypatch.setattr("livernet.core.infer.ensemble._TOGETHER", 100)
    passing = Networks(models, CPU)
    assert passing.get(1) is not passing.get(1)
    pairs = zip(answer(kept, IMAGES), answer(passing, IMAGES), strict=True)
    assert all(one.probabilities == other.probabilities for one, other in pairs)
