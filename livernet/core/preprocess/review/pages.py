"""``review.html``: what was kept of every picture, sorted by risk, for a person to accept or reject.

Shape suffixes: H, W picture height and width.
"""

import base64
import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.errors import OutputError
from livernet.core.files import write_text
from livernet.core.preprocess.review.decisions import DECISIONS, NOTE_LENGTH
from livernet.core.preprocess.review.sheet import chips, render_sheet

REVIEW = "review.html"
"""The first sheet; further ones are review-2.html and so on."""
_LONGEST = 320
_PAGE = 500


@dataclass(frozen=True, kw_only=True)
class Card:
    """What the sheet shows of one kept picture; none of it carries patient data."""

    image: str
    """Path in OUT, e.g. ``images/P3f09a1c4e2_01.png``."""
    risk: float
    """0 to 1: how much a person's look is needed."""
    checks: dict[str, Any]
    """JSON values: what ``Prepared.checks`` holds."""
    before: bytes
    """What :func:`before_thumbnail` made."""
    marker: str = ""
    """Mask of what was painted over, as a path in OUT; empty where nothing was."""
    stage: str = ""
    """Stage, where the table gave one."""
    view: str = ""
    """Scan plane, where the table gave one."""
    admitted: bool = False
    """Whether a person let the picture in by name."""


@dataclass(kw_only=True)
class _Spool:
    """Cards put aside in a file, so that they can be sorted without being held in memory."""

    file: IO[bytes]
    index: list[tuple[float, str, int, int]] = field(default_factory=list)
    """Negative risk, image, and the place and length in the file of each card."""
    marked: int = 0
    admitted: int = 0
    digest: str = ""

    def fill(self, cards: Iterable[Card]) -> None:
        for card in cards:
            document = asdict(card) | {"before": base64.b64encode(card.before).decode()}
            content = json.dumps(document).encode()
            self.index.append((-card.risk, card.image, self.file.tell(), len(content)))
            self.file.write(content)
            self.marked += bool(card.checks.get("markers"))
            self.admitted += card.admitted
        self.index.sort()
        total = hashlib.sha256()
        for entry in self.index:
            total.update(self._content(entry))
        self.digest = total.hexdigest()[:16]

    def cards(self, first: int) -> Iterator[dict[str, Any]]:
        """What the template shows of a page of cards from ``first`` on, by falling risk."""
        for rank, entry in enumerate(self.index[first : first + _PAGE], start=first + 1):
            yield _shown(json.loads(self._content(entry)), rank)

    def _content(self, entry: tuple[float, str, int, int]) -> bytes:
        self.file.seek(entry[2])
        return self.file.read(entry[3])


def before_thumbnail(clean_HW: NDArray[np.uint8]) -> bytes:
    """A small grey JPEG of the screen with nothing on it but what was kept.

    Args:
        clean_HW: uint8, the picture at its place on the screen, 0 wherever anything was removed.
    """
    image = Image.fromarray(clean_HW)
    image.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX)
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=80)
    return buffer.getvalue()


def write_review(
    folder: Path, cards: Iterable[Card], quarantined: Sequence[tuple[str, str, str]]
) -> tuple[str, ...]:
    """Write the review sheet of a cohort, in pages of 500 pictures, the riskiest first.

    The same cards in any order give the same bytes.

    Args:
        folder: OUT; ``image`` and ``marker`` of the cards are relative to it.
        cards: in any order; read once, one page of them in memory at a time.
        quarantined: token, reason and remedy of each picture in quarantine.

    Returns:
        Names of the files written, the first being :data:`REVIEW`.

    Raises:
        OutputError: a file cannot be written.
    """
    try:
        with tempfile.TemporaryFile() as file:
            spool = _Spool(file=file)
            spool.fill(cards)
            return _write_pages(folder, spool, quarantined)
    except OSError as error:
        raise OutputError(
            f"{folder / REVIEW}: its pictures cannot be put aside while they are sorted ({error.strerror})",
            "free space in the folder of temporary files, or set TMPDIR to another",
        ) from error


def _write_pages(folder: Path, spool: _Spool, quarantined: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    total = len(spool.index)
    sheets = max(1, -(-total // _PAGE))
    names = (REVIEW, *(f"review-{n}.html" for n in range(2, sheets + 1)))
    waiting = [dict(zip(("token", "reason", "remedy"), one, strict=True)) for one in quarantined]
    for number, name in enumerate(names, start=1):
        first = (number - 1) * _PAGE
        risks = [-risk for risk, *_ in spool.index[first : first + _PAGE]]
        page = {
            "number": number,
            "pages": [{"name": other} for other in names],
            "total": total,
            "here": len(risks),
            "risks": (risks[0], risks[-1]) if risks else None,
            "marked": spool.marked,
            "admitted": spool.admitted,
            "waiting": len(waiting),
            "quarantined": waiting if number == 1 else [],
        }
        data = {
            "digest": spool.digest,
            "sheet": number,
            "sheets": sheets,
            "first": first + 1,
            "total": total,
            "file": DECISIONS,
            "note": NOTE_LENGTH,
        }
        write_text(folder / name, render_sheet(page, spool.cards(first), data))
    return names


def _shown(card: dict[str, Any], rank: int) -> dict[str, Any]:
    """A card as the template takes it."""
    given = {key: card[key] for key in ("stage", "view", "admitted")}
    return {
        "rank": rank,
        "image": card["image"],
        "name": PurePosixPath(card["image"]).stem,
        "after": _address(card["image"]),
        "marker": _address(card["marker"]),
        "before": f"data:image/jpeg;base64,{card['before']}",
        "risk": card["risk"],
        "chips": chips(card["checks"], **given),
    }


def _address(path: str) -> str:
    """A path in OUT as a relative address, which no name can turn into one of another kind."""
    return f"./{quote(path, safe='/', errors='surrogatepass')}" if path else ""
