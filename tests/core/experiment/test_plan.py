from dataclasses import replace
from pathlib import Path

import pytest
import torch

from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.manifest import load_manifest, write_manifest
from livernet.core.errors import ConfigError, DataError, FaultsError
from livernet.core.experiment.plan import CvOptions, count_folds, plan_cv, read_preprocessing
from tests.tiny_cohort import make_cohort, tiny_config

CPU = torch.device("cpu")


def options(**more: object) -> CvOptions:
    return CvOptions(**({"configs": (tiny_config(),), "preset": "quick", "folds": 2} | more))  # type: ignore[arg-type]


def test_a_plan_has_folds_pictures_and_counts(tmp_path: Path) -> None:
    plan = plan_cv(make_cohort(tmp_path, images=2), options(), CPU)
    assert plan.tensors.images_N1HW.shape == (12, 1, 32, 32)
    assert plan.duplicates == ()
    assert plan.preprocessing == {"size": 64, "fit": "pad"}
    assert plan.grouping.name == "F0-F1/F2-F3/F4"
    first, second = count_folds(plan)
    assert first["test"]["images"] == first["train"]["images"] == 6
    assert first["test"]["patients"] == 3
    by_stage = [sum(fold["test"]["patients_by_stage"].values()) for fold in (first, second)]
    assert by_stage == [3, 3]
    assert len(plan.document()["folds"]) == 2


def test_the_same_picture_under_two_patients_stops_unless_told_otherwise(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path, (0, 2, 4, 1, 3, 4, 0, 4))
    (tmp_path / "images/05-0.png").write_bytes((tmp_path / "images/00-0.png").read_bytes())
    with pytest.raises(FaultsError, match="under different patients"):
        plan_cv(cohort, options(), CPU)
    for seed in range(4):
        grouped = plan_cv(cohort, options(duplicates="group", configs=(tiny_config(seed=seed),)), CPU)
        assert any({0, 5} <= set(fold.test) for fold in grouped.splits.folds)
    allowed = plan_cv(cohort, options(duplicates="allow"), CPU)
    assert allowed.duplicates == (DuplicateGroup(rows=(0, 5), score=1.0),)
    assert allowed.document()["duplicates"][0]["images"] == ["images/00-0.png", "images/05-0.png"]


def test_images_of_one_name_are_refused(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path)
    (tmp_path / "more").mkdir()
    (tmp_path / "images/01-0.png").rename(tmp_path / "more/00-0.png")
    rows = list(cohort.rows)
    rows[1] = type(rows[1])(image="more/00-0.png", patient="P01", stage=2)
    write_manifest(tmp_path, rows)
    with pytest.raises(FaultsError, match="2 images share their name") as caught:
        plan_cv(load_manifest(tmp_path), options(), CPU)
    assert caught.value.faults == ("images/00-0.png", "more/00-0.png")


def test_each_network_is_named_once() -> None:
    assert options().models == ("livernet",)
    with pytest.raises(ConfigError, match="--model livernet, livernet: each network may be named once"):
        options(configs=(tiny_config(), tiny_config()))


def test_preprocessing_is_empty_without_a_record_and_an_error_when_damaged(tmp_path: Path) -> None:
    assert read_preprocessing(tmp_path) == {}
    (tmp_path / "preprocess.json").write_text("[]")
    with pytest.raises(DataError, match=r"preprocess\.json: does not say how the cohort was prepared"):
        read_preprocessing(tmp_path)


def test_contradicting_copies_count_without_a_stage_and_are_listed(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path, (0, 2, 4, 1, 3, 4, 0, 4), images=2)
    (tmp_path / "images/02-0.png").write_bytes((tmp_path / "images/00-0.png").read_bytes())
    plan = plan_cv(cohort, options(duplicates="group"), CPU)
    joined = [0, 1, 4, 5]
    assert [plan.cohort.rows[i].patient for i in joined] == ["P00"] * 4
    assert plan.manifest == cohort
    assert plan.tensors.class_N[joined].tolist() == [-1] * 4
    assert plan.tensors.class_N.tolist().count(-1) == 4
    document = plan.document()
    assert document["contradictions"] == [
        {"patients": ["P00", "P02"], "stages": ["F0", "F4"], "images": [cohort.rows[i].image for i in joined]}
    ]
    assert document["duplicates"][0]["classes"] == 2
    assert plan_cv(cohort, options(duplicates="allow"), CPU).contradictions == ()


def test_too_many_contradictions_are_named_in_the_hint(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path, (0, 2, 4, 1, 3))
    (tmp_path / "images/02-0.png").write_bytes((tmp_path / "images/00-0.png").read_bytes())
    with pytest.raises(DataError, match="class F4 has no patients") as caught:
        plan_cv(cohort, options(duplicates="group"), CPU)
    assert "2 patients count without a stage" in caught.value.hint


def test_groups_that_a_person_marked_in_the_manifest_stop_too(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path)
    rows = [replace(row, duplicate_group=3 if row.patient in {"P01", "P03"} else None) for row in cohort.rows]
    write_manifest(tmp_path, rows)
    with pytest.raises(FaultsError, match="1 time, 2 images") as caught:
        plan_cv(load_manifest(tmp_path), options(), CPU)
    assert caught.value.faults[0].startswith("manifest: images/01-0.png")
