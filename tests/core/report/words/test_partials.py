"""The partial templates of the words and the cohort, on whole pages."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from livernet.core.data.manifest import load_manifest, write_manifest
from livernet.core.report.build import build_report
from tests.fake_run import make_cv, make_predict, make_train

NASTY = '<script>alert("1")</script>'
SECTIONS = ("flow", "characteristics", "subgroups", "methods", "claim", "card")


@pytest.fixture
def page(tmp_path: Path, cohort: Path) -> str:
    """A page over a cohort whose every name is markup."""
    rows = [
        replace(
            row, site=f"{NASTY}{n % 2}", scanner=f"<b>skin {n % 3}", extras={"etiology": NASTY, "sex": "F"}
        )
        for n, row in enumerate(load_manifest(cohort).rows)
    ]
    write_manifest(cohort, rows)
    run = make_cv(tmp_path / "r", cohort, device=NASTY)
    return build_report([run], tmp_path / "page.html").html.read_text()


def test_names_with_markup_are_inert(page: str) -> None:
    assert NASTY not in page
    assert "<b>skin" not in page
    assert page.count("&lt;script&gt;alert(") > 5


def test_every_section_is_there_and_every_link_of_the_page_leads_somewhere(page: str) -> None:
    there = set(re.findall(r'id="([^"]+)"', page))
    assert {f"{name}1" for name in SECTIONS} <= there
    assert set(re.findall(r'href="#([^"]+)"', page)) <= there


def test_the_checklist_has_its_rows_in_order(page: str) -> None:
    numbers = re.findall(r'<span class="number">(\d+)</span>', page)
    assert numbers == [str(number) for number in range(1, 45)]
    assert page.index("Title and abstract") < page.index("Methods: design") < page.index("Discussion</th>")


@pytest.mark.parametrize("make", [make_predict, make_train])
def test_other_runs_have_their_pages(tmp_path: Path, cohort: Path, make: object) -> None:
    assert callable(make)
    page = build_report([make(tmp_path / "r", cohort)], tmp_path / "page.html").html.read_text()
    there = set(re.findall(r'id="([^"]+)"', page))
    assert {f"{name}1" for name in SECTIONS} - there <= {"subgroups1"}
    assert set(re.findall(r'href="#([^"]+)"', page)) <= there
