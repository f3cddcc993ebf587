import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from livernet.core.errors import ConfigError, DataError
from livernet.core.files import write_json
from livernet.core.infer.calibration import Calibration
from livernet.core.infer.models import find_models
from livernet.core.runs import read_run
from livernet.core.train.checkpoint import load_model, save_model
from tests.tiny_run import make_cv_run, make_train_run


def test_a_calibration_belongs_to_one_fold_or_to_all(tmp_path: Path) -> None:
    models = find_models(make_cv_run(tmp_path, [["a"], ["b"]]))
    assert models.calibration_of((0,)) == models.calibration_of((0, 1)) == Calibration()
    each = {0: Calibration(temperature=2.0), None: Calibration(temperature=3.0)}
    fitted = replace(models, calibration=each)
    assert (fitted.calibration_of((0,)), fitted.calibration_of((0, 1))) == (each[0], each[None])
    assert fitted.calibration_of((1,)) == Calibration()


def test_a_cv_run_answers_with_all_its_folds(tmp_path: Path) -> None:
    models = find_models(make_cv_run(tmp_path / "run", [("a", "b"), ("c",)]))
    assert (models.kind, models.name) == ("cv", "livernet")
    assert [file.parent.name for file in models.files] == ["fold-00", "fold-01"]
    assert models.trained_on == (frozenset("ab"), frozenset("c"))


def test_a_train_run_answers_with_its_one_model(tmp_path: Path) -> None:
    models = find_models(make_train_run(tmp_path / "run", ("a",)), "livernet")
    assert (models.kind, len(models.files)) == ("train", 1)


def test_a_network_that_the_run_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--model 'vgg16': .* has livernet"):
        find_models(make_cv_run(tmp_path / "cv", [("a",)]), "vgg16")
    with pytest.raises(ConfigError, match=r"--model 'vgg16': .* has livernet"):
        find_models(make_train_run(tmp_path / "train", ("a",)), "vgg16")


def test_a_missing_fold_is_an_error(tmp_path: Path) -> None:
    run = make_cv_run(tmp_path / "run", [("a",), ("b",)])
    (run / "livernet/fold-01/model.safetensors").unlink()
    with pytest.raises(DataError, match=r"fold-01/model\.safetensors: is missing"):
        find_models(run)


def test_folds_of_different_settings_do_not_answer_together(tmp_path: Path) -> None:
    run = make_cv_run(tmp_path / "run", [("a",), ("b",)])
    other = make_cv_run(tmp_path / "other", [("a",)], epochs=9)
    (other / "livernet/fold-00/model.safetensors").rename(run / "livernet/fold-01/model.safetensors")
    with pytest.raises(DataError, match="do not belong together"):
        find_models(run)


def test_a_fold_without_masks_answers_with_the_others(tmp_path: Path) -> None:
    run = make_cv_run(tmp_path / "run", [("a",), ("b",)])
    file = run / "livernet/fold-01/model.safetensors"
    model, card = load_model(file, torch.device("cpu"))
    bare = replace(card.config, model=replace(card.config.model, pool="image"))
    save_model(file, model, replace(card, config=bare, training={"loss_fine": None}))
    assert not find_models(run).learnt.mask
    assert find_models(run).learnt.stages


@pytest.mark.parametrize("damage", [{"models": 7}, {"models": []}, {"split": {}}, {"split": {"folds": 0}}])
def test_a_run_that_does_not_say_what_it_holds(tmp_path: Path, damage: dict[str, object]) -> None:
    run = make_cv_run(tmp_path / "run", [("a",)])
    write_json(run / "run.json", read_run(run) | damage)
    with pytest.raises(DataError, match=r"run\.json: does not say which networks and folds"):
        find_models(run)


def test_a_model_that_is_not_of_its_fold_does_not_answer(tmp_path: Path) -> None:
    run = make_cv_run(tmp_path / "run", [("a",), ("b",)])
    shutil.copy(run / "livernet/fold-00/model.safetensors", run / "livernet/fold-01/model.safetensors")
    with pytest.raises(DataError, match="do not belong together"):
        find_models(run)
