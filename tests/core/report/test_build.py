import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from livernet.core.data.manifest import load_manifest, write_manifest
from livernet.core.data.predictions import Prediction, read_predictions, write_predictions
from livernet.core.errors import ConfigError, DataError, FaultsError, LivernetError, OutputError
from livernet.core.files import write_json
from livernet.core.report.build import Report, build_report
from livernet.core.runs import read_run
from tests.core.report.schema import check_document
from tests.fake_run import make_audits, make_cohort, make_cv, make_predict, make_train

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
        if self.open[-1:] not in (["style"], ["script"]):
            self.words += data


def read(report: Report) -> str:
    """The words of a page, blanks put together, after its numbers have been checked."""
    assert check_document(report.json) == report.document
    page = Page(report.html.read_text(encoding="utf-8"))
    assert page.open == []
    return " ".join(page.words.split())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Report:
    place = tmp_path_factory.mktemp("built")
    make_cohort(place / "out", patients=20)
    run = make_cv(place / "runs" / "first", place / "out")
    make_audits(run)
    return build_report([run], place / "report.html")


def test_one_run_gives_a_page_and_its_numbers(built: Report) -> None:
    words = read(built)
    patients = built.document["runs"][0]["summary"]["models"]["livernet"]["patients"]
    assert f"{100 * patients['accuracy']['value']:.0f} %" in words
    for said in (
        "Research use only, not a medical device",
        "to be read with care.",
        "The audit called outside is in state caution.",
        "Table 1: accuracy per fold",
        "majority class",
        "Hospital 1",
        "quadratic weighted kappa",
        "Obuchowski measure",
        "Most confident wrong classes",
        "model.width",
        "Protocol patient",
        "CLAIM",
    ):
        assert said in words


def test_the_page_loads_nothing_and_runs_its_own_script_alone(built: Report) -> None:
    text = built.html.read_text(encoding="utf-8")
    page = Page(text)
    assert not {"link", "iframe", "object", "form", "base"} & set(page.tags)
    assert page.tags.count("script") == 1
    assert all(link.startswith(("data:image/", "#")) for link in page.links)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    hashes = []
    for tag in ("style", "script"):
        found = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert found is not None
        hashes.append(base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode())
    assert policy[1].replace("&#39;", "'").replace("&#43;", "+") == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{hashes[0]}'; "
        f"script-src 'sha256-{hashes[1]}'; base-uri 'none'; form-action 'none'"
    )


def anchors(text: str) -> set[str]:
    """The targets of links within the page; every one must be there."""
    found = {link[1:] for link in Page(text).links if link.startswith("#")}
    assert found <= set(re.findall(r'id="([^"]*)"', text))
    return found


def test_links_within_the_page_lead_somewhere(tmp_path: Path, cohort: Path, built: Report) -> None:
    train = build_report([make_train(tmp_path / "t", cohort)], tmp_path / "t.html")
    assert {"verdict1", "results1", "masks1", "audit-source1", "made1"} <= anchors(
        built.html.read_text("utf-8")
    )
    assert {"verdict1", "training1", "made1"} <= anchors(train.html.read_text(encoding="utf-8"))
    assert "no performance numbers" in read(train)


def test_equal_runs_give_equal_bytes(built: Report) -> None:
    again = build_report([built.html.parent / "runs" / "first"], built.html.with_name("again.html"))
    assert again.html.read_bytes() == built.html.read_bytes()
    assert again.json.read_bytes() == built.json.read_bytes()


def test_numbers_that_cannot_be_believed_are_not_shown_proudly(tmp_path: Path, cv_folder: Path) -> None:
    make_audits(cv_folder, "no")
    report = build_report([cv_folder], tmp_path / "report.html")
    words = read(report)
    assert "tile" not in re.findall(r'class="(\w+)"', report.html.read_text(encoding="utf-8"))
    assert words.count("These numbers cannot be believed") >= 4


def test_names_with_markup_are_text(tmp_path: Path) -> None:
    rows = make_cohort(tmp_path / "out", patients=4)
    write_manifest(
        tmp_path / "out",
        [replace(row, site=EVIL, scanner="간 & co", patient=f"<b>{row.patient}") for row in rows],
    )
    folder = make_cv(tmp_path / "r<b>", tmp_path / "out", command=EVIL, device=EVIL)
    predictions = read_predictions(folder / "predictions.csv")
    evil = [replace(row, model=EVIL) for row in predictions]
    write_predictions(folder / "predictions.csv", [*predictions, *evil])
    report = build_report([folder], tmp_path / "report.html")
    text = report.html.read_text(encoding="utf-8")
    words = read(report)
    assert EVIL not in text
    assert "<b>P0" not in text
    assert EVIL in words
    assert "간 & co" in words
    assert all(link.startswith(("data:image/", "#")) for link in Page(text).links)


def test_runs_stand_side_by_side(tmp_path: Path, cohort: Path, cv_folder: Path) -> None:
    runs = [cv_folder, make_predict(tmp_path / "external", cohort), make_train(tmp_path / "plain", cohort)]
    report = build_report(runs, tmp_path / "report.html")
    words = read(report)
    assert {"side", "sideways", "run1", "run2", "run3"} <= anchors(report.html.read_text(encoding="utf-8"))
    assert [run["label"] for run in report.document["runs"]] == ["A", "B", "C"]
    assert "B · external" in words
    assert "a train run has no held-out numbers" in words
    assert "A · livernet − B · livernet" in words


def test_runs_of_different_cohorts_are_not_paired(tmp_path: Path, cv_folder: Path) -> None:
    make_cohort(tmp_path / "else", patients=7)
    other = make_cv(tmp_path / "runs" / "x", tmp_path / "else", models=("livernet", "vgg16"))
    words = read(build_report([cv_folder, other], tmp_path / "report.html"))
    assert "Not compared: the runs used different cohorts" in words


def agree(run: Path) -> None:
    """Make the folds and the manifest of a run those of its predictions, as if it had been so all along."""
    rows = read_predictions(run / "predictions.csv")
    splits = json.loads((run / "splits.json").read_text())
    for number, fold in enumerate(splits["folds"]):
        fold["test"] = [row.image for row in rows if row.fold == number]
    write_json(run / "splits.json", splits)
    facts = read_run(run)
    cohort, said = load_manifest(Path(facts["cohort"]["path"])), {row.image: row for row in rows}
    known = [
        replace(row, patient=said[row.image].patient or row.patient, stage=said[row.image].stage)
        for row in cohort.rows
        if row.image in said
    ]
    nameless = not all(row.patient for row in rows)  # no manifest has that: let it be another one
    write_manifest(cohort.folder, known[:-1] if nameless else known)
    if not nameless:
        facts["cohort"]["sha256"] = load_manifest(cohort.folder).sha256
        write_json(run / "run.json", facts)


Change = Callable[[Sequence[Prediction]], Sequence[Prediction]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: [r for r in rows if r.true_class == 0], "no case at or above the cut-off"),
        (lambda rows: [r for r in rows if r.patient == "P000"], "of 1 patient"),
        (
            lambda rows: [replace(r, probabilities=(0.2, 0.5, 0.3), predicted=1) for r in rows],
            "Table 1: accuracy per fold",
        ),
        (lambda rows: [replace(r, stage=None, true_class=None) for r in rows], "have no known stage"),
        (
            lambda rows: [replace(r, dice=None, hd95=None, assd=None, nsd=None, unit="") for r in rows],
            "no image has an expert mask and a predicted one",
        ),
        (
            lambda rows: [replace(r, dice=0.0, mask_confidence=None) for r in rows],
            "Masks missing on one side: 12",
        ),
        (lambda rows: [replace(r, patient="") for r in rows], "images have no patient"),
    ],
    ids=["one class", "one patient", "constant", "no stages", "no masks", "empty masks", "no patients"],
)
def test_odd_predictions_are_reported_with_reasons(
    tmp_path: Path, cv_folder: Path, change: Change, said: str
) -> None:
    file = cv_folder / "predictions.csv"
    write_predictions(file, change(read_predictions(file)))
    agree(cv_folder)
    words = read(build_report([cv_folder], tmp_path / "report.html"))
    assert said in words
    assert not re.search(r"\b(nan|inf)\b|\bNone\b(?! were|[.:])", words)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"probabilities": (0.5, 0.5)}, DataError),
        ({"stage": 4}, DataError),
        ({"image": "images/image-001.png"}, DataError),
    ],
    ids=["classes", "stage", "twice"],
)
def test_a_file_edited_by_hand_is_refused_in_words(
    tmp_path: Path, cv_folder: Path, row: dict[str, object], error: type[LivernetError]
) -> None:
    file = cv_folder / "predictions.csv"
    first, *rest = read_predictions(file)
    if "probabilities" in row:
        lines = file.read_text().replace(",p2,", ",q2,").splitlines()
        file.write_text("\n".join(lines) + "\n")
        error = FaultsError
    else:
        write_predictions(file, [replace(first, **row), *rest])  # type: ignore[arg-type]  # any field
    with pytest.raises((error, DataError)) as raised:
        build_report([cv_folder], tmp_path / "report.html")
    assert raised.value.message
    assert not (tmp_path / "report.html").exists()


def test_a_vanished_cohort_leaves_the_numbers(tmp_path: Path, cohort: Path, cv_folder: Path) -> None:
    write_manifest(cohort, load_manifest(cohort).rows[:-1])
    report = build_report([cv_folder], tmp_path / "report.html")
    assert "was changed after the run" in read(report)
    assert report.document["runs"][0]["summary"]["models"]["livernet"]["patients"]["n"] == 6


def test_wrong_arguments_are_refused(
    tmp_path: Path, cv_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_audits(cv_folder)
    with pytest.raises(ConfigError, match=r"names the HTML page, not a \.json file"):
        build_report([cv_folder], tmp_path / "report.json")
    with pytest.raises(ConfigError, match="27 runs are too many"):
        build_report([cv_folder] * 27, tmp_path / "report.html")
    with pytest.raises(ConfigError, match="is named twice"):
        build_report([cv_folder, cv_folder.parent / "." / ".." / "runs" / "first"], tmp_path / "report.html")
    monkeypatch.chdir(tmp_path / "out")
    with pytest.raises(DataError, match="no finished run"):
        build_report([], tmp_path / "report.html")
    (tmp_path / "file").write_text("")
    begun: list[str] = []
    with pytest.raises(OutputError, match=r"file/report\.html: cannot be written"):
        build_report([cv_folder], tmp_path / "file" / "report.html", begun.append)
    assert begun == []


def test_a_folder_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    with pytest.raises(ConfigError, match="page: is a folder"):
        build_report([], tmp_path / "page")
    assert [path.name for path in tmp_path.iterdir()] == ["page"]
