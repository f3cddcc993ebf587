import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from livernet.core.audits.audit import Audit
from livernet.core.config import Config, VggConfig
from livernet.core.data.loader import load_tensors
from livernet.core.data.manifest import Cohort, load_manifest
from livernet.core.data.predictions import Prediction
from livernet.core.data.prepared import read_grey
from livernet.core.device import Device
from livernet.core.errors import DataError, OutputError
from livernet.core.experiment.baseline import (
    PATCHES,
    Baseline,
    count_windows,
    find_beginnings,
    prepare,
    training_windows,
)
from livernet.core.experiment.cv import CvResult, cross_validate
from livernet.core.experiment.fold import FoldJob
from livernet.core.experiment.plan import CvOptions, CvPlan
from livernet.core.experiment.single import train_single
from livernet.core.files import write_png
from livernet.core.infer.models import find_models
from livernet.core.infer.predict import predict_scans
from livernet.core.infer.scans import find_scans
from livernet.core.model.pretrained import load_pretrained
from livernet.core.runs import read_run
from livernet.core.stages import Grouping
from livernet.core.train.checkpoint import FEATURES, load_model
from livernet.core.train.loop import EpochMetrics
from tests.tiny_cohort import STAGES, make_cohort, tiny_config

CPU = Device(torch=torch.device("cpu"), name="CPU", bf16=False)


class Listener:
    def __init__(self, stop_at: str = "") -> None:
        self.heard: list[str] = []
        self.stop_at = stop_at

    def planned(self, plan: CvPlan) -> None: ...

    def audited(self, audits: Sequence[Audit]) -> None: ...

    def fold_started(self, job: FoldJob) -> None:
        name = f"{job.config.model.name} {job.number}"
        if name == self.stop_at:
            raise KeyboardInterrupt
        self.heard.append(f"{name}{' found' if job.finished else ''}")

    def epoch(self, job: FoldJob, metrics: EpochMetrics) -> None: ...

    def fold_finished(self, job: FoldJob, predictions: Sequence[Prediction]) -> None: ...


def config(name: str = "vgg16", grouping: str = "3", **vgg: object) -> Config:
    settings = {"patch": 32, "patches": 3, "head_width": 8, "weights": "none"} | vgg
    base = tiny_config(size=48)
    return dataclasses.replace(
        base,
        model=dataclasses.replace(base.model, name=name),
        vgg=VggConfig(**settings),  # type: ignore[arg-type]
        grouping=grouping,
    )


def run(
    folder: Path, cohort: Cohort, names: Sequence[str], watch: Listener | None = None, **more: object
) -> CvResult:
    settings = {"grouping": "3"} | more
    configs = tuple(config(name, **settings) for name in names)  # type: ignore[arg-type]
    options = CvOptions(configs=configs, preset="quick", folds=2, workers=1)
    return cross_validate(cohort, options, CPU, folder, "livernet cv", watch or Listener())


def test_one_run_holds_the_network_and_both_baselines_on_the_same_folds(tmp_path: Path) -> None:
    watch = Listener()
    result = run(tmp_path / "run", make_cohort(tmp_path / "out"), ("vgg16", "livernet", "vgg19"), watch)
    assert watch.heard == [f"{name} {fold}" for name in ("livernet", "vgg16", "vgg19") for fold in (0, 1)]
    by_model = {
        name: [(p.image, p.fold) for p in result.predictions if p.model == name]
        for name in ("vgg16", "livernet", "vgg19")
    }
    assert by_model["vgg16"] == by_model["livernet"] == by_model["vgg19"]
    assert list(result.summary["models"]) == ["vgg16", "livernet", "vgg19"]
    for p in result.predictions:
        assert (p.dice is None) == (p.mask_confidence is None) == (p.model != "livernet")
        assert (p.patch_accuracy is None) == (p.model == "livernet")
    patches = result.summary["models"]["vgg16"]["patch_accuracy"]
    assert patches["value"] == pytest.approx(
        np.mean([p.patch_accuracy for p in result.predictions if p.model == "vgg16"])
    )
    assert [pair["b"] for pair in result.summary["comparisons"]] == ["livernet", "vgg19"]
    assert not list((tmp_path / "run/vgg16").rglob("*.png"))
    facts = read_run(tmp_path / "run")
    assert facts["weights"]["vgg16"]["source"] == "none: random numbers"
    assert facts["patches"]["vgg19"]["training"] == {"mask": 6, "sector": 0, "whole": 0, "centred": 6}
    tested = facts["patches"]["vgg16"]["test"]
    assert tested["mask"] + tested["sector"] == 6


def test_test_patches_lie_in_the_mask_that_the_same_fold_predicted(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    tensors = load_tensors(cohort, Grouping.parse("3"), 48, CPU.torch)
    guide = tmp_path / "livernet"
    predicted = np.zeros((64, 64), np.uint8)
    predicted[:, 20:] = 255
    write_png(guide / "fold-01/masks/02-0.png", predicted)
    baseline = Baseline(folder=tmp_path, sha256="", guide=guide)
    first, second = baseline.windows(tensors, [2, 3], cohort, config(), 1)
    assert (first.found, second.found) == ("mask", "sector")
    assert first.corner_P2[:, 1].min() >= 15
    assert baseline.windows(tensors, [2], cohort, config(), 0)[0].found == "sector"
    alone = dataclasses.replace(baseline, guide=None)
    assert alone.windows(tensors, [2], cohort, config(), 1)[0].found == "sector"
    counts = count_windows([first, second])
    assert counts == {"mask": 1, "sector": 1, "whole": 0, "centred": second.centred}
    assert not first.centred


def test_frozen_features_are_computed_once_and_stored_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = make_cohort(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "run", cohort, ["vgg16"], Listener("vgg16 1"))
    shared = {name: (tmp_path / "run/vgg16" / name).stat() for name in (FEATURES, PATCHES)}
    assert sorted(path.name for path in (tmp_path / "run/vgg16/fold-00").iterdir()) == [
        "metrics.jsonl",
        "model.safetensors",
        "patches.json",
        "predictions.csv",
    ]
    watch = Listener()
    run(tmp_path / "run", cohort, ["vgg16"], watch)
    assert watch.heard == ["vgg16 0 found", "vgg16 1"]
    for name, before in shared.items():
        assert (tmp_path / "run/vgg16" / name).stat().st_mtime_ns == before.st_mtime_ns
    run(tmp_path / "whole", cohort, ["vgg16"])
    for name in ("predictions.csv", "vgg16/fold-01/model.safetensors", f"vgg16/{PATCHES}"):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    file = tmp_path / "run/vgg16/fold-01/model.safetensors"
    assert file.stat().st_size < 100_000
    model, card = load_model(file, CPU.torch)
    assert card.features
    assert sum(p.numel() for p in model.parameters()) > 14e6
    (tmp_path / "run/vgg16" / FEATURES).write_bytes(b"changed")
    with pytest.raises(DataError, match=r"features\.safetensors: is missing or has changed"):
        load_model(file, CPU.torch)


def test_features_of_other_patches_are_computed_again(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    tensors = load_tensors(cohort, Grouping.parse("3"), 48, CPU.torch)
    for patches in (3, 4):
        settings = config(patches=patches)
        prepare(tmp_path / "run", find_beginnings([settings], tensors, cohort), tensors, settings, CPU)
        with safe_open(tmp_path / "run" / PATCHES, framework="pt") as file:
            assert file.get_tensor("features").shape == (6, patches, 512)


@pytest.mark.parametrize("features", ["frozen", "tuned"])
@pytest.mark.parametrize("input_", ["patches", "whole"])
def test_every_kind_of_baseline_runs(tmp_path: Path, features: str, input_: str) -> None:
    cohort = make_cohort(tmp_path / "out")
    result = run(tmp_path / "run", cohort, ["vgg16"], features=features, input=input_)
    assert result.summary["models"]["vgg16"]["images"]["n"] == 6
    value = result.summary["models"]["vgg16"]["patch_accuracy"]["value"]
    assert (value is None) == (input_ == "whole")
    assert (tmp_path / "run/vgg16" / PATCHES).is_file() == (features == "frozen")
    card = load_model(tmp_path / "run/vgg16/fold-00/model.safetensors", CPU.torch)[1]
    assert bool(card.features) == (features == "frozen")
    found = read_run(tmp_path / "run")["patches"]["vgg16"]
    assert found["training"]["mask" if input_ == "patches" else "whole"] == 6
    assert found["test"]["sector" if input_ == "patches" else "whole"] == 6


@pytest.mark.parametrize("grouping", ["2", "F0/F1-F3/F4"])
def test_other_classes(tmp_path: Path, grouping: str) -> None:
    cohort = make_cohort(tmp_path / "out", (0, 0, 1, 3, 4, 4))
    result = run(tmp_path / "run", cohort, ["vgg16"], grouping=grouping)
    assert len(result.predictions[0].probabilities) == len(Grouping.parse(grouping))


def test_a_cohort_without_masks_takes_its_patches_from_the_sector(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out", masks=False)
    run(tmp_path / "run", cohort, ("livernet", "vgg16"))
    found = read_run(tmp_path / "run")["patches"]["vgg16"]
    assert (found["training"]["sector"], found["test"]["sector"]) == (6, 6)


def test_a_cohort_that_a_baseline_cannot_learn_from_is_refused_before_anything_is_trained(
    tmp_path: Path,
) -> None:
    cohort = make_cohort(tmp_path / "masks", (None,) * 4)
    with pytest.raises(DataError, match="no image has a stage, which vgg16 and vgg19 learn from"):
        run(tmp_path / "run", cohort, ("livernet", "vgg16", "vgg19"))
    with pytest.raises(DataError, match="no image has a stage, which vgg16 learns from"):
        run(tmp_path / "run", cohort, ("livernet", "vgg16"))
    cohort = make_cohort(tmp_path / "black", masks=False)
    write_png(tmp_path / "black/images/03-0.png", np.zeros((64, 64), np.uint8))
    with pytest.raises(DataError, match=r"03-0\.png: the picture is black"):
        run(tmp_path / "run", cohort, ("livernet", "vgg16"))
    with pytest.raises(DataError, match=r"no\.pth: does not exist"):
        run(tmp_path / "run", make_cohort(tmp_path / "out"), ("livernet", "vgg16"), weights="no.pth")
    assert not (tmp_path / "run").exists()


def test_a_run_is_not_continued_with_other_weights(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    file = tmp_path / "w.safetensors"

    def save(seed: int) -> None:
        state = load_pretrained("vgg16", "none", seed).state
        save_file({key.replace("layers.", "features."): v for key, v in state.items()}, file)

    save(1)
    run(tmp_path / "run", cohort, ["vgg16"], weights=str(file))
    assert read_run(tmp_path / "run")["weights"]["vgg16"]["source"] == "w.safetensors"
    card = load_model(tmp_path / "run/vgg16/fold-00/model.safetensors", CPU.torch)[1]
    assert card.config.vgg.weights == "w.safetensors"
    assert read_run(tmp_path / "run")["config"]["vgg"]["weights"] == "w.safetensors"  # and not its folder
    save(2)
    with pytest.raises(OutputError, match="holds a run that differs in weights"):
        run(tmp_path / "run", cohort, ["vgg16"], weights=str(file))


def test_training_patches_lie_in_the_experts_mask(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out", STAGES[:2])
    mask = np.zeros((64, 64), np.uint8)
    mask[10:60, 5:60] = 255
    write_png(tmp_path / "out/masks/00-0.png", mask)
    write_png(tmp_path / "out/masks/01-0.png", np.zeros((64, 64), np.uint8))
    cohort = load_manifest(tmp_path / "out")
    tensors = load_tensors(cohort, Grouping.parse("3"), 64, CPU.torch)
    inside, empty = training_windows(tensors, cohort, config(patches=8))
    assert (inside.found, inside.centred, empty.found) == ("mask", False, "sector")
    for row, left in inside.corner_P2.tolist():
        assert (read_grey(tmp_path / "out/masks/00-0.png")[row : row + 32, left : left + 32] == 255).all()


def test_the_counts_of_a_fold_are_written(tmp_path: Path) -> None:
    run(tmp_path / "run", make_cohort(tmp_path / "out"), ["vgg16"])
    assert json.loads((tmp_path / "run/vgg16/fold-00/patches.json").read_text())["sector"] == 3


def test_predict_answers_a_training_picture_as_the_fold_that_held_it_out(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    result = run(tmp_path / "run", cohort, ("livernet", "vgg16"))
    models = find_models(tmp_path / "run", "vgg16")
    assert models.guide is not None
    assert models.cuts_patches
    found = predict_scans(
        models, find_scans([tmp_path / "out"]), tmp_path / "p", CPU, masks=True, command="livernet predict"
    )
    held_out = {p.image: p.probabilities for p in result.predictions if p.model == "vgg16"}
    for finding in found.findings:
        said = finding.prediction
        assert said.probabilities == pytest.approx(held_out[said.image], abs=2e-6)
        assert (said.dice, said.mask_confidence, said.patch_accuracy) == (None, None, None)
    assert not list((tmp_path / "p").glob("*_mask.png"))
    facts = read_run(tmp_path / "p")
    assert sum(facts["patches"]["vgg16"]["test"].values()) == 6
    assert facts["learnt"] == {"stages": True, "mask": False}


def test_a_single_baseline_answers_from_the_sector_and_not_at_all_about_a_black_picture(
    tmp_path: Path,
) -> None:
    cohort = make_cohort(tmp_path / "out")
    trained = train_single(
        cohort, config(), CPU, tmp_path / "run", "livernet train", preset="quick", holdout=0.5
    )
    assert len(trained.predictions) == 3
    assert all(p.patch_accuracy is not None for p in trained.predictions)
    facts = read_run(tmp_path / "run")
    assert facts["patches"]["vgg16"]["training"]["mask"] == 3
    assert facts["patches"]["vgg16"]["test"]["sector"] == 3
    models = find_models(tmp_path / "run")
    assert (models.name, models.guide) == ("vgg16", None)
    make_cohort(tmp_path / "new", (0, 4))
    write_png(tmp_path / "new/images/01-0.png", np.zeros((64, 64), np.uint8))
    found = predict_scans(
        models, find_scans([tmp_path / "new"]), tmp_path / "p", CPU, masks=False, command="livernet predict"
    )
    assert [finding.patches for finding in found.findings] == ["sector"]
    (gone,) = found.abstained
    assert gone.reason == "the picture is black: no patch can be cut"


def test_whole_pictures_need_no_guide(tmp_path: Path) -> None:
    run(tmp_path / "run", make_cohort(tmp_path / "out"), ("livernet", "vgg16"), input="whole")
    models = find_models(tmp_path / "run", "vgg16")
    assert (models.guide, models.cuts_patches) == (None, False)


def test_workers_give_the_same_bytes(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    for workers in (1, 2):
        options = CvOptions(configs=(config("livernet"), config()), preset="quick", folds=2, workers=workers)
        cross_validate(cohort, options, CPU, tmp_path / str(workers), "livernet cv", Listener())
    for name in ("predictions.csv", "vgg16/fold-00/model.safetensors", "vgg16/fold-01/patches.json"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_damaged_file_of_patches_is_named(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    tensors = load_tensors(cohort, Grouping.parse("3"), 48, CPU.torch)
    (tmp_path / PATCHES).write_bytes(b"\x00" * 30)
    baseline = Baseline(folder=tmp_path, sha256="", guide=None)
    with pytest.raises(DataError, match=r"patches\.safetensors: is missing or damaged"):
        baseline.lesson(tensors, [0, 1], config(), CPU)
