from pathlib import Path

import pytest

from livernet.core.errors import FaultsError
from livernet.core.preprocess.cohort.labels import Label
from livernet.core.preprocess.cohort.naming import name_all
from livernet.core.preprocess.cohort.pieces import Job, Outcome, Output
from livernet.core.preprocess.cohort.plan import Item
from livernet.core.preprocess.cohort.pseudonyms import Pseudonyms
from livernet.core.preprocess.cohort.sources import Source

KEY = Pseudonyms(b"0" * 32)


def item(name: str, patient: str = "") -> Item:
    label = Label(patient=patient, stage=None) if patient else None
    path = Path(name)
    job = Job(path=path, masks={}, fault="", admitted=frozenset(), ask_patient=label is None)
    return Item(source=Source(name=name, path=path), token="Q1", site="", label=label, job=job)


def output(suffix: str = "") -> Output:
    return Output(suffix=suffix, marked=False, frame="", admitted=False)


def names(items: list[Item], patients: list[str]) -> list[tuple[str, int]]:
    outcomes = [Outcome(digest="", key="", patient=patient) for patient in patients]
    return [(one.patient, one.number) for one in name_all(items, outcomes, Pseudonyms(b"0" * 32))]


def test_files_of_a_patient_are_counted():
    named = names([item("a", "7"), item("b", "8"), item("c", "7")], ["", "", ""])
    assert [number for _, number in named] == [1, 1, 2]
    assert named[0][0] == named[2][0] == KEY.patient("7")


def test_the_table_goes_before_the_header_and_the_header_before_the_file():
    named = names([item("a", "7"), item("b"), item("c"), item("d")], ["8", "7", "", ""])
    patients = [patient for patient, _ in named]
    assert patients[0] == patients[1]
    assert len(set(patients)) == 3


@pytest.mark.parametrize("suffix", ["", "_f012", "_f003_p2"])
def test_frame_and_panel_end_the_stem(suffix: str):
    (one,) = name_all([item("a", "7")], [Outcome(digest="", key="")], Pseudonyms(b"0" * 32))
    assert one.stem(output(suffix)) == f"{KEY.patient('7')}_01{suffix}"


def test_one_patient_in_two_stage_folders_is_a_fault():
    def staged(name: str, stage: int) -> Item:
        plain = item(name)
        return Item(
            source=plain.source, token="Q1", site="", label=Label(patient="", stage=stage), job=plain.job
        )

    items = [staged("F0/a.dcm", 0), staged("F3/b.dcm", 3), staged("F3/c.png", 3)]
    with pytest.raises(FaultsError, match="1 picture under another stage") as caught:
        names(items, ["77", "77", ""])
    assert caught.value.faults == ("F3/b.dcm: F3, and F0/a.dcm of the same patient F0",)
    assert len({patient for patient, _ in names(items, ["77", "78", ""])}) == 3
