from typing import Any

import pytest

from livernet.cli.result_table import print_results


def document(**more: Any) -> dict[str, Any]:
    patients = {
        "n": 78,
        "accuracy": {"value": 0.814, "low": 0.73, "high": 0.871},
        "majority": {"value": 0.466},
        "auc": {"F2": {"value": 0.9, "low": 0.8, "high": 0.95}, "F4": {"value": None, "reason": "no F4"}},
    }
    model = {"patients": patients, "segmentation": {"images": {"dice": {"mean": 0.961}}}}
    summary = {"chance": 1 / 3, "cutoffs": ["F2", "F4"], "models": {"livernet": model}}
    run = {
        "name": "first",
        "summary": summary,
        "notes": [{"level": "warning", "text": "mind [this]"}],
        **more,
    }
    return {"notes": [{"level": "remark", "text": "a remark"}], "runs": [run]}


def test_values_intervals_and_warnings_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_results(document())
    shown = capsys.readouterr()
    for text in (
        "first",
        "livernet",
        "78",
        "81",
        "(73–87)",
        "33",
        "47",
        "0.90",
        "(0.80–0.95)",
        "0.96",
        "≥F2",
    ):
        assert text in shown.out
    assert "warning: mind [this]" in shown.err
    assert "a remark" not in shown.err


def test_a_run_without_numbers_has_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_results(document(summary=None))
    assert capsys.readouterr().out == ""


def test_runs_are_named_where_there_are_several(capsys: pytest.CaptureFixture[str]) -> None:
    both = document()
    both["runs"].append(both["runs"][0] | {"name": "second"})
    print_results(both)
    assert "second" in capsys.readouterr().out


def test_a_warning_of_several_runs_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    both = document()
    both["runs"].append(both["runs"][0] | {"name": "second"})
    both["runs"].append(both["runs"][0] | {"name": "third", "notes": [{"level": "warning", "text": "alone"}]})
    print_results(both)
    assert capsys.readouterr().err == "warning: first, second: mind [this]\nwarning: third: alone\n"


def test_numbers_that_cannot_be_believed_are_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    verdict = {"state": "no", "headline": "No: the scanner gives it away.", "reasons": ["AUC 0.9"]}
    print_results(document(verdict=verdict))
    shown = capsys.readouterr().out
    assert shown.index("No: the scanner") < shown.index("not to be believed: held-out results")


def test_a_sound_run_is_not_doubted(capsys: pytest.CaptureFixture[str]) -> None:
    verdict = {"state": "with care", "headline": "With care.", "reasons": []}
    print_results(document(verdict=verdict))
    shown = capsys.readouterr().out
    assert "With care." in shown
    assert "not to be believed" not in shown


def test_a_run_that_is_not_judged_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    both = document(verdict={"state": "with care", "headline": "With care.", "reasons": []})
    both["runs"].append(
        both["runs"][0] | {"name": "p77", "verdict": None, "audited": {"reason": "it [is] gone"}}
    )
    both["runs"].append(both["runs"][1] | {"name": "t1", "summary": None})
    print_results(both)
    shown = capsys.readouterr().out
    assert "p77\nCan these numbers be believed? Not judged: it [is] gone.\n" in shown
    assert "t1" not in shown
