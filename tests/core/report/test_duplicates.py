from dataclasses import replace
from typing import Any

from livernet.core.report.collect import Run
from livernet.core.report.duplicates import count_duplicates, duplicates

FIRST, SECOND = "images/image-000.png", "images/image-001.png"
OTHER, FAR = "images/image-002.png", "images/image-009.png"


def with_groups(run: Run, groups: list[Any]) -> Run:
    return replace(run, splits=(run.splits or {}) | {"duplicates": groups})


def test_groups_name_patients_stages_and_folds_the_gravest_first(cv_run: Run) -> None:
    near = {"kind": "near", "images": [FIRST, SECOND], "patients": 1, "classes": 1, "score": 0.97}
    across = {"kind": "exact", "images": [FIRST, FAR], "patients": 2, "classes": 2, "score": 1.0}
    groups = duplicates(with_groups(cv_run, [near, across]))
    assert groups is not None
    assert [(group["kind"], group["score"]) for group in groups] == [("exact", 1.0), ("near", 0.97)]
    assert groups[0]["images"][1] == {"image": FAR, "patient": "P004", "stage": "F4", "fold": 1}
    assert [(group["patients"], group["classes"], group["folds"]) for group in groups] == [
        (2, 2, 2),
        (1, 1, 1),
    ]
    counts = count_duplicates(groups)
    assert counts == {
        "pictures": 4,
        "across_patients": 1,
        "across_classes": 1,
        "across_folds": 1,
        "kinds": {"exact": 1, "near": 1},
    }


def test_an_older_split_lists_images_alone(cv_run: Run) -> None:
    groups = duplicates(with_groups(cv_run, [[FIRST, OTHER], {"images": []}, 3]))
    assert groups is not None
    assert [(group["kind"], group["score"], group["patients"]) for group in groups] == [("exact", None, 2)]


def test_without_the_cohort_the_predictions_tell(cv_run: Run) -> None:
    groups = duplicates(replace(with_groups(cv_run, [[FIRST, "gone.png"]]), cohort=None))
    assert groups is not None
    assert [one["patient"] for one in groups[0]["images"]] == ["P000", None]


def test_a_run_without_a_split_looked_for_none(cv_run: Run) -> None:
    assert duplicates(replace(cv_run, splits=None)) is None
    assert count_duplicates(None)["pictures"] == 0
