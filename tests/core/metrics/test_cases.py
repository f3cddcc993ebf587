import numpy as np
import pytest

from livernet.core.data.predictions import Prediction
from livernet.core.errors import DataError
from livernet.core.metrics.cases import by_image, by_patient, calibrated, majority_rule, mean_rule, worst_rule


def row(image: str, patient: str, true: int | None, p: tuple[float, ...], **more: object) -> Prediction:
    values = {"model": "livernet", "fold": 0, "seed": 1, "stage": None, "predicted": 0, **more}
    return Prediction(image=image, patient=patient, true_class=true, probabilities=p, **values)  # type: ignore[arg-type]  # the test overrides single fields


ROWS = [
    row("a", "P1", 1, (0.6, 0.4, 0.0)),
    row("b", "P1", 1, (0.1, 0.5, 0.4)),
    row("c", "P2", 0, (0.9, 0.1, 0.0)),
    row("d", "P3", None, (0.2, 0.2, 0.6)),
]


def test_images_without_a_known_class_are_left_out() -> None:
    cases = by_image(ROWS)
    assert cases.names == ("a", "b", "c")
    assert cases.predicted_N.tolist() == [0, 1, 0]


def test_a_patient_has_the_mean_of_its_images() -> None:
    cases = by_patient(ROWS)
    assert cases.names == ("P1", "P2")
    assert cases.probability_NK[0] == pytest.approx([0.35, 0.45, 0.2])
    assert cases.predicted_N.tolist() == [1, 0]


def test_rows_without_a_patient_stand_alone() -> None:
    rows = [row("a", "", 0, (1.0, 0.0)), row("b", "", 1, (0.0, 1.0))]
    assert len(by_patient(rows).names) == 2


def test_calibrated_probabilities_are_used_only_where_all_rows_have_them() -> None:
    whole = [row("a", "P1", 0, (0.9, 0.1), calibrated=(0.4, 0.6))]
    assert calibrated(whole)
    assert by_image(whole).predicted_N.tolist() == [1]
    assert by_image([*whole, row("b", "P2", 0, (0.9, 0.1))]).predicted_N.tolist() == [0, 0]


def test_an_even_vote_goes_to_the_milder_class() -> None:
    assert by_image([row("a", "P1", 0, (0.1, 0.45, 0.45))]).predicted_N.tolist() == [1]


def test_a_patient_of_two_classes_is_refused() -> None:
    with pytest.raises(DataError, match="'P1': its images have different true classes"):
        by_patient([row("a", "P1", 0, (1.0, 0.0)), row("b", "P1", 1, (1.0, 0.0))])


def test_nothing_known_gives_no_case() -> None:
    assert by_patient([ROWS[3]]).names == ()


def test_a_majority_of_images_decides_and_a_tie_is_the_milder_class() -> None:
    probability, predicted = majority_rule(np.array([[0.1, 0.9, 0], [0.2, 0.8, 0], [0, 0, 1.0]]))
    assert probability == pytest.approx([0, 2 / 3, 1 / 3])
    assert predicted == 1
    assert majority_rule(np.array([[0, 0, 1.0], [1.0, 0, 0]]))[1] == 0


def test_the_worst_image_decides_at_every_cut_off() -> None:
    probability_MK = np.array([[0.1, 0.7, 0.2], [0.5, 0.1, 0.4]])
    probability, predicted = worst_rule(probability_MK)
    # P(>= 1) is 0.9 and 0.5, P(>= 2) is 0.2 and 0.4.
    assert probability == pytest.approx([0.1, 0.5, 0.4])
    assert predicted == 1


@pytest.mark.parametrize("rule", [mean_rule, majority_rule, worst_rule])
def test_every_rule_gives_probabilities_and_leaves_a_single_image_its_class(rule) -> None:  # type: ignore[no-untyped-def]  # any of three
    probability_MK = np.random.default_rng(4).dirichlet(np.ones(5), size=7)
    probability, _ = rule(probability_MK)
    assert probability.sum() == pytest.approx(1)
    assert (probability >= -1e-12).all()
    assert rule(probability_MK[:1])[1] == probability_MK[0].argmax()


def test_patients_by_another_rule() -> None:
    assert by_patient(ROWS, worst_rule).predicted_N.tolist() == [1, 0]
    assert by_patient(ROWS, majority_rule).probability_NK[0] == pytest.approx([0.5, 0.5, 0])


def test_stages_and_folds_of_a_patient() -> None:
    rows = [
        row("a", "P1", 1, (0.6, 0.4, 0.0), stage=2, fold=3),
        row("b", "P1", 1, (0.6, 0.4, 0.0), stage=3, fold=4),
        row("c", "P2", 0, (0.6, 0.4, 0.0), stage=1, fold=4),
        row("d", "P2", 0, (0.6, 0.4, 0.0), stage=1, fold=4),
        row("e", "P3", 0, (0.6, 0.4, 0.0)),
    ]
    cases = by_patient(rows)
    assert cases.stage_N.tolist() == [-1, 1, -1]
    assert cases.folds == ((3, 4), (4, 4), (0,))
    assert by_image(rows).patient_N.tolist() == [0, 0, 1, 1, 2]
