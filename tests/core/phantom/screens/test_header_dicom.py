import numpy as np
from pydicom.dataset import Dataset

from livernet.core.phantom.screens.forms import DRESSING
from livernet.core.phantom.screens.header_dicom import dress, name_of, paper_of, write_person
from tests.core.phantom.screens.samples import guest

WHO = guest().who


def test_name_carries_hangul_as_the_third_group() -> None:
    family, given = WHO.name.split(" ")
    assert name_of(WHO, hangul=True) == f"{family}^{given}=={WHO.hangul[0]}^{WHO.hangul[1:]}"
    assert name_of(WHO, hangul=False) == f"{family}^{given}"


def test_person_and_equipment_are_named() -> None:
    data = Dataset()
    write_person(data, WHO, hangul=False)
    assert data.PatientID == WHO.number
    assert WHO.name in data.StudyDescription
    assert data.StationName == paper_of(WHO).station
    assert data.PatientBirthDate == WHO.birth.replace("-", "")


def test_everything_that_is_asked_for_is_hidden_in_the_header() -> None:
    data = Dataset()
    dress(data, WHO, frozenset(DRESSING), np.zeros((400, 600), np.uint8))
    assert data.private_block(0x0019, "LIVERNET PHANTOM")[0x01].value == WHO.name
    nested = data.RequestAttributesSequence[0].ReferencedPatientSequence[0]
    assert nested.PatientID == WHO.number
    assert data.IconImageSequence[0].Columns == 128
    overlay = data.overlay_array(0x6000)
    assert list(data[0x6000, 0x0050].value) == [200, (600 - overlay.shape[1]) // 2]
    assert 100 < overlay.sum() < overlay.size / 2


def test_nothing_is_hidden_unasked() -> None:
    data = Dataset()
    dress(data, WHO, frozenset(), np.zeros((400, 600), np.uint8))
    assert len(data) == 0
