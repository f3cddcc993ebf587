import json
from dataclasses import replace

import pytest

from livernet.core.data.predictions import Prediction
from livernet.core.errors import DataError
from livernet.core.metrics.summary import group_by_model, score, table1
from livernet.core.stages import Grouping

PAPER = Grouping.parse("3")


def row(
    image: str, patient: str, stage: int | None, p: tuple[float, ...], fold: int | None = 0, **more: object
) -> Prediction:
    values: dict[str, object] = {
        "model": "livernet",
        "seed": 1,
        "true_class": None if stage is None else PAPER.class_of(stage),
        "predicted": p.index(max(p)),
        **more,
    }
    return Prediction(image=image, patient=patient, stage=stage, probabilities=p, fold=fold, **values)  # type: ignore[arg-type]  # the test overrides single fields


ROWS = [
    row("a", "P1", 0, (0.8, 0.1, 0.1), dice=0.9),
    row("b", "P1", 0, (0.3, 0.6, 0.1), dice=0.7),
    row("c", "P2", 2, (0.2, 0.6, 0.2), fold=1, dice=1.0),
    row("d", "P3", 4, (0.1, 0.5, 0.4), fold=1),
]


def test_patients_and_images_by_hand() -> None:
    model = score(ROWS, PAPER)["models"]["livernet"]
    assert model["images"]["accuracy"]["value"] == pytest.approx(2 / 4)
    assert model["images"]["accuracy"]["method"].startswith("Wilson score interval, images of a patient")
    assert model["images"]["auc"]["F2"]["method"].startswith("Newcombe score interval, images of a patient")
    assert model["images"]["kappa"]["reason"] == "no interval: a class has a single patient"
    patients = model["patients"]
    assert patients["n"] == 3
    assert patients["accuracy"]["value"] == pytest.approx(2 / 3)
    assert patients["accuracy"]["method"] == "Wilson score interval"
    assert patients["confusion"] == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert patients["majority"]["value"] == pytest.approx(1 / 3)
    # P(>=F2) is 0.45, 0.8, 0.9; P(F4) is 0.1, 0.2, 0.4: both order the patients perfectly.
    assert [patients["auc"][cutoff]["value"] for cutoff in ("F2", "F4")] == [1.0, 1.0]
    assert model["images"]["auc"]["F2"]["value"] == 1.0


def test_folds_as_in_table_1() -> None:
    model = score(ROWS, PAPER)["models"]["livernet"]
    assert [(f["fold"], f["images"], f["accuracy"]["value"]) for f in model["folds"]] == [
        (0, 2, 0.5),
        (1, 2, 0.5),
    ]
    assert model["fold_mean"] == {"value": 0.5}


def test_dice_is_averaged_within_a_patient_first() -> None:
    segmentation = score(ROWS, PAPER)["models"]["livernet"]["segmentation"]
    assert segmentation["images"]["dice"]["mean"] == pytest.approx((0.9 + 0.7 + 1.0) / 3)
    assert segmentation["patients"]["dice"]["mean"] == pytest.approx((0.8 + 1.0) / 2)


def test_the_head_names_classes_chance_and_cutoffs() -> None:
    head = score(ROWS, PAPER)
    assert head["chance"] == pytest.approx(1 / 3)
    assert head["cutoffs"] == ["F2", "F4"]
    assert head["straddled"] == dict.fromkeys(
        ("F1", "F3"), "a class has stages on both sides of this cut-off"
    )
    assert head["class_names"] == ["F0/F1", "F2/F3", "F4"]
    assert score([row("a", "P", 4, (0.5, 0.5), true_class=1)], Grouping.parse("2"))["cutoffs"] == ["F2"]


def test_nothing_known_is_null_with_reasons_and_never_nan() -> None:
    document = score([row("a", "", None, (0.2, 0.3, 0.5), fold=None)], PAPER)
    text = json.dumps(document, allow_nan=False)
    model = json.loads(text)["models"]["livernet"]
    assert model["unknown_stage"] == 1
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "kappa", "brier", "majority"):
        assert model["patients"][name]["value"] is None
        assert model["patients"][name]["reason"]
    assert model["fold_mean"]["reason"] == "the predictions come from no folds"


def test_a_single_patient_is_scored_as_far_as_possible() -> None:
    patients = score(ROWS[:1], PAPER)["models"]["livernet"]["patients"]
    assert patients["accuracy"]["value"] == 1.0
    assert patients["kappa"]["value"] is None
    assert patients["auc"]["F4"]["reason"] == "no case at or above the cut-off"


def test_models_and_seeds_are_kept_apart() -> None:
    other = row("a", "P1", 0, (0.8, 0.1, 0.1), model="vgg16")
    again = row("a", "P1", 0, (0.8, 0.1, 0.1), seed=2)
    assert list(group_by_model([*ROWS, other])) == ["livernet", "vgg16"]
    assert list(group_by_model([ROWS[0], again])) == ["livernet (seed 1)", "livernet (seed 2)"]


def test_rows_of_another_grouping_are_refused() -> None:
    with pytest.raises(DataError, match="has 3 class probabilities, but the grouping F0-F1/F2-F4 has 2"):
        score(ROWS, Grouping.parse("2"))
    with pytest.raises(DataError, match=r"stage F0 is class 0 of .* but the row says 2"):
        score([row("a", "P", 0, (0.8, 0.1, 0.1), true_class=2)], PAPER)


def test_a_row_that_stands_twice_is_refused() -> None:
    with pytest.raises(DataError, match="a: is predicted twice by livernet in the same fold"):
        score([*ROWS, ROWS[0]], PAPER)


def test_schema_2_has_all_its_parts() -> None:
    document = score(ROWS, PAPER)
    assert document["schema"] == 2
    model = document["models"]["livernet"]
    assert {"patients", "images", "rules", "folds", "fold_mean", "segmentation", "relation"} <= set(model)
    assert set(model["rules"]) == {"majority", "worst"}
    assert document["comparisons"] == []


def test_thresholds_of_the_model_and_the_fold_are_used() -> None:
    thresholds = {("livernet", 0): {"F2": 0.5, "F4": 0.5}, ("livernet", 1): {"F2": 0.8, "F4": 0.5}}
    point = score(ROWS, PAPER, thresholds)["models"]["livernet"]["patients"]["operating"]["F2"]
    # P(>= F2) is 0.45 in fold 0, 0.8 and 0.9 in fold 1.
    assert (point["sensitivity"]["value"], point["specificity"]["value"]) == (1, 1)
    assert point["threshold"] == pytest.approx(0.65)
    other = score(ROWS, PAPER, {("vgg16", 0): {"F2": 0.5}})["models"]["livernet"]["patients"]["operating"]
    assert other["F2"]["sensitivity"]["reason"] == "no threshold was fixed on other patients"


def test_the_worst_image_speaks_for_the_patient() -> None:
    rules = score(ROWS, PAPER)["models"]["livernet"]["rules"]
    assert rules["worst"]["confusion"] == [[0, 1, 0], [0, 1, 0], [0, 1, 0]]
    assert rules["majority"]["confusion"] == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_probability_that_is_no_number_is_refused(bad: float) -> None:
    with pytest.raises(DataError, match="a: has a class probability that is not a number"):
        score([row("a", "P1", 0, (bad, 0.5, 0.5))], PAPER)
    with pytest.raises(DataError, match="not a number"):
        score([row("a", "P1", 0, (0.8, 0.1, 0.1), calibrated=(bad, 0.5, 0.5))], PAPER)


def test_the_same_predictions_give_the_same_numbers() -> None:
    assert json.dumps(score(ROWS, PAPER)) == json.dumps(score(list(ROWS), PAPER))


def test_table_1_has_a_row_a_model_a_column_a_fold_and_the_mean_in_percent() -> None:
    other = [replace(one, model="vgg16", dice=None, patch_accuracy=0.25 * n) for n, one in enumerate(ROWS)]
    table = table1(score([*ROWS, *other], PAPER))
    assert table is not None
    assert (table["folds"], table["unit"]) == ([1, 2], "% of images")
    assert [(one["model"], one["folds"], one["mean"]) for one in table["rows"]] == [
        ("livernet", [50.0, 50.0], 50.0),
        ("vgg16", [50.0, 50.0], 50.0),
    ]
    assert table["rows"][0]["patients"]["value"] == pytest.approx(2 / 3)
    assert table["note"].startswith("Patch accuracy, the share of single patches")
    assert "vgg16 38 %" in table["note"]
    assert "livernet" not in table["note"]
    assert table1(None) is None
    assert table1(score([replace(ROWS[0], fold=None)], PAPER)) is None


def test_the_accuracy_of_patches_has_a_name_of_its_own() -> None:
    patched = [replace(one, patch_accuracy=value) for one, value in zip(ROWS, (1, 0.5, 0, None), strict=True)]
    found = score(patched, PAPER)["models"]["livernet"]["patch_accuracy"]
    assert found == {"value": 0.5, "images": 3, "unit": "patches, not images or patients"}
    none = score(ROWS, PAPER)["models"]["livernet"]["patch_accuracy"]
    assert none == {"value": None, "reason": "the model cuts no patches of images of known stage"}
