from typing import Any

import pytest

from livernet.core.audits.audit import Audit, found, not_run
from livernet.core.audits.verdict import judge

GOOD = [found(name, "passed", "Fine.") for name in ("shuffled", "outside", "source", "duplicates")]


def summary(**more: Any) -> dict[str, Any]:
    unit = {
        "per_class": [26, 37, 15],
        "majority": {"value": 0.47},
        "accuracy": {"value": 0.7, "low": 0.6, "high": 0.8},
        "auc": {"F2": {"value": 0.9, "low": 0.8, "high": 0.95}},
    }
    return {"class_names": ["F0/F1", "F2/F3", "F4"], "models": {"livernet": {"patients": unit | more}}}


def verdict_of(audits: list[Audit] = GOOD, leaked: int = 0, *, phantom: bool = False, **more: Any) -> Any:
    return judge(audits, leaked_patients=leaked, phantom=phantom, summary=summary(**more))


def test_nothing_found() -> None:
    verdict = verdict_of()
    assert verdict.state == "nothing found against them"
    assert verdict.headline == "Nothing was found against these numbers."
    assert verdict.reasons == ()


def test_a_phantom_is_said_and_is_no_reason() -> None:
    verdict = verdict_of(phantom=True)
    assert verdict.state == "nothing found against them"
    assert verdict.headline == "Nothing was found against these numbers of a phantom."


@pytest.mark.parametrize("name", ["shuffled", "outside", "source", "duplicates"])
def test_each_of_these_audits_takes_all_worth_from_the_numbers(name: str) -> None:
    verdict = verdict_of([*GOOD, found(name, "failed", "The scanner tells F4.")])
    assert verdict.state == "no"
    assert verdict.reasons[0] == "The scanner tells F4."
    assert verdict.headline.startswith("These numbers cannot be believed: ")
    assert verdict.headline.count(".") == 1


@pytest.mark.parametrize(("count", "words"), [(1, "1 patient has images"), (35, "35 patients have images")])
def test_patients_on_both_sides_too(count: int, words: str) -> None:
    verdict = verdict_of(leaked=count)
    assert verdict.state == "no"
    assert words in verdict.reasons[0]


@pytest.mark.parametrize(
    ("audits", "more", "words"),
    [
        ([found("outside", "caution", "There is a hint.")], {}, "There is a hint."),
        ([not_run("source", "All are of one class.")], {}, "Border and source: not checked. All are"),
        ([], {"per_class": [26, 37, 4]}, "Class F4 has 4 patients: too few"),
        ([], {"per_class": [26, 37, 1]}, "Class F4 has 1 patient: too few"),
        ([], {"accuracy": {"value": 0.5, "low": 0.4, "high": 0.6}}, "naming the largest class (47 %)"),
        ([], {"auc": {"F4": {"value": 0.6, "low": 0.45, "high": 0.7}}}, "The AUC at F4 of 0.60 (0.45 to"),
    ],
)
def test_what_asks_for_care(audits: list[Audit], more: dict[str, Any], words: str) -> None:
    verdict = verdict_of([*GOOD, *audits], **more)
    assert verdict.state == "with care"
    assert any(words in reason for reason in verdict.reasons)
    assert verdict.headline == "These numbers are to be read with care."


def test_an_auc_below_chance_is_the_wrong_way_round() -> None:
    (reason,) = verdict_of(auc={"F3": {"value": 0.27, "low": 0.13, "high": 0.48}}).reasons
    assert reason.endswith("of 0.27 (0.13 to 0.48) answers the wrong way round.")
    (reason,) = verdict_of(auc={"F3": {"value": 0.47, "low": 0.33, "high": 0.5}}).reasons
    assert reason.endswith("may be chance.")


def test_where_no_stage_is_known_that_is_said_once() -> None:
    assert verdict_of(per_class=[0, 0, 0]).reasons == ("No patient has a known stage.",)
    assert len(verdict_of(per_class=[0, 0, 12]).reasons) == 2


def test_grave_reasons_come_first() -> None:
    verdict = verdict_of(
        [*GOOD, not_run("masks", "No masks."), found("source", "failed", "Grave.")], per_class=[26, 37, 4]
    )
    assert verdict.reasons[0] == "Grave."
    assert len(verdict.reasons) == 3


@pytest.mark.parametrize("nothing", [{}, {"models": {}}, {"models": {"livernet": {}}}])
def test_a_summary_that_says_nothing_is_no_error(nothing: dict[str, Any]) -> None:
    assert judge(GOOD, leaked_patients=0, phantom=False, summary=nothing).reasons == ()


def test_measures_without_a_value_or_interval_say_nothing() -> None:
    verdict = verdict_of(accuracy={"value": None, "reason": "none"}, auc={"F2": {"value": 0.4}})
    assert verdict.reasons == ()
