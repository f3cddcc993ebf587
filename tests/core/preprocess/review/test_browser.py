"""The review sheet as a person meets it: opened in headless Chromium, driven by keys."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livernet.core.preprocess.review.decisions import read_decisions
from livernet.core.preprocess.review.pages import before_thumbnail, write_review
from tests.browser import Browser, Page, needs_chromium
from tests.core.preprocess.review.test_pages import CHECKS, HOSTILE, card

LEAVING = """(() => {
  const event = new Event("beforeunload", { cancelable: true });
  dispatchEvent(event);
  return event.defaultPrevented;
})()"""
OPENING = """((rows) => {
  const files = new DataTransfer(), input = document.getElementById("open");
  files.items.add(new File([rows], "x.csv"));
  input.files = files.files;
  input.dispatchEvent(new Event("change"));
})(%s)"""

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A cohort of four pictures, the first with marks, one with hostile words; no other test has the like."""
    screen_HW = np.zeros((120, 160), np.uint8)
    screen_HW[20:100, 40:120] = np.arange(80, dtype=np.uint8)
    for folder in ("images", "markers"):
        (tmp_path / folder).mkdir()
    before = before_thumbnail(screen_HW)
    cards = [
        card(n, 1 - n / 10, before=before, view=f"{tmp_path.name} {HOSTILE}" if n == 2 else "")
        for n in range(4)
    ]
    for one in cards:
        Image.fromarray(np.full((64, 64), 90, np.uint8)).save(tmp_path / one.image)
    mask_SS = np.zeros((64, 64), np.uint8)
    mask_SS[20:30, 20:30] = 255
    Image.fromarray(mask_SS).save(tmp_path / "markers" / "P.png")
    marked = card(0, 1.0, before=before, marker="markers/P.png", checks={**CHECKS, "markers": 1})
    write_review(tmp_path, [marked, *cards[1:]], [("Q0123456789", HOSTILE, "export it again")])
    return tmp_path


def opened(browser: Browser, out: Path, width: int = 1280) -> Page:
    page = browser.open((out / "review.html").as_uri(), width)
    page.until("document.getElementById('after').naturalWidth === 64")
    return page


def text(page: Page, name: str) -> str:
    return str(page.evaluate(f"document.getElementById('{name}').textContent"))


def saved(page: Page) -> Path:
    page.press("s")
    return page.browser.saved()


def rows(file: Path) -> list[tuple[str, str, str]]:
    return [(one.item, one.verdict, one.note) for one in read_decisions(file).by_item.values()]


def test_keys_decide_and_the_saved_file_holds_the_decisions(browser: Browser, out: Path) -> None:
    page = opened(browser, out)
    page.press("a", "r", "j", "e")
    page.type("=1+1, seen")
    page.press("Enter", "a")
    assert text(page, "progress") == "3 of 4 decided · 1 rejected"
    file = saved(page)
    assert rows(file) == [
        ("P0000000000_00", "accept", ""),
        ("P0000000000_01", "reject", ""),
        ("P0000000000_03", "accept", "=1+1, seen"),
    ]
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfitem,verdict,note\n")
    assert b"""images/P0000000000_03.png,accept,"'=1+1, seen"\n""" in content
    page.press("n", "u")
    assert text(page, "place") == "4 of 4"
    assert text(page, "progress") == "2 of 4 decided · 1 rejected"
    assert page.complaints() == []
    kinds = {address.split(":")[0] for address in page.requests()}
    assert kinds <= {"file", "data", "blob"}
    folder = out.as_uri()
    assert all(a.startswith(folder) for a in page.requests() if a.startswith("file:"))
    pictures = "[...document.images].filter((i) => i.checkVisibility() && i.src && !i.naturalWidth).length"
    page.until(f"{pictures} === 0")  # the last ones may still be loading


def test_decisions_outlive_the_page_and_a_saved_file_can_be_opened(browser: Browser, out: Path) -> None:
    opened(browser, out).press("r", "a")
    page = opened(browser, out)
    assert text(page, "progress") == "2 of 4 decided · 1 rejected"
    assert page.evaluate(LEAVING)
    lines = 'images/P0000000000_02.png,reject,"\'=a ""b"""\nQ0123456789,admit,\nP9,keep,\n'
    page.evaluate(OPENING % json.dumps(f"item,verdict,note\n{lines}"))
    page.until("document.getElementById('say').textContent.startsWith('2 decisions read')")
    assert "1 rows do not belong" in text(page, "say")
    assert rows(saved(page)) == [
        ("P0000000000_00", "reject", ""),
        ("P0000000000_01", "accept", ""),
        ("P0000000000_02", "reject", '=a "b"'),
        ("Q0123456789", "admit", ""),
    ]
    assert not page.evaluate(LEAVING)
    assert page.complaints() == []


def test_zoom_marks_help_and_a_hangul_keyboard(browser: Browser, out: Path) -> None:
    page = opened(browser, out)
    width = page.evaluate("document.getElementById('after').clientWidth")
    page.press("z", "m", "?")
    assert page.evaluate("document.getElementById('after').clientWidth") == 2 * width
    page.until("document.getElementById('marker').naturalWidth === 64")
    assert page.evaluate("document.getElementById('overlay').checkVisibility()")
    page.press("a")
    assert page.evaluate("document.getElementById('help').open")
    page.press("Escape")
    assert text(page, "progress") == "0 of 4 decided · 0 rejected"
    page.press("ㅁ", code="KeyA")
    assert text(page, "progress") == "1 of 4 decided · 0 rejected"
    assert not page.evaluate("document.getElementById('overlay').checkVisibility()")
    assert page.complaints() == []


def test_letting_in_by_name_with_the_mouse_on_a_phone(browser: Browser, out: Path) -> None:
    page = opened(browser, out, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.evaluate("document.querySelector('.letin').click()")
    page.evaluate("document.getElementById('reject').click()")
    page.evaluate("document.querySelector('.why').focus()")
    page.type("only the sector, 확인함")
    page.press("Enter")
    assert rows(saved(page)) == [
        ("P0000000000_00", "reject", ""),
        ("Q0123456789", "admit", "only the sector, 확인함"),
    ]
    assert page.complaints() == []


def test_a_browser_that_keeps_nothing_and_a_sheet_without_its_pictures(browser: Browser, out: Path) -> None:
    page = opened(browser, out)
    deny = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } });"
    page.call("Page.addScriptToEvaluateOnNewDocument", {"source": deny})
    (out / "images" / "P0000000000_01.png").unlink()
    page.go((out / "review.html").as_uri())
    assert "keeps no decisions" in text(page, "say")
    page.press("r")
    assert text(page, "progress") == "1 of 4 decided · 1 rejected"
    page.until("document.getElementById('missing').checkVisibility()")
    page.press("j")
    page.until("!document.getElementById('missing').checkVisibility()")
