import pytest

from livernet.core.data.predictions import Prediction
from livernet.core.errors import DataError
from livernet.core.metrics.cases import by_image, by_patient, calibrated


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
