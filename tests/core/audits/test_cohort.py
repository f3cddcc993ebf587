from dataclasses import replace
from pathlib import Path

import pytest

from livernet.core.audits.cohort import Division, audit_cohort
from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.manifest import Cohort, load_manifest, write_manifest
from livernet.core.data.splits import make_splits
from livernet.core.errors import DataError
from livernet.core.stages import Grouping
from tests.tiny_cohort import make_cohort

STAGES = (0, 1, 2, 3, 4, 4) * 3


def divide(cohort: Cohort, protocol: str = "patient", groups: tuple[tuple[int, ...], ...] = ()) -> Division:
    grouping = Grouping.parse("3")
    splits = make_splits(cohort.rows, grouping, protocol=protocol, folds=3, seed=0)
    duplicates = tuple(DuplicateGroup(rows=rows) for rows in groups)
    return Division(cohort=cohort, grouping=grouping, folds=splits.folds, duplicates=duplicates, seed=0)


def test_four_audits_in_order(tmp_path: Path) -> None:
    audits = audit_cohort(divide(make_cohort(tmp_path, STAGES)))
    assert [audit.name for audit in audits] == ["shuffled", "outside", "source", "duplicates"]
    assert [audit.state for audit in audits if audit.name in {"shuffled", "duplicates"}] == ["passed"] * 2
    # the grain of this little phantom grows with the stage everywhere
    assert {audit.state for audit in audits} <= {"passed", "caution", "failed"}


def test_scanner_tied_to_the_stage_is_found_from_the_manifest(tmp_path: Path) -> None:
    rows = make_cohort(tmp_path, STAGES).rows
    write_manifest(tmp_path, [replace(row, scanner=f"Scanner {row.stage == 4}") for row in rows])
    source = audit_cohort(divide(load_manifest(tmp_path)))[2]
    assert source.state == "failed"
    assert source.verdict.startswith("The scanner alone tells F4 from the rest")


def test_without_masks_outside_is_not_run(tmp_path: Path) -> None:
    outside = audit_cohort(divide(make_cohort(tmp_path, STAGES, masks=False)))[1]
    assert outside.state == "not run"
    assert outside.verdict == "None of the 18 images has an expert mask of the liver."


def test_images_on_both_sides_are_found(tmp_path: Path) -> None:
    division = divide(make_cohort(tmp_path, STAGES, images=2), "patient", ((0, 3), (2, 7)))
    assert audit_cohort(division)[3].numbers["groups"] == 2


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ((None,) * 6, "No patient has a known stage"),
        ((4,) * 6, "one class"),
        ((0, 2, 4), "3 patients are too few"),
    ],
)
def test_what_cannot_be_asked_is_not_run(tmp_path: Path, stages: tuple[int, ...], words: str) -> None:
    cohort = make_cohort(tmp_path, stages)
    division = replace(divide(make_cohort(tmp_path / "other", STAGES)), cohort=cohort)
    audits = audit_cohort(division)
    assert [audit.state for audit in audits] == ["not run"] * 3 + ["passed"]
    assert all(words in audit.verdict for audit in audits[:3])


def test_a_missing_record_is_no_error_and_a_damaged_picture_is(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path, STAGES)
    (tmp_path / "preprocess.json").unlink()
    assert audit_cohort(divide(cohort))[2].state != "not run"
    (tmp_path / cohort.rows[0].image).write_bytes(b"broken")
    with pytest.raises(DataError, match=r"00-0\.png"):
        audit_cohort(divide(cohort))


def test_folds_by_site_and_holdout(tmp_path: Path) -> None:
    rows = make_cohort(tmp_path, STAGES, images=2).rows
    sites = [replace(row, site=f"S{number // 2 % 3}") for number, row in enumerate(rows)]
    write_manifest(tmp_path, sites)
    for protocol in ("site", "holdout"):
        assert audit_cohort(divide(load_manifest(tmp_path), protocol))[0].state != "not run"
