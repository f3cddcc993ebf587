import base64

from livernet.core.report.collect import Run
from livernet.core.report.document import describe
from livernet.core.report.drawing.assets import draw_charts


def texts(uri: str) -> str:
    return base64.b64decode(uri.split(",")[1]).decode()


def test_one_run_has_a_roc_a_cutoff_and_four_training_charts(cv_run: Run) -> None:
    pictures = draw_charts({"runs": [describe(cv_run, "")]})
    (run,) = pictures["runs"]
    assert [chart["cutoff"] for chart in run["roc"]] == ["F2", "F4"]
    assert "<!-- per patient -->" in texts(run["roc"][0]["uri"])
    assert len(run["curves"]["livernet"]) == 4
    assert list(run["relation"]) == ["livernet"]
    assert pictures["compare"] == []


def test_several_runs_share_a_roc_with_their_labels(cv_run: Run) -> None:
    runs = [describe(cv_run, label) | {"curves": {}, "relation": {}} for label in "AB"]
    pictures = draw_charts({"runs": runs})
    shared = texts(pictures["compare"][0]["uri"])
    assert "<!-- A livernet, per patient -->" in shared
    assert "<!-- B livernet, per patient -->" in shared


def test_curves_without_values_are_left_out(cv_run: Run) -> None:
    document = describe(cv_run, "")
    document["curves"] = {"livernet": {"0": [{"epoch": 1.0, "loss": 0.5, "dice": None}], "1": []}}
    document["relation"] = {"livernet": []}
    (run,) = draw_charts({"runs": [document]})["runs"]
    assert (len(run["curves"]["livernet"]), run["relation"]) == (1, {})
    document["curves"] = {"livernet": {"0": []}}
    assert draw_charts({"runs": [document]})["runs"][0]["curves"] == {"livernet": []}
