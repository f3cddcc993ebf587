from dataclasses import replace
from pathlib import Path

import pytest

from livernet.core.data.predictions import Prediction
from livernet.core.report import gallery as module
from livernet.core.report.collect import Run, load_run
from livernet.core.report.gallery import choose, gallery
from tests.fake_run import make_cohort, make_cv, make_predict, make_train


def rows(dice: list[float | None]) -> list[Prediction]:
    common = {"model": "livernet", "fold": 0, "seed": 0, "patient": "P", "stage": None, "true_class": None}
    return [
        Prediction(image=f"{n:03d}", probabilities=(0.6, 0.4), predicted=0, dice=d, **common)  # type: ignore[arg-type]  # mixed dictionary
        for n, d in enumerate(dice)
    ]


def test_few_cases_are_all_shown_from_best_to_worst() -> None:
    ((title, cases),) = choose(rows([0.5, 0.9, 0.7]))
    assert title == "All cases, best to worst Dice"
    assert [case.dice for case in cases] == [0.9, 0.7, 0.5]


def test_of_many_cases_the_ends_and_the_middle_are_shown() -> None:
    sections = choose(rows([n / 100 for n in range(101)]))
    assert [len(cases) for _, cases in sections] == [12, 12, 12]
    assert sections[0][1][0].dice == 1.0
    assert sections[1][1][6].dice == pytest.approx(0.5, abs=0.01)
    assert sections[2][1][-1].dice == 0.0


def test_cases_without_an_expert_mask_come_last_and_apart() -> None:
    sections = choose(rows([0.5, None, None]))
    assert [title for title, _ in sections] == [
        "All cases, best to worst Dice",
        "Without an expert mask, surest class first (2 of 2)",
    ]


def test_cases_carry_numbers_and_overlays(cv_run: Run) -> None:
    sections, overlays, reason = gallery(cv_run)
    case = sections[0]["cases"][0]
    row = next(row for row in cv_run.predictions if row.image == case["image"])
    assert reason == ""
    assert (case["dice"], case["patient"], case["fold"]) == (row.dice, row.patient, row.fold)
    assert case["right"] is (row.predicted == row.true_class)
    assert len(overlays[0]) == len(sections[0]["cases"]) == 12
    assert all(shape.expert and shape.predicted for shape in overlays[0])


def test_the_model_that_keeps_masks_is_shown(tmp_path: Path, cohort: Path) -> None:
    run = load_run(make_cv(tmp_path / "runs" / "two", cohort, models=("livernet", "vgg16")))
    turned = replace(run, predictions=run.predictions[::-1])
    sections, _, _ = gallery(turned)
    assert sections[0]["cases"][0]["model"] == "livernet"


def test_a_predict_folder_is_shown_with_its_masks(tmp_path: Path, cohort: Path) -> None:
    run = load_run(make_predict(tmp_path / "p", cohort))
    mask = (cohort / "masks" / "image-000.png").read_bytes()
    (run.folder / "image-000_mask.png").write_bytes(mask)
    sections, overlays, _ = gallery(run)
    place = [case["image"] for case in sections[0]["cases"]].index("images/image-000.png")
    assert overlays[0][place].predicted


def test_a_model_name_cannot_leave_the_run_folder(cv_run: Run) -> None:
    row = replace(cv_run.predictions[0], model="../first/livernet")
    assert module._mask_file(cv_run, row) is None


def test_without_pictures_there_is_a_reason(tmp_path: Path, cohort: Path, cv_run: Run) -> None:
    assert gallery(replace(cv_run, cohort=None, cohort_reason="gone"))[2] == "gone"
    assert "train run" in gallery(load_run(make_train(tmp_path / "t", cohort)))[2]
    make_cohort(tmp_path / "other")
    foreign = replace(cv_run, predictions=tuple(replace(r, image="scan.png") for r in cv_run.predictions))
    assert "name no image" in gallery(foreign)[2]
