"""What truth.json says of each invented person."""

from dataclasses import asdict
from typing import Any

from livernet.core.phantom.fibrosis import Traits
from livernet.core.phantom.identity import Identity
from livernet.core.phantom.plan import Patient
from livernet.core.phantom.views import Habitus
from livernet.core.stages import STAGES


def person_truth(
    patient: Patient, who: Identity, traits: Traits, habitus: Habitus, scanner: str
) -> dict[str, Any]:
    """All that is known of one patient, as JSON values."""
    return {
        "patient": who.number,
        "name": [who.name, who.hangul],
        "birth": who.birth,
        "score": round(patient.score, 4),
        "stage": STAGES[patient.stage],
        "traits": {key: round(value, 4) for key, value in asdict(traits).items()},
        "habitus": {key: round(value, 4) for key, value in asdict(habitus).items()},
        "scanner": scanner,
    }
