"""All that people decided about a cohort so far: later rounds of review add to earlier ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from livernet.core.errors import FaultsError
from livernet.core.preprocess.review.decisions import Decisions


class Decided(NamedTuple):
    """A row of ``decisions.csv``: by which decision an image is in the cohort, or out of it.

    The reviewer's notes are left out, since people write what they see.
    """

    item: str
    """Image or token."""
    verdict: str
    """``accept``, ``reject`` or ``admit``."""
    round: str
    """The first decision file is 1."""
    row: str
    """Of that file."""
    images: str
    """What an admitted picture became, with blanks between; empty where it stays in quarantine."""


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """The decision that holds for each item."""

    by_item: Mapping[str, Decided]
    """By name of image, or by token."""
    decisions: Decisions | None
    """The newest decision file; ``None`` where there is none."""
    changed: bool
    """Whether the newest file says anything that was not decided before."""

    @property
    def admitted(self) -> frozenset[str]:
        """Tokens of pictures to let in."""
        return frozenset(item for item, one in self.by_item.items() if one.verdict == "admit")

    def rejects(self, image: str) -> bool:
        """Whether an image, by its path, is to leave the cohort."""
        one = self.by_item.get(PurePosixPath(image).stem)
        return one is not None and one.verdict == "reject"

    def check(self, images: Collection[str], tokens: Collection[str], *, gone: bool) -> None:
        """Hold the newest decisions against what there is.

        Args:
            images: paths of all images that there are, rejected ones too where they can be made again.
            tokens: of all pictures that could be admitted, frames by their own.
            gone: whether rejected images cannot be made again, the key being forgotten.

        Raises:
            FaultsError: decisions about items that do not exist, or that are gone; all at once.
        """
        if self.decisions is None:
            return
        earlier = [item for item, one in self.by_item.items() if one.verdict == "reject"]
        self.decisions.check([*images, *(earlier if gone else ())], tokens)

    def rows(self, became: Mapping[str, Sequence[str]]) -> list[Decided]:
        """The rows of ``decisions.csv``, sorted; ``became`` holds the images of each admitted token."""
        made = (one._replace(images=" ".join(became.get(item, ()))) for item, one in self.by_item.items())
        return sorted(made)


def merge(earlier: Sequence[Decided], decisions: Decisions | None) -> Verdicts:
    """Earlier decisions with those of the newest file over them."""
    by_item = {one.item: one for one in earlier}
    number = 1 + max((int(one.round) for one in earlier), default=0)
    changed = False
    for item, new in ({} if decisions is None else decisions.by_item).items():
        known = by_item.get(item)
        if known is None or known.verdict != new.verdict:
            by_item[item] = Decided(item, new.verdict, str(number), str(new.row), "")
            changed = True
    return Verdicts(by_item=by_item, decisions=decisions, changed=changed)


def check_not_back(verdicts: Verdicts, earlier: Sequence[Decided]) -> None:
    """Refuse to accept again what was rejected, where the key is forgotten and the image gone.

    Raises:
        FaultsError: such decisions; all of them at once.
    """
    rejected = {one.item for one in earlier if one.verdict == "reject"}
    back = [item for item in sorted(rejected) if verdicts.by_item[item].verdict != "reject"]
    if back and verdicts.decisions is not None:
        faults = [f"{item!r} was rejected in an earlier round and is gone" for item in back]
        hint = "leave the rows out, or make the cohort again in a new folder"
        raise FaultsError(f"{verdicts.decisions.path}: accepts what is gone", faults, hint)
