"""Names in the cohort: a pseudonym a patient, a number for each file, a suffix for frame and panel."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from livernet.core.errors import FaultsError
from livernet.core.preprocess.cohort.pieces import Outcome, Output
from livernet.core.preprocess.cohort.plan import Item
from livernet.core.preprocess.cohort.pseudonyms import Pseudonyms
from livernet.core.stages import STAGES


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A file with its name in the cohort."""

    item: Item
    """As planned."""
    outcome: Outcome
    """What became of it."""
    patient: str
    """Pseudonym."""
    number: int
    """Of the file among those of the patient, from 1, in the order of the file names."""

    def stem(self, output: Output) -> str:
        """Name of one output, without folder and suffix of the file type."""
        return f"{self.patient}_{self.number:02d}{output.suffix}"


def name_all(items: Sequence[Item], outcomes: Sequence[Outcome], pseudonyms: Pseudonyms) -> list[Named]:
    """Give every file its name; a file whose patient nobody knows is a patient of its own.

    Raises:
        DataError: two patient ids give the same pseudonym.
        FaultsError: a patient has pictures of two stages.
    """
    counts: Counter[str] = Counter()
    named: list[Named] = []
    for item, outcome in zip(items, outcomes, strict=True):
        known = (item.label.patient if item.label is not None else "") or outcome.patient
        # the mark keeps a file's name apart from every id
        patient = pseudonyms.patient(known or f"file\0{item.source.name}")
        counts[patient] += 1
        named.append(Named(item=item, outcome=outcome, patient=patient, number=counts[patient]))
    _check_stages(named)
    return named


def _check_stages(named: Sequence[Named]) -> None:
    """A header may name one patient for pictures of two stage folders."""
    first: dict[str, tuple[str, int]] = {}
    faults: list[str] = []
    for one in named:
        label, name = one.item.label, one.item.source.name
        if label is None or label.stage is None:
            continue
        known, stage = first.setdefault(one.patient, (name, label.stage))
        if stage != label.stage:
            faults.append(f"{name}: {STAGES[label.stage]}, and {known} of the same patient {STAGES[stage]}")
    if faults:
        raise FaultsError(
            f"{len(faults)} picture{'s' * (len(faults) > 1)} under another stage than the patient's others",
            faults,
            "move them into one folder, or write a labels.csv with file,patient,stage",
        )
