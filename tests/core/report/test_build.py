import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from livernet.core.data.manifest import load_manifest, write_manifest
from livernet.core.data.predictions import read_predictions, write_predictions
from livernet.core.errors import ConfigError, DataError, OutputError
from livernet.core.report.build import Report, build_report
from tests.fake_run import make_cohort, make_cv, make_predict, make_train

EVIL = '<img src=x onerror="alert(1)">'


class Page(HTMLParser):
    """Collects what a page would load or run, checks that tags close, and keeps its text."""

    VOID = frozenset({"meta", "img", "br", "image", "path", "rect", "line", "circle"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for key, value in attrs if key in {"src", "href", "xlink:href", "action"}]
        assert not any(key.startswith("on") or key == "style" for key, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words += data


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Report:
    place = tmp_path_factory.mktemp("built")
    make_cohort(place / "out")
    return build_report([make_cv(place / "runs" / "first", place / "out")], place / "report.html")


def test_one_run_gives_a_page_and_its_numbers(built: Report) -> None:
    report = built
    page = Page(report.html.read_text(encoding="utf-8"))
    assert page.open == []
    assert json.loads(report.json.read_text()) == report.document
    patients = report.document["runs"][0]["summary"]["models"]["livernet"]["patients"]
    assert f"{100 * patients['accuracy']['value']:.0f} %" in page.words
    for words in (
        "Research use only, not a medical device",
        "Table 1: accuracy per fold",
        "majority class",
        "Hospital 1",
        "quadratic weighted kappa",
        "All cases, best to worst Dice",
        "model.width",
        "Protocol patient",
    ):
        assert words in " ".join(page.words.split())


def test_the_page_loads_and_runs_nothing(built: Report) -> None:
    text = built.html.read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "link", "iframe", "object", "form", "base"} & set(page.tags)
    assert all(link.startswith(("data:image/", "#")) for link in page.links)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert policy is not None
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].replace("&#39;", "'").replace("&#43;", "+") == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def anchors(text: str) -> set[str]:
    """The targets of links within the page; every one must be there."""
    found = {link[1:] for link in Page(text).links if link.startswith("#")}
    assert found <= set(re.findall(r'id="([^"]*)"', text))
    return found


def test_links_within_the_page_lead_somewhere(tmp_path: Path, cohort: Path, built: Report) -> None:
    train = build_report([make_train(tmp_path / "t", cohort)], tmp_path / "t.html")
    assert {"result1", "classes1", "masks1", "made1"} <= anchors(built.html.read_text(encoding="utf-8"))
    assert {"result1", "training1", "made1"} <= anchors(train.html.read_text(encoding="utf-8"))


def test_equal_runs_give_equal_bytes(built: Report) -> None:
    again = build_report([built.html.parent / "runs" / "first"], built.html.with_name("again.html"))
    assert again.html.read_bytes() == built.html.read_bytes()
    assert again.json.read_bytes() == built.json.read_bytes()


def test_names_with_markup_are_text(tmp_path: Path) -> None:
    rows = make_cohort(tmp_path / "out", patients=4)
    write_manifest(
        tmp_path / "out",
        [replace(row, site=EVIL, scanner="간 & co", patient=f"<b>{row.patient}") for row in rows],
    )
    folder = make_cv(tmp_path / "r<b>", tmp_path / "out", command=EVIL, device=EVIL)
    predictions = [replace(row, model="livernet") for row in read_predictions(folder / "predictions.csv")]
    write_predictions(folder / "predictions.csv", [*predictions, replace(predictions[0], model=EVIL)])
    text = build_report([folder], tmp_path / "report.html").html.read_text(encoding="utf-8")
    page = Page(text)
    assert EVIL not in text
    assert "<b>P" not in text
    assert EVIL in page.words
    assert "간 & co" in page.words
    assert all(link.startswith(("data:image/", "#")) for link in page.links)


def test_runs_stand_side_by_side(tmp_path: Path, cohort: Path, cv_folder: Path) -> None:
    runs = [cv_folder, make_predict(tmp_path / "external", cohort), make_train(tmp_path / "plain", cohort)]
    report = build_report(runs, tmp_path / "report.html")
    text = report.html.read_text(encoding="utf-8")
    words = " ".join(Page(text).words.split())
    assert anchors(text) == {"side", "run1", "run2", "run3"}
    assert [run["label"] for run in report.document["runs"]] == ["A", "B", "C"]
    assert "Side by side" in words
    assert "B · external" in words
    assert "a train run has no held-out numbers" in words


def test_other_classes_and_missing_labels_are_reported(tmp_path: Path) -> None:
    make_cohort(tmp_path / "out", masks=False)
    folder = make_cv(tmp_path / "r", tmp_path / "out")
    unknown = [
        replace(row, stage=None, true_class=None) for row in read_predictions(folder / "predictions.csv")
    ]
    write_predictions(folder / "predictions.csv", unknown)
    report = build_report([folder], tmp_path / "report.html")
    page = Page(report.html.read_text(encoding="utf-8"))
    assert "no case has a known stage" in page.words
    assert not re.search(r"\b(nan|None|inf)\b", page.words)


def test_a_vanished_cohort_leaves_the_numbers(tmp_path: Path, cohort: Path, cv_folder: Path) -> None:
    write_manifest(cohort, load_manifest(cohort).rows[:-1])
    report = build_report([cv_folder], tmp_path / "report.html")
    words = Page(report.html.read_text(encoding="utf-8")).words
    assert "was changed after the run" in words
    assert report.document["runs"][0]["summary"]["models"]["livernet"]["patients"]["n"] == 6


def test_wrong_arguments_are_refused(
    tmp_path: Path, cv_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=r"names the HTML page, not a \.json file"):
        build_report([cv_folder], tmp_path / "report.json")
    with pytest.raises(ConfigError, match="27 runs are too many"):
        build_report([cv_folder] * 27, tmp_path / "report.html")
    monkeypatch.chdir(tmp_path / "out")
    with pytest.raises(DataError, match="no finished run"):
        build_report([], tmp_path / "report.html")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        build_report([cv_folder], tmp_path / "file" / "report.html")


def test_a_folder_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    with pytest.raises(ConfigError, match="page: is a folder"):
        build_report([], tmp_path / "page")
    assert [path.name for path in tmp_path.iterdir()] == ["page"]
