from pathlib import Path
from typing import Any

from livernet.core.report.page import sections as module
from livernet.core.report.page.sections import SECTIONS, sections

EMPTY: dict[str, Any] = {
    "kind": "train",
    "summary": None,
    "answers": [],
    "gallery": {"failures": []},
    "duplicates": None,
    "curves": {},
    "seeds": [],
}


def test_every_section_has_a_partial_and_a_name_of_its_own() -> None:
    folder = Path(module.__file__).parent
    assert [section.name for section in SECTIONS if not (folder / f"{section.name}.html.j2").is_file()] == []
    assert len({section.name for section in SECTIONS}) == len(SECTIONS)


def test_what_a_run_does_not_have_is_not_shown() -> None:
    assert [section.name for section in sections(EMPTY)] == ["made"]
    assert [section.name for section in sections(EMPTY | {"curves": {"m": {}}})] == ["training", "made"]


def test_a_run_without_known_stages_has_masks_but_no_results() -> None:
    model = {"images": {"n": 0}, "segmentation": {"images": {"dice": {"n": 4}}}}
    run = EMPTY | {"kind": "predict", "summary": {"models": {"m": model}}}
    assert [section.name for section in sections(run)] == ["masks", "gallery", "made"]
