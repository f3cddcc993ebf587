"""Small guests, cases and screens that several tests share."""

from dataclasses import replace

import numpy as np

from livernet.core.phantom.plan import Patient
from livernet.core.phantom.screens.cases import Case
from livernet.core.phantom.screens.consoles import CONSOLES
from livernet.core.phantom.screens.exposure import Guest, welcome
from livernet.core.phantom.screens.screen import Screenshot, compose


def guest(console: int = 0, index: int = 3) -> Guest:
    """A patient before the console of this number."""
    found = welcome(5, Patient(index=index, score=2.0, stage=2, images=1, skin=console))
    return replace(found, console=CONSOLES[console])


def case(
    mode: str = "bmode", *, probe: str = "convex", marks: tuple[str, ...] = (), file: str = "png"
) -> Case:
    """A well taken picture with these marks."""
    return Case(mode=mode, probe=probe, condition="plain", marks=frozenset(marks), file=file)


def shot(of: Case, console: int = 0, seed: int = 0) -> Screenshot:
    """The screen of a case."""
    return compose(np.random.default_rng(seed), guest(console), of)
