"""What is known of each screen, for truth.json: outlines, marks, and every string that must not survive."""

from dataclasses import asdict
from typing import Any

from livernet.core.phantom.identity import HOSPITALS, Identity
from livernet.core.phantom.screens.cases import Case
from livernet.core.phantom.screens.exposure import Guest
from livernet.core.phantom.screens.forms import Form
from livernet.core.phantom.screens.header_dicom import paper_of
from livernet.core.phantom.screens.screen import Screenshot


def tokens(who: Identity, path: str) -> list[str]:
    """Every string that names the patient, the day, the place or the file."""
    family, given = who.name.split(" ")
    found = [
        who.name,
        f"{family}^{given}",
        f"{family}_{given}",
        f"{family}, {given}",
        who.name.title(),
        given,
        given.title(),
    ]
    found += [who.hangul, who.hangul[1:], f"{who.hangul[0]}^{who.hangul[1:]}", who.number]
    for date in (who.birth, who.study):
        found += [date, date.replace("-", "."), date.replace("-", "")]
    found += HOSPITALS[who.site]
    paper = paper_of(who)
    found += [paper.accession, paper.station, paper.serial, paper.physician]
    found += [path, *path.rsplit(".", 1)[0].split("/")]
    return list(dict.fromkeys(token for token in found if len(token) > 1))


def picture_truth(guest: Guest, case: Case, form: Form, shot: Screenshot) -> dict[str, Any]:
    """All that is known of one file."""
    height, width = shot.frames_THW3[0].shape[:2]
    return {
        "file": form.path,
        "patient": guest.who.number,
        "console": guest.console.name,
        "mode": case.mode,
        "expected": case.expected,
        "probe": case.probe,
        "condition": case.condition,
        "carries": sorted(case.marks),
        "view": [exposure.view for exposure in shot.exposures],
        "size": [width, height],
        "frames": len(shot.frames_THW3),
        "form": {**asdict(form), "dressing": sorted(form.dressing)},
        "panels": [exposure.outline.document() for exposure in shot.exposures],
        "burned_in": [mark.document() for mark in shot.marks],
        "tokens": tokens(guest.who, form.path),
    }
