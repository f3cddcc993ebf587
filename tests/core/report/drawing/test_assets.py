import base64
from typing import Any

from livernet.core.report.collect import Run
from livernet.core.report.document import describe
from livernet.core.report.drawing.assets import draw_charts
from livernet.core.report.scores import scored


def described(run: Run, label: str = "") -> dict[str, Any]:
    return describe(*scored(run), label) | {"verdict": None, "audits": []}


def texts(uri: str) -> str:
    return base64.b64decode(uri.split(",")[1]).decode()


def test_one_run_has_its_charts(cv_run: Run) -> None:
    pictures = draw_charts({"runs": [described(cv_run)], "comparison": None})
    (run,) = pictures["runs"]
    for part in (run["roc"], run["calibration"]["livernet"], run["decision"]["livernet"]):
        assert [chart["cutoff"] for chart in part] == ["F2", "F4"]
    assert "<!-- per patient -->" in texts(run["roc"][0]["uri"])
    assert [chart["title"] for chart in run["quality"]["livernet"]] == ["Dice", "HD95", "ASSD", "NSD"]
    assert "<!-- HD95, px -->" in texts(run["quality"]["livernet"][1]["uri"])
    assert len(run["curves"]["livernet"]) == 4
    assert list(run["relation"]) == ["livernet"]
    assert (pictures["compare"], pictures["pairs"]) == ([], None)


def test_several_runs_share_a_roc_with_their_labels(cv_run: Run) -> None:
    runs = [described(cv_run, label) | {"curves": {}, "relation": {}} for label in "AB"]
    pictures = draw_charts({"runs": runs, "comparison": {"pairs": [], "reason": "x"}})
    shared = texts(pictures["compare"][0]["uri"])
    assert "<!-- A · livernet -->" in shared
    assert "<!-- B · livernet -->" in shared


def test_curves_without_values_are_left_out(cv_run: Run) -> None:
    document = described(cv_run)
    document["curves"] = {"livernet": {"0": [{"epoch": 1.0, "loss": 0.5, "dice": None}], "1": []}}
    document["relation"] = {"livernet": []}
    (run,) = draw_charts({"runs": [document], "comparison": None})["runs"]
    assert (len(run["curves"]["livernet"]), run["relation"], run["quality"]) == (1, {}, {})
    document["curves"] = {"livernet": {"0": []}}
    assert draw_charts({"runs": [document], "comparison": None})["runs"][0]["curves"] == {"livernet": []}


def test_an_audit_with_permutations_is_drawn_and_others_are_not(cv_run: Run) -> None:
    null: dict[str, Any] = {"name": "outside", "numbers": {"null": [0.4, 0.6], "auc": {"value": 0.9}}}
    plain: dict[str, Any] = {"name": "source", "numbers": {"auc": 0.5}}
    document = described(cv_run) | {"audits": [null, plain]}
    audits = draw_charts({"runs": [document], "comparison": None})["runs"][0]["audits"]
    assert "<!-- observed, 0.90 -->" in texts(audits["outside"])
    assert audits["source"] is None
