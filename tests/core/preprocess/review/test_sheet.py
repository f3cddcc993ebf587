import pytest

from livernet.core.preprocess.review.sheet import MEANINGS, chips

CHECKS = {
    "route": "pixels",
    "note": "",
    "leak": 0.004,
    "coverage": 0.91,
    "edges": 0.8,
    "symmetry": 0.97,
    "confidence": 0.93,
    "suspicion": 0.12,
    "risk": 0.12,
    "markers": 0,
    "marker_pixels": 0,
    "kinds": {},
}


def texts(**changes: object) -> list[str]:
    return [f"{chip.label} {chip.value}" for chip in chips({**CHECKS, **changes})]


def looks(**changes: object) -> list[str]:
    return [f"{chip.label} {chip.value}" for chip in chips({**CHECKS, **changes}) if chip.look]


def test_every_check_is_shown_once_and_none_of_a_good_picture_asks_for_a_look() -> None:
    assert texts() == [
        "sector from pixels",
        *("confidence 93 %", "suspicion 12 %", "leak 0 %", "coverage 91 %", "edges 80 %", "symmetry 97 %"),
    ]
    assert looks() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"confidence": 0.4}, "confidence 40 %"),
        ({"suspicion": 0.7}, "suspicion 70 %"),
        ({"leak": 0.03}, "leak 3 %"),
        ({"coverage": 0.6}, "coverage 60 %"),
        ({"edges": 0.2}, "edges 20 %"),
        ({"note": "region tag does not hold the sector"}, "note region tag does not hold the sector"),
        ({"markers": 3, "kinds": {"dotted line": 1, "caliper": 2}}, "marks 2 calipers, 1 dotted line"),
        ({"markers": 3, "kinds": {}}, "marks 3"),
    ],
)
def test_what_asks_for_a_second_look(changes: dict[str, object], expected: str) -> None:
    assert looks(**changes) == [expected]


def test_stage_view_and_a_persons_decision() -> None:
    shown = chips({}, stage="F2", view="intercostal", admitted=True)
    assert [(chip.label, chip.value, chip.look) for chip in shown] == [
        ("let in", "by a person", True),
        ("stage", "F2", False),
        ("view", "intercostal", False),
    ]


def test_a_check_of_a_later_version_is_shown_as_it_is() -> None:
    shown = texts(route="region", frame_rate=12.345678, cine=True, panel=2, shape=[1, 2], unknown="x" * 500)
    assert shown[0] == "sector from DICOM tag"
    assert shown[-4:] == ["frame rate 12.3", "cine yes", "panel 2", f"unknown {'x' * 80}"]


def test_what_is_shown_is_explained() -> None:
    explained = {term for term, _ in MEANINGS}
    assert {chip.label for chip in chips({**CHECKS, "markers": 1}, admitted=True)} <= explained
