import io
from dataclasses import replace

import numpy as np
import pydicom
import pytest
from PIL import Image

from livernet.core.phantom.screens.forms import SYNTAXES, TAGS, Form
from livernet.core.phantom.screens.store import store
from tests.core.phantom.screens.samples import case, guest, shot

WHO = guest().who
SHOT = shot(case())
CINE = shot(case(file="cine"))
FORM = Form(
    path="a", container="dcm", quality=85, exif=False, tags="right", syntax="explicit", grey=False,
    dressing=frozenset({"lie"}),
)  # fmt: skip


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_syntax_decodes_to_the_screen(syntax: str, grey: bool) -> None:
    form = replace(FORM, syntax=syntax, grey=grey)
    content = store(SHOT, form, WHO, "k")
    assert content == store(SHOT, form, WHO, "k")
    data = pydicom.dcmread(io.BytesIO(content))
    assert data.PatientID == WHO.number
    assert data.BurnedInAnnotation == "NO"
    pixels = data.pixel_array.astype(int)
    screen = SHOT.frames_THW3[0]
    wanted = np.asarray(Image.fromarray(screen).convert("L")) if grey else screen
    assert np.abs(pixels - wanted).mean() < (12 if syntax == "jpeg" else 0.01)


def test_cine_holds_every_frame() -> None:
    data = pydicom.dcmread(io.BytesIO(store(CINE, replace(FORM, container="cine"), WHO, "k")))
    assert data.NumberOfFrames == len(CINE.frames_THW3) >= 3
    np.testing.assert_array_equal(data.pixel_array[-1], CINE.frames_THW3[-1])


@pytest.mark.parametrize("tags", TAGS)
def test_tags_are_as_good_as_the_form_says(tags: str) -> None:
    data = pydicom.dcmread(io.BytesIO(store(SHOT, replace(FORM, tags=tags), WHO, "k")))
    if tags == "missing":
        assert "SequenceOfUltrasoundRegions" not in data
        return
    region = data.SequenceOfUltrasoundRegions[0]
    box = (region.RegionLocationMinX0, region.RegionLocationMinY0, region.RegionLocationMaxX1 + 1,
           region.RegionLocationMaxY1 + 1)  # fmt: skip
    assert (box == SHOT.regions[0].box) == (tags == "right")
    assert (region.RegionLocationMaxX1 >= data.Columns) == (tags == "off screen")
    assert (box == (0, 0, data.Columns, data.Rows)) == (tags == "whole screen")


@pytest.mark.parametrize("container", ["png", "jpg"])
def test_pictures_may_carry_the_name_in_their_metadata(container: str) -> None:
    plain, laden = (store(SHOT, replace(FORM, container=container, exif=e), WHO, "k") for e in (False, True))
    assert WHO.name.encode() in laden
    assert WHO.name.encode() not in plain
    shown = np.asarray(Image.open(io.BytesIO(laden)).convert("RGB")).astype(int)
    assert np.abs(shown - SHOT.frames_THW3[0]).mean() < 6
