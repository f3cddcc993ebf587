from dataclasses import replace
from pathlib import Path
from typing import Any

from livernet.core.report.collect import Run, load_run
from livernet.core.report.gallery import failures, files, gallery, mask_file, sample
from tests.fake_run import make_cohort, make_cv, make_predict, make_train


def case(right: bool | None, confidence: float, dice: float | None) -> dict[str, Any]:
    return {"right": right, "confidence": confidence, "dice": dice}


def test_few_cases_are_all_shown_and_of_many_evenly_spaced_ones() -> None:
    cases = [case(True, n / 100, None) for n in range(101)]
    assert sample(cases[:5], 5) == cases[:5]
    assert [one["confidence"] for one in sample(cases, 5)] == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_failures_are_the_surest_wrong_classes_and_the_worst_masks() -> None:
    cases = [case(False, 0.5, 0.9), case(False, 0.9, None), case(True, 0.99, 0.2), case(None, 1.0, 0.4)]
    wrong, masks = failures(cases)
    assert [one["confidence"] for one in wrong["cases"]] == [0.9, 0.5]
    assert (wrong["of"], masks["of"]) == (2, 3)
    assert [one["dice"] for one in masks["cases"]] == [0.2, 0.4, 0.9]
    assert failures([case(True, 0.9, None)]) == []


def test_cases_carry_their_numbers_worst_first(cv_run: Run) -> None:
    found = gallery(cv_run)
    cases = found["cases"]
    row = next(row for row in cv_run.predictions if row.image == cases[0]["image"])
    assert (found["reason"], found["of"], len(cases)) == ("", 12, 12)
    assert (cases[0]["dice"], cases[0]["patient"], cases[0]["fold"]) == (row.dice, row.patient, row.fold)
    assert cases[0]["right"] is (row.predicted == row.true_class)
    errors = [one["error"] for one in cases]
    assert errors == sorted(errors, reverse=True)
    assert cases[0]["error"] == 1 - row.probabilities[row.true_class or 0]


def test_the_model_that_keeps_masks_is_shown(tmp_path: Path, cohort: Path) -> None:
    run = load_run(make_cv(tmp_path / "runs" / "two", cohort, models=("livernet", "vgg16")))
    turned = replace(run, predictions=run.predictions[::-1])
    assert gallery(turned)["model"] == "livernet"


def test_a_predict_folder_is_shown_with_its_masks(tmp_path: Path, cohort: Path) -> None:
    run = load_run(make_predict(tmp_path / "p", cohort))
    mask = run.folder / "image-000_mask.png"
    mask.write_bytes((cohort / "masks" / "image-000.png").read_bytes())
    shown = next(one for one in gallery(run)["cases"] if one["image"] == "images/image-000.png")
    assert files(run, shown) == (
        cohort / "images" / "image-000.png",
        cohort / "masks" / "image-000.png",
        mask,
    )


def test_a_model_name_cannot_leave_the_run_folder(cv_run: Run) -> None:
    assert mask_file(cv_run, "images/image-000.png", "livernet", 0) is not None
    assert mask_file(cv_run, "images/image-000.png", "../first/livernet", 0) is None


def test_without_pictures_there_is_a_reason(tmp_path: Path, cohort: Path, cv_run: Run) -> None:
    assert gallery(replace(cv_run, cohort=None, cohort_reason="gone"))["reason"] == "gone"
    assert "train run" in gallery(load_run(make_train(tmp_path / "t", cohort)))["reason"]
    make_cohort(tmp_path / "other")
    foreign = replace(cv_run, predictions=tuple(replace(r, image="scan.png") for r in cv_run.predictions))
    assert "name no image" in gallery(foreign)["reason"]
