from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.manifest import Row
from livernet.core.data.units import image_units, patient_units


def rows(*pairs: tuple[str, int | None]) -> list[Row]:
    return [
        Row(image=f"images/{n}.png", patient=patient, stage=stage) for n, (patient, stage) in enumerate(pairs)
    ]


def test_all_images_of_a_patient_are_one_unit_with_the_stage_that_is_known() -> None:
    units = patient_units(rows(("a", None), ("b", 4), ("a", 2)))
    assert [(unit.rows, unit.stage) for unit in units] == [((0, 2), 2), ((1,), 4)]


def test_duplicates_join_patients_even_in_a_chain() -> None:
    cohort = rows(("a", 0), ("b", 1), ("c", 1), ("d", 4))
    joined = patient_units(cohort, [DuplicateGroup(rows=(0, 1)), DuplicateGroup(rows=(1, 2))])
    assert [(unit.rows, unit.stage) for unit in joined] == [((0, 1, 2), 1), ((3,), 4)]


def test_two_equally_common_stages_count_as_the_higher() -> None:
    assert patient_units(rows(("a", 0), ("b", 3)), [DuplicateGroup(rows=(0, 1))])[0].stage == 3


def test_image_units_are_single_images_but_for_copies() -> None:
    units = image_units(rows(("a", 0), ("a", 0), ("a", 0)), [DuplicateGroup(rows=(0, 2))])
    assert [unit.rows for unit in units] == [(0, 2), (1,)]
