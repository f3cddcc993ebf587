from pathlib import Path

from livernet.core.audits.cohort import Division
from livernet.core.audits.run import audit_run
from livernet.core.data.splits import make_splits
from livernet.core.files import write_png
from livernet.core.stages import Grouping
from tests.tiny_cohort import liver, make_cohort
from tests.tiny_run import save_fold

STAGES = (0, 1, 2, 3, 4, 4) * 3


def make(folder: Path, *, drawn: bool, networks: bool) -> Division:
    """A run of two folds over a cohort without expert masks."""
    cohort = make_cohort(folder / "cohort", STAGES, masks=False)
    grouping = Grouping.parse("3")
    folds = make_splits(make_cohort(folder / "other", STAGES).rows, grouping, folds=2, seed=0).folds
    for number, fold in enumerate(folds):
        place = folder / "livernet" / f"fold-{number:02d}"
        if networks:
            save_fold(place / "model.safetensors", (), number, size=32)
        for i in fold.test if drawn else ():
            write_png(place / "masks" / Path(cohort.rows[i].image).name, liver().astype("uint8") * 255)
    return Division(cohort=cohort, grouping=grouping, folds=folds, duplicates=(), seed=0)


def test_predicted_masks_stand_in_for_expert_ones(tmp_path: Path) -> None:
    division = make(tmp_path, drawn=True, networks=True)
    outside, attribution, masks = audit_run(tmp_path, "livernet", division, {}, outside=True)
    assert outside.numbers["masks"] == "predicted"
    assert attribution.numbers["images"] == 18
    assert masks.state == "not run"


def test_outside_is_left_out_where_experts_drew(tmp_path: Path) -> None:
    division = make(tmp_path, drawn=True, networks=False)
    attribution, _ = audit_run(tmp_path, "livernet", division, {}, outside=False)
    assert (attribution.state, attribution.verdict) == ("not run", "The run kept no networks.")


def test_a_run_without_masks(tmp_path: Path) -> None:
    division = make(tmp_path, drawn=False, networks=True)
    outside, attribution, _ = audit_run(tmp_path, "livernet", division, {}, outside=True)
    assert outside.verdict == "None of the 18 images has a predicted mask of the liver."
    assert attribution.verdict == "No tested pictures have a mask of the liver."


def test_the_relation_of_the_summary_is_read(tmp_path: Path) -> None:
    division = make(tmp_path, drawn=False, networks=False)
    relation = {"dice": {"auc": {"value": 0.6, "low": 0.55, "high": 0.7}}}
    summary = {"models": {"livernet": {"relation": relation}}}
    assert audit_run(tmp_path, "livernet", division, summary, outside=False)[1].state == "passed"
