"""A folder of screens, each made for one way in which tools are known to leak; what is known of each."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image, ImageDraw, ImageFont

from livernet.core.phantom.screens.exposure import Guest
from livernet.core.phantom.screens.forms import Form
from livernet.core.phantom.screens.screen import Screenshot
from livernet.core.phantom.screens.store import store
from livernet.core.phantom.screens.truth import picture_truth
from tests.benchmarks.known import Known
from tests.core.phantom.screens.samples import case, guest, shot

_PLAIN = Form(
    path="", container="png", quality=90, exif=False, tags="right", syntax="explicit", grey=False,
    dressing=frozenset({"lie", "hangul"}),
)  # fmt: skip
CONSOLE = 2
_DICOM = replace(_PLAIN, container="dcm")


def _hiding(name: str) -> Form:
    return replace(_DICOM, path=f"XQ7_{name}.dcm", dressing=frozenset({name}))


def write_leaks(raw: Path) -> dict[str, Known]:
    """One screen for each known leak, by the leak's name."""
    whose = guest(CONSOLE)
    who = whose.who
    corner, dual = ("corner name", "hangul"), ("dual", "convex")
    forms: dict[str, tuple[Form, tuple[str, ...], str, str]] = {
        "plain": (replace(_PLAIN, path="XQ7_plain.png"), (), "bmode", "png"),
        "rectangle corners": (replace(_PLAIN, path="XQ7_corner.png"), corner, "bmode", "png"),
        "rectangle corners by tag": (replace(_DICOM, path="XQ7_corner.dcm"), corner, "bmode", "dcm"),
        "dual": (replace(_DICOM, path="XQ7_dual.dcm", grey=True), ("hangul",), dual[0], "dcm"),
        "no suffix": (replace(_DICOM, path=f"{who.name.replace(' ', '_')}_1"), (), "bmode", "dcm"),
        "nested": (_hiding("nested"), (), "bmode", "dcm"),
        "icon": (_hiding("icon"), (), "bmode", "dcm"),
        "overlay": (_hiding("overlay"), (), "bmode", "dcm"),
        "private": (_hiding("private"), (), "bmode", "dcm"),
        "ringing": (
            replace(_PLAIN, path="XQ7_ringing.jpg", container="jpg", quality=60), ("touching text",), "bmode",
            "jpg",
        ),
        "folder": (replace(_PLAIN, path=f"{who.hangul} {who.birth}/{who.number}_2.png"), (), "bmode", "png"),
        "exif": (replace(_PLAIN, path="XQ7_exif.jpg", container="jpg", exif=True), (), "bmode", "jpg"),
    }  # fmt: skip
    made = {}
    for serial, (name, (form, marks, mode, file)) in enumerate(forms.items()):
        screen = shot(case(mode, marks=marks, file=file), console=CONSOLE, seed=30 + serial)
        made[name] = _write(raw, screen, form, whose, mode)
    made["later frames"] = write_named_later(raw)
    return made


def write_named_later(raw: Path) -> Known:
    """A cine loop whose frames after the first have the patient's name across the picture."""
    whose = guest(CONSOLE)
    return _write(raw, _named_later(whose), replace(_DICOM, path="XQ7_cine.dcm"), whose, "bmode")


def _write(raw: Path, screen: Screenshot, form: Form, whose: Guest, mode: str) -> Known:
    path = raw / form.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(store(screen, form, whose.who, form.path))
    document = picture_truth(whose, case(mode), form, screen)
    return Known(path=path, document=json.loads(json.dumps(document)))


def _named_later(whose: Guest) -> Screenshot:
    screen = shot(case(file="cine"), console=CONSOLE, seed=77)
    first, *others = screen.frames_THW3
    x0, y0, x1, y1 = screen.exposures[0].outline.box
    later = []
    for frame in others:
        image = Image.fromarray(frame)
        at = ((x0 + x1) // 2 - 80, (y0 + y1) // 2)
        ImageDraw.Draw(image).text(at, whose.who.name, fill=(255, 255, 255), font=ImageFont.load_default(24))
        later.append(np.asarray(image))
    return replace(screen, frames_THW3=(first, *later))


def screen_and_overlay(known: Known) -> tuple[np.ndarray, np.ndarray]:
    """The pixels of a DICOM file, grey, and the bitmap that a viewer would draw over them."""
    data = pydicom.dcmread(io.BytesIO(known.path.read_bytes()))
    grey = np.asarray(Image.fromarray(data.pixel_array).convert("L"))
    return grey, np.asarray(data.overlay_array(0x6000))
