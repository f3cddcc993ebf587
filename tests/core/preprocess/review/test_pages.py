import base64
import hashlib
import io
import json
import re
import tracemalloc
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livernet.core.errors import OutputError
from livernet.core.preprocess.review import pages as review
from livernet.core.preprocess.review.pages import Card, before_thumbnail, write_review

HOSTILE = """</script><script>alert(1)</script><img src=x onerror=alert(1)>"'`\u2028{{ 7*7 }}"""
CHECKS = {"route": "pixels", "confidence": 0.9, "suspicion": 0.1, "markers": 0, "kinds": {}, "note": ""}
NOTHING = before_thumbnail(np.zeros((6, 8), np.uint8))
WAITING = [("Q0123456789", "colour inside the sector", "export a plain picture")]


def card(number: int, risk: float = 0.5, **changes: object) -> Card:
    name = f"images/P0000000000_{number:02d}.png"
    return replace(Card(image=name, risk=risk, checks=CHECKS, before=NOTHING), **changes)


def order(page: str) -> list[str]:
    return re.findall(r'data-item="([^"]*)"', page)


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._open = tag if tag in self.text else ""

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.text[self._open].append(data)


def test_the_thumbnail_keeps_the_place_on_the_screen_and_stays_black_where_nothing_was_kept() -> None:
    screen_HW = np.zeros((600, 800), np.uint8)
    screen_HW[150:450, 200:600] = 180
    image = Image.open(io.BytesIO(before_thumbnail(screen_HW)))
    small_HW = np.asarray(image)
    assert (image.format, image.mode, image.size, dict(image.getexif())) == ("JPEG", "L", (320, 240), {})
    # the sector's own edge may ring within the 8 x 8 blocks that it crosses; nothing else is there to ring
    assert small_HW[:48].max() == 0
    assert small_HW[:, :72].max() == 0
    assert abs(int(small_HW[120, 160]) - 180) <= 2


def test_a_small_screen_is_not_enlarged() -> None:
    assert Image.open(io.BytesIO(before_thumbnail(np.zeros((90, 120), np.uint8)))).size == (120, 90)


def test_the_riskiest_come_first_and_any_order_gives_the_same_bytes(tmp_path: Path) -> None:
    cards = [card(1, 0.2), card(2, 0.9), card(3, 0.5), card(4, 0.9)]
    assert write_review(tmp_path, iter(cards), WAITING) == ("review.html",)
    page = (tmp_path / "review.html").read_text(encoding="utf-8")
    assert order(page) == [f"images/P0000000000_{n:02d}.png" for n in (2, 4, 3, 1)]
    write_review(tmp_path, reversed(cards), WAITING)
    assert (tmp_path / "review.html").read_text(encoding="utf-8") == page


def test_many_pictures_go_on_further_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "_PAGE", 2)
    names = write_review(tmp_path, (card(n, 1 - n / 10) for n in range(5)), WAITING)
    assert names == ("review.html", "review-2.html", "review-3.html")
    pages = [(tmp_path / name).read_text(encoding="utf-8") for name in names]
    assert [len(order(page)) for page in pages] == [2, 2, 1]
    for number, page in enumerate(pages):
        links = {values.get("href") for tag, values in Tags(page).found if tag == "a"}
        assert {name for n, name in enumerate(names) if n != number} <= links
        data = json.loads(Tags(page).text["script"][0])
        assert (data["sheet"], data["first"], data["total"]) == (number + 1, 2 * number + 1, 5)
        assert ("data-token=" in page) == (number == 0)
    assert len({json.loads(Tags(page).text["script"][0])["digest"] for page in pages}) == 1


def test_memory_does_not_grow_with_the_number_of_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "_PAGE", 5)
    size = 200_000

    def peak(count: int) -> int:
        tracemalloc.start()
        write_review(tmp_path, (card(n, before=bytes(size)) for n in range(count)), [])
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(1)  # fills the template's caches
    assert peak(40) < peak(10) + size


def test_what_comes_from_outside_is_inert(tmp_path: Path) -> None:
    hostile = card(1, image=f"images/{HOSTILE}\udcff.png", view=HOSTILE, checks={**CHECKS, "note": HOSTILE})
    write_review(tmp_path, [hostile], [(f"Q{HOSTILE}", HOSTILE, HOSTILE)])
    write_review(tmp_path / "plain", [card(1)], WAITING)
    found, plain = (Tags((folder / "review.html").read_text()) for folder in (tmp_path, tmp_path / "plain"))
    extra = sorted({tag for tag, _ in found.found} - {tag for tag, _ in plain.found})
    assert extra == []
    assert found.text["style"] == plain.text["style"]
    assert found.text["script"][1:] == plain.text["script"][1:]
    assert [tag for tag, _ in found.found].count("script") == 2
    assert not [values for _, values in found.found if any(name.startswith("on") for name in values)]
    assert "49" not in found.text["title"][0]
    sources = [values["src"] or "" for tag, values in found.found if values.get("src")]
    assert all(source.startswith(("data:image/jpeg;base64,", "./images/")) for source in sources)


def test_the_policy_admits_this_script_and_style_alone_and_nothing_is_loaded(tmp_path: Path) -> None:
    write_review(tmp_path, [card(1)], WAITING)
    page = (tmp_path / "review.html").read_text(encoding="utf-8")
    tags = Tags(page)
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (tags.text["script"][1], tags.text["style"][0])
    ]
    policy = next(values["content"] for tag, values in tags.found if "http-equiv" in values)
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "img-src 'self' data: file:; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"https?:|//[a-z]|@import|url\(\"?[^\"#]", page)
    assert not [values for _, values in tags.found if "style" in values]


def test_pictures_in_quarantine_are_named_with_reason_remedy_and_line_and_not_shown(tmp_path: Path) -> None:
    write_review(tmp_path, [card(1)], WAITING)
    page = (tmp_path / "review.html").read_text(encoding="utf-8")
    section = page[page.index('<section id="quarantine">') : page.index('<section id="meaning">')]
    for text in (*WAITING[0], "Q0123456789,admit,", "quarantine map"):
        assert text in section
    assert "<img" not in section


def test_empty_states(tmp_path: Path) -> None:
    assert write_review(tmp_path, [], WAITING) == ("review.html",)
    page = (tmp_path / "review.html").read_text(encoding="utf-8")
    assert "No picture was kept." in page
    assert 'id="film"' not in page
    write_review(tmp_path, [card(1)], [])
    page = (tmp_path / "review.html").read_text(encoding="utf-8")
    assert "Nothing is in quarantine" in page
    assert "data-token=" not in page


def test_other_pictures_are_another_sheet(tmp_path: Path) -> None:
    digests = []
    for cards in ([card(1), card(2)], [card(1), card(2)], [card(1), card(2, before=NOTHING + b"\0")]):
        write_review(tmp_path, cards, [])
        page = (tmp_path / "review.html").read_text(encoding="utf-8")
        digests.append(json.loads(Tags(page).text["script"][0])["digest"])
    assert digests[0] == digests[1] != digests[2]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"review\.html: cannot be written"):
        write_review(tmp_path / "file", [card(1)], [])
