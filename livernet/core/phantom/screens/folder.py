"""A folder with the whole family of screens: pictures, labels, masks and the truth behind them."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from livernet.core.files import write_bytes, write_png
from livernet.core.phantom.cohort import Summary, claim, close, said_of
from livernet.core.phantom.identity import HOSPITALS
from livernet.core.phantom.people import person_truth
from livernet.core.phantom.plan import Quota, draw_patients
from livernet.core.phantom.screens.cases import Case, deal
from livernet.core.phantom.screens.consoles import CONSOLES
from livernet.core.phantom.screens.exposure import Guest, welcome
from livernet.core.phantom.screens.forms import Form, draw_form
from livernet.core.phantom.screens.screen import Screenshot, compose
from livernet.core.phantom.screens.store import store
from livernet.core.phantom.screens.truth import picture_truth
from livernet.core.stages import STAGES


def write_screens(
    out: Path,
    seed: int,
    quota: Quota,
    on_picture: Callable[[int, int], None] | None = None,
    *,
    confound: float = 0.0,
) -> Summary:
    """Make the screens in ``out``; ``on_picture(done, total)`` is called after each.

    ``confound`` is the probability that a patient's console follows his stage.

    Raises:
        ConfigError: ``confound`` is no probability.
        OutputError: ``out`` is not empty and was not made by the same call, or cannot be written.
    """
    patients = draw_patients(seed, quota, len(CONSOLES), confound)
    head = claim(out, seed, quota, consoles="all", **said_of(confound))
    total, size = sum(quota.images), 0
    cases = deal(seed, total)
    rows: list[tuple[str, ...]] = []
    people: list[dict[str, Any]] = []
    pictures: list[dict[str, Any]] = []
    for patient in patients:
        guest = welcome(seed, patient)
        people.append(person_truth(patient, guest.who, guest.traits, guest.habitus, guest.console.name))
        for _ in range(patient.images):
            serial = len(rows)
            case = cases[serial]
            rng = np.random.default_rng([seed, 12, serial])
            form = draw_form(rng, case.file, guest.who, serial)
            shot = compose(rng, guest, case)
            size += _write(out, guest, case, form, shot, key=f"{seed}/{serial}")
            rows.append(_row(guest, form, shot))
            pictures.append(picture_truth(guest, case, form, shot))
            if on_picture is not None:
                on_picture(len(rows), total)
    return close(out, head, quota, rows, {"people": people, "pictures": pictures}, size)


def _write(out: Path, guest: Guest, case: Case, form: Form, shot: Screenshot, *, key: str) -> int:
    content = store(shot, form, guest.who, key)
    write_bytes(out / form.path, content)
    if case.mode != "page":
        path = PurePosixPath(form.path)
        name = path.with_suffix(".png") if path.suffix else path.with_name(f"{path.name}.png")
        for folder, mask_HW in zip(("masks", "masks_b"), shot.liver_masks(), strict=True):
            write_png(out / folder / name, mask_HW.astype(np.uint8) * np.uint8(255))
    return len(content)


def _row(guest: Guest, form: Form, shot: Screenshot) -> tuple[str, ...]:
    site = HOSPITALS[guest.who.site][0]
    scanner = f"{guest.console.name} phantom"
    view = shot.exposures[0].view if shot.exposures else ""
    return form.path, guest.who.number, STAGES[guest.patient.stage], site, scanner, view
