"""The report as a reader meets it: in headless Chromium, wide and narrow, and on paper."""

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livernet.core.files import write_json
from livernet.core.report.build import build_report
from tests.browser import Browser, Page, needs_chromium
from tests.fake_run import make_audits, make_cohort, make_cv, make_predict, make_train

WIDTHS = (1280, 390)
LONG = "a-name-that-is-much-longer-than-any-column-of-the-page-was-made-for-" * 2
OUTSIDE = """(() => {
  const wide = document.documentElement.clientWidth, out = [];
  for (const one of document.querySelectorAll("main *, header *, nav *, footer *")) {
    const box = one.getBoundingClientRect(), beyond = box.right > wide + 1 || box.left < -1;
    if (box.width && beyond && !one.closest(".scroll")) out.push(one.outerHTML.slice(0, 120));
  }
  return out;
})()"""
BOXES = (
    ".tile, .case, .judged, .checks li, .step, .audit, .notes li, .copy, .settings div, td, th, figcaption"
)
OVERFLOWING = f"""[...document.querySelectorAll("{BOXES}")]
  .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${{one.className}} ${{one.textContent.trim().slice(0, 80)}}`)"""
UNDRAWN = "[...document.images].filter((one) => !one.complete || !one.naturalWidth).map((one) => one.alt)"
CUT = """[...document.querySelectorAll("table, figure, .judged, .tiles")]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => one.outerHTML.slice(0, 160))"""

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports of every kind: a run, one not to be believed, one without masks, several side by side."""
    place = tmp_path_factory.mktemp("reports")
    make_cohort(place / "out", patients=25, scanner=LONG)
    make_cohort(place / "bare", patients=6, masks=False)
    good = make_cv(place / "runs" / "good", place / "out", folds=12)
    make_audits(good)
    bad = make_cv(place / "runs" / LONG[:90], place / "out", models=("livernet", "vgg16"), command=LONG)
    copies = {"kind": "near", "images": [f"images/image-00{n}.png" for n in range(8)], "score": 0.97}
    splits = json.loads((bad / "splits.json").read_text())
    write_json(bad / "splits.json", splits | {"leaked_patients": 2, "duplicates": [copies]})
    make_audits(bad, "no")
    bare = make_cv(place / "runs" / "bare", place / "bare")
    make_audits(bare, "nothing found against them")
    predicted, trained = make_predict(place / "p", place / "out"), make_train(place / "t", place / "out")
    asked = {"good": [good], "bad": [bad], "bare": [bare], "several": [good, bad, predicted, trained]}
    asked |= {"predicted": [predicted], "trained": [trained]}
    for name, runs in asked.items():
        build_report(runs, place / f"{name}.html")
    return {name: place / f"{name}.html" for name in asked}


NAMES = ("good", "bad", "bare", "several", "predicted", "trained")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_everything_fits_and_nothing_is_asked_for(
    browser: Browser, reports: dict[str, Path], name: str, width: int
) -> None:
    page = browser.open(reports[name].as_uri(), width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate("document.images.length") > 0 or name == "trained"
    assert page.evaluate(UNDRAWN) == []
    assert [one for one in page.requests() if not one.startswith("data:")] == [reports[name].as_uri()]
    assert page.complaints() == []


@pytest.mark.parametrize("name", ["good", "bad", "several"])
def test_on_paper_nothing_is_cut_off(
    browser: Browser, reports: dict[str, Path], name: str, tmp_path: Path
) -> None:
    page = browser.open(reports[name].as_uri(), 688)  # A4 less its margins, at 96 dots an inch
    page.call("Emulation.setEmulatedMedia", {"media": "print"})
    assert page.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    page.pdf(tmp_path / "page.pdf")
    content = (tmp_path / "page.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") > 3


def order(page: Page, key: str) -> list[float]:
    cases = f"[...document.querySelectorAll('#cases1 .case')].map((one) => Number(one.dataset.{key}))"
    return [float(value) for value in page.evaluate(cases)]


def press(page: Page, text: str) -> None:
    found = f"[...document.querySelectorAll('.sort button')].find((one) => one.textContent === '{text}')"
    page.evaluate(f"{found}.click()")
    assert page.evaluate(f"{found}.getAttribute('aria-pressed')") == "true"
    assert page.evaluate("document.querySelectorAll('.sort [aria-pressed=true]').length") == 1


def test_the_gallery_is_worst_first_and_can_be_sorted(browser: Browser, reports: dict[str, Path]) -> None:
    page = browser.open(reports["good"].as_uri())
    first = order(page, "error")
    assert first == sorted(first, reverse=True)
    for text, key, falling in (
        ("Dice, worst", "dice", False),
        ("Dice, best", "dice", True),
        ("confidence", "confidence", True),
    ):
        press(page, text)
        assert order(page, key) == sorted(order(page, key), reverse=falling)
    assert page.evaluate("document.querySelector('[data-order]').textContent") == "most confident first"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert order(page, "error") == first
    assert page.complaints() == []


def test_without_script_the_cases_stand_worst_first_and_no_button_is_offered(
    browser: Browser, reports: dict[str, Path]
) -> None:
    page = browser.open("about:blank")
    page.call("Emulation.setScriptExecutionDisabled", {"value": True})
    page.go(reports["good"].as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.sort')).display") == "none"
    assert order(page, "error") == sorted(order(page, "error"), reverse=True)


def test_states_differ_without_their_colour(browser: Browser, reports: dict[str, Path]) -> None:
    page = browser.open(reports["bad"].as_uri())
    page.call("Emulation.setEmulatedVisionDeficiency", {"type": "achromatopsia"})
    marks = []
    for number in range(1, 5):
        selector = f"document.querySelector('.checks li:nth-child({number}) .mark')"
        box = page.evaluate(
            f"(({{x, y, width, height}}) => [x + scrollX, y + scrollY, width, height])"
            f"({selector}.getBoundingClientRect())"
        )
        clip = dict(zip(("x", "y", "width", "height"), box, strict=True)) | {"scale": 1}
        shot = page.call("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        with Image.open(io.BytesIO(base64.b64decode(shot["data"]))) as picture:
            grey = picture.convert("L").resize((20, 20))
            marks.append(np.asarray(grey, dtype=float))
    for one in range(4):
        for other in range(one):
            assert np.abs(marks[one] - marks[other]).mean() > 15
