"""Which screen each picture of a cohort is: modes, probes, conditions, marks and files in stated shares."""

from dataclasses import dataclass

import numpy as np

from livernet.core.phantom.screens.conditions import CONDITIONS

WRITTEN, QUARANTINED = "written", "quarantined"
MODES = {
    "bmode": 0.80, "dual": 0.06, "colour": 0.04, "power": 0.02, "spectral": 0.03, "mmode": 0.03, "page": 0.02,
}  # fmt: skip
PROBES = {"convex": 0.38, "cut": 0.20, "phased": 0.13, "trapezoid": 0.13, "linear": 0.16}
MARKS = {
    "calipers": 0.28, "ellipse": 0.08, "guide": 0.06, "pointer": 0.10, "ecg": 0.06, "body mark": 0.40,
    "corner name": 0.30, "touching text": 0.30, "label": 0.45, "hangul": 0.45,
}  # fmt: skip
"""What a picture may carry besides the console's furniture, each on its own."""
TEXT_INSIDE = 0.06
"""Share of all pictures with text burned into the picture itself."""
FILES = {"png": 0.30, "jpg": 0.35, "dcm": 0.28, "cine": 0.07}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What one picture is."""

    mode: str
    """A key of ``MODES``."""
    probe: str
    """A key of ``PROBES``; the kind of the outline."""
    condition: str
    """A key of ``conditions.CONDITIONS``."""
    marks: frozenset[str]
    """Keys of ``MARKS``, and ``text inside``."""
    file: str
    """A key of ``FILES``."""

    @property
    def expected(self) -> str:
        """What pre-processing must do with it."""
        plain = self.mode in {"bmode", "dual"} and "text inside" not in self.marks
        return WRITTEN if plain else QUARANTINED


def deal(seed: int, total: int) -> tuple[Case, ...]:
    """The cases of a cohort of ``total`` pictures, each share met as nearly as whole numbers allow."""
    rng = np.random.default_rng([seed, 10])
    modes, probes = _deck(rng, MODES, total), _deck(rng, PROBES, total)
    conditions, files = _deck(rng, CONDITIONS, total), _deck(rng, FILES, total)
    plain = [k for k, mode in enumerate(modes) if mode == "bmode"]
    lettered = set(rng.permutation(plain)[: max(1, round(TEXT_INSIDE * total))].tolist())
    cases = []
    for k in range(total):
        marks = {name for name, share in MARKS.items() if rng.random() < share}
        marks |= {"text inside"} if k in lettered else set()
        cases.append(
            Case(
                mode=modes[k], probe=probes[k], condition=conditions[k], marks=frozenset(marks), file=files[k]
            )
        )
    return tuple(cases)


def _deck(rng: np.random.Generator, shares: dict[str, float], total: int) -> list[str]:
    """``total`` cards in the given shares, shuffled; with room for it every kind appears at least once."""
    names = list(shares)
    exact = np.array([shares[name] for name in names]) / sum(shares.values()) * total
    counts = np.floor(exact).astype(int)
    if total >= 2 * len(names):
        counts = np.maximum(counts, 1)
    while counts.sum() != total:
        step = 1 if counts.sum() < total else -1
        gap = (exact - counts) * step - (counts <= 1) * (step < 0) * total
        counts[int(gap.argmax())] += step
    cards = [name for name, count in zip(names, counts, strict=True) for _ in range(count)]
    return [cards[k] for k in rng.permutation(total)]
