"""What the page says at its end of the pictures that it holds."""

import json
from pathlib import Path

import pytest

from livernet.core.report.build import build_report
from tests.fake_run import make_cohort, make_cv


def record(cohort: Path, images: int) -> None:
    """The record that ``preprocess`` would have left of the first images."""
    made = {f"images/image-{number:03d}.png": {} for number in range(images)}
    rest = {"kind": "livernet cohort", "settings": {}, "outcome": {}, "deidentification": {"x": "YES"}}
    (cohort / "preprocess.json").write_text(json.dumps(rest | {"images": made}))


@pytest.mark.parametrize(
    ("scanner", "images", "said"),
    [
        ("Skin A", 12, "It contains de-identified pictures of the cohort: share"),
        ("Skin A", 11, "whether they are de-identified is not known: share"),
        ("Skin A", 0, "whether they are de-identified is not known: share"),
        ("A phantom", 0, "It contains computed pictures of the cohort: share"),
    ],
)
def test_pictures_are_called_deidentified_only_where_that_is_known(
    tmp_path: Path, scanner: str, images: int, said: str
) -> None:
    make_cohort(tmp_path / "out", scanner=scanner)
    if images:
        record(tmp_path / "out", images)
    run = make_cv(tmp_path / "runs" / "r", tmp_path / "out")
    page = build_report([run], tmp_path / "report.html").html.read_text(encoding="utf-8")
    assert said in " ".join(page.partition("<footer>")[2].split())
