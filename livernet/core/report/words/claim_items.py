"""The 44 items of the CLAIM 2024 Update in our own short words, numbered as published.

Tejani AS, Klontzas ME, Gatti AA, Mongan JT, Moy L, Park SH, Kahn CE Jr; CLAIM 2024 Update Panel. Checklist
for Artificial Intelligence in Medical Imaging (CLAIM): 2024 Update. Radiol Artif Intell 2024;6(4):e240300.
"""

from typing import NamedTuple

SOURCE = (
    "Tejani AS, Klontzas ME, Gatti AA, et al. Checklist for Artificial Intelligence in Medical Imaging "
    "(CLAIM): 2024 Update. Radiol Artif Intell 2024;6(4):e240300."
)


class Item(NamedTuple):
    """One item of the checklist."""

    number: int
    """1 to 44, as published."""
    section: str
    """The part of a paper where it belongs."""
    title: str
    """What it asks, in our words."""


_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Title and abstract", ("AI named, with its kind", "Structured summary")),
    ("Introduction", ("Background and intended use", "Aims and hypotheses")),
    ("Methods: design", ("Prospective or retrospective", "Goal of the study")),
    (
        "Methods: data",
        (
            "Where the data come from",
            "Who was included and excluded",
            "Preparation of the data",
            "Choice of parts of the data",
            "De-identification",
            "Missing data",
            "How images were acquired",
        ),
    ),
    (
        "Methods: reference standard",
        (
            "What the reference standard is",
            "Why it was chosen",
            "Who annotated",
            "Annotation of the test set",
            "Agreement of annotators",
        ),
    ),
    ("Methods: partitions", ("How data were divided", "Level at which parts are disjoint")),
    ("Methods: test data", ("Sample size and how it was set",)),
    ("Methods: model", ("Description of the model", "Software and versions", "Initial weights")),
    ("Methods: training", ("Training procedure", "Choice of the final model", "Ensembles")),
    (
        "Methods: evaluation",
        (
            "Measures of performance",
            "Statistics and uncertainty",
            "Robustness and sensitivity",
            "Explaining the model",
            "Internal testing",
            "External testing",
            "Trial registration",
        ),
    ),
    ("Results: data", ("Numbers included and excluded", "Characteristics of the patients")),
    (
        "Results: performance",
        ("Performance and its uncertainty", "Diagnostic accuracy and its precision", "Analysis of failures"),
    ),
    ("Discussion", ("Limitations", "Meaning for practice")),
    ("Other", ("Protocol or technical details", "Availability", "Funding")),
)

ITEMS: tuple[Item, ...] = tuple(
    Item(number, section, title)
    for number, (section, title) in enumerate(
        ((section, title) for section, titles in _SECTIONS for title in titles), start=1
    )
)
