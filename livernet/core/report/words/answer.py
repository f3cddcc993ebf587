"""One answer of the checklist: what the run knows, what it cannot know, and where to look."""

from typing import NamedTuple

NO_RESULTS = "a train run holds no results"


class Answer(NamedTuple):
    """What can be said about one item."""

    told: str = ""
    """What the run knows; empty where it knows nothing."""
    missing: str = ""
    """What only the authors can add; empty where nothing is missing."""
    where: str = ""
    """The section of the report that shows it, by its name; empty where there is none."""

    @property
    def status(self) -> str:
        """``answered``, ``in part`` or ``NOT PROVIDED``."""
        if not self.told:
            return "NOT PROVIDED"
        return "in part" if self.missing else "answered"


def tell(told: str, where: str, missing: str = "") -> Answer:
    """An answer that points to a section where there is something to tell, and else only asks."""
    return Answer(told, missing, where) if told else Answer(missing=missing)
