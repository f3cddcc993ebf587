import dataclasses

import pytest

from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.manifest import Row
from livernet.core.data.splits import Splits, make_splits, splits_document
from livernet.core.errors import ConfigError, DataError
from livernet.core.stages import Grouping

THREE = Grouping.parse("3")


def cohort(patients: dict[int | None, int], images: int = 2, **more: str) -> list[Row]:
    return [
        Row(
            image=f"images/{stage}-{patient}-{number}.png",
            patient=f"{stage}-{patient}",
            stage=stage,
            mask="m.png" if stage is None else "",
            **more,
        )
        for stage, count in patients.items()
        for patient in range(count)
        for number in range(images)
    ]


PAPER = {0: 13, 1: 13, 2: 14, 3: 23, 4: 15}


def patients_tested(splits: Splits, rows: list[Row]) -> list[set[str]]:
    return [{rows[i].patient for i in fold.test} for fold in splits.folds]


def test_patients_are_never_torn_apart_and_every_fold_has_every_class() -> None:
    rows = cohort(PAPER)
    splits = make_splits(rows, THREE, folds=10, seed=3)
    assert splits.leaked_patients == 0
    assert splits.names == tuple("0123456789")
    assert sorted(i for fold in splits.folds for i in fold.test) == list(range(len(rows)))
    for fold in splits.folds:
        assert sorted((*fold.train, *fold.test)) == list(range(len(rows)))
        assert not {rows[i].patient for i in fold.train} & {rows[i].patient for i in fold.test}
        assert {THREE.class_of(rows[i].stage or 0) for i in fold.test} == {0, 1, 2}


def test_the_seed_decides_the_folds() -> None:
    rows = cohort(PAPER)
    first, again, other = (make_splits(rows, THREE, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert patients_tested(first, rows) != patients_tested(other, rows)


def test_more_folds_than_the_smallest_class_names_the_largest_k() -> None:
    rows = cohort({0: 6, 2: 7, 4: 4})
    with pytest.raises(ConfigError, match="--folds 10 is more than the 4 patients of class F4") as caught:
        make_splits(rows, THREE)
    assert caught.value.hint == "use --folds 4 or fewer"
    assert len(make_splits(rows, THREE, folds=4).folds) == 4


def test_an_absent_class_and_a_class_of_one_patient_are_refused() -> None:
    with pytest.raises(DataError, match="class F2/F3 has no patients") as caught:
        make_splits(cohort({0: 6, 4: 4}), THREE, folds=2)
    assert "--classes 2" in caught.value.hint
    with pytest.raises(DataError, match="class F0/F1 has no patients") as caught:
        make_splits(cohort({4: 6}), THREE, folds=2)
    assert caught.value.hint == "add patients of other stages: all of these have the same one"
    with pytest.raises(DataError, match="class F4 has 1 patient,"):
        make_splits(cohort({0: 6, 2: 4, 4: 1}), THREE, folds=2)
    assert len(make_splits(cohort({0: 6, 4: 4}), Grouping.parse("2"), folds=2).folds) == 2


def test_one_patient_or_one_fold_is_refused() -> None:
    with pytest.raises(DataError, match="a single patient"):
        make_splits(cohort({3: 1}, images=9), THREE, folds=2)
    with pytest.raises(ConfigError, match="--folds 1 is too few"):
        make_splits(cohort(PAPER), THREE, folds=1)


def test_a_cohort_without_stages_and_masks_is_refused() -> None:
    rows = [dataclasses.replace(row, mask="") for row in cohort({None: 5})]
    with pytest.raises(DataError, match="neither stages nor masks"):
        make_splits(rows, THREE, folds=2)


def test_masks_alone_are_dealt_by_patient() -> None:
    rows = cohort({None: 5})
    splits = make_splits(rows, THREE, folds=5)
    assert sorted(map(len, patients_tested(splits, rows))) == [1] * 5
    with pytest.raises(ConfigError, match="--folds 6 is more than the 5 patients of the cohort"):
        make_splits(rows, THREE, folds=6)


def test_patients_without_a_stage_are_dealt_evenly_beside_the_others() -> None:
    rows = cohort({0: 5, 2: 5, 4: 5, None: 10})
    splits = make_splits(rows, THREE, folds=5)
    for fold in splits.folds:
        assert sum(rows[i].stage is None for i in fold.test) == 4


def test_rows_without_any_label_are_predicted_but_do_not_train() -> None:
    rows = [*cohort({0: 2, 2: 2, 4: 2}), Row(image="images/x.png", patient="x")]
    splits = make_splits(rows, THREE, folds=2)
    last = len(rows) - 1
    assert sum(last in fold.test for fold in splits.folds) == 1
    assert not any(last in fold.train for fold in splits.folds)


def test_duplicates_join_patients() -> None:
    rows = cohort({0: 4, 2: 4, 4: 4}, images=1)
    for seed in range(5):
        splits = make_splits(
            rows,
            THREE,
            folds=3,
            seed=seed,
            together=[DuplicateGroup(rows=(0, 5)), DuplicateGroup(rows=(5, 9))],
        )
        assert any({0, 5, 9} <= set(fold.test) for fold in splits.folds)


def test_the_image_protocol_counts_the_patients_it_leaks() -> None:
    rows = cohort(PAPER)
    splits = make_splits(rows, THREE, protocol="image", folds=10)
    assert sorted(i for fold in splits.folds for i in fold.test) == list(range(len(rows)))
    torn = [
        p for p in {r.patient for r in rows} if sum(p in test for test in patients_tested(splits, rows)) > 1
    ]
    assert splits.leaked_patients == len(torn) > 50


def test_the_holdout_protocol_draws_tenths_independently() -> None:
    rows = cohort({0: 20, 1: 20, 2: 21, 3: 34, 4: 23}, images=1)
    splits = make_splits(rows, THREE, protocol="holdout", folds=10)
    assert [len(fold.test) for fold in splits.folds] == [12] * 10
    assert len({i for fold in splits.folds for i in fold.test}) < 118
    assert splits.leaked_patients == 0  # one image a patient here


def test_more_draws_than_images_of_a_class_are_fine_for_holdout() -> None:
    rows = cohort({0: 4, 2: 4, 4: 4}, images=1)
    assert len(make_splits(rows, THREE, protocol="holdout", folds=30).folds) == 30


def test_the_site_protocol_leaves_out_each_site_and_its_patients() -> None:
    rows = cohort({0: 2, 2: 2, 4: 2}, site="north") + [
        dataclasses.replace(row, image=f"south/{row.image}", patient=f"s{row.patient}")
        for row in cohort({0: 3, 2: 3, 4: 3}, site="south")
    ]
    rows.append(dataclasses.replace(rows[0], image="images/again.png", site="south"))
    splits = make_splits(rows, THREE, protocol="site")
    assert splits.names == ("north", "south")
    assert [len(fold.test) for fold in splits.folds] == [12, 19]
    # the patient seen at both sites is tested at each and trains for neither
    assert splits.leaked_patients == 0
    assert [len(fold.train) for fold in splits.folds] == [18, 10]


def test_sites_that_cannot_be_left_out() -> None:
    with pytest.raises(DataError, match=r"12 images have no site, the first is images/0-0-0\.png"):
        make_splits(cohort({0: 2, 2: 2, 4: 2}), THREE, protocol="site")
    with pytest.raises(DataError, match="all images come from one site, 'north'"):
        make_splits(cohort({0: 2, 2: 2, 4: 2}, site="north"), THREE, protocol="site")
    rows = cohort({0: 2, 2: 2}, site="north") + cohort({4: 2}, site="south")
    with pytest.raises(DataError, match="fold north: no image is left to learn F0/F1, F2/F3 from"):
        make_splits(rows, THREE, protocol="site")


def test_an_unknown_protocol_is_refused() -> None:
    with pytest.raises(ConfigError, match="--split 'random' is unknown"):
        make_splits(cohort(PAPER), THREE, protocol="random")


def test_the_document_names_images_and_its_hash_follows_the_folds() -> None:
    rows = cohort(PAPER)
    group = DuplicateGroup(rows=(0, 1))
    document = splits_document(make_splits(rows, THREE, seed=1), rows, [group])
    assert document["protocol"] == "patient"
    assert document["leaked_patients"] == 0
    assert document["duplicates"][0]["images"] == ["images/0-0-0.png", "images/0-0-1.png"]
    assert set(document["folds"][0]) == {"train", "test"}
    assert len(document["sha256"]) == 64
    assert document["sha256"] == splits_document(make_splits(rows, THREE, seed=1), rows)["sha256"]
    assert document["sha256"] != splits_document(make_splits(rows, THREE, seed=2), rows)["sha256"]
