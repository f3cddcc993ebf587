"""The folder that ``predict`` writes: its own earlier one is replaced, anything else is left alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from livernet.core.data.predictions import PREDICTIONS
from livernet.core.errors import DataError, OutputError
from livernet.core.files import is_vacant
from livernet.core.runs import RUN_FILE, RunFolder, read_run

_PER_SCAN = ("_mask.png", "_figure.png")


def mask_name(stem: str) -> str:
    """The file of a scan's mask, in its own pixels."""
    return stem + _PER_SCAN[0]


def figure_name(stem: str) -> str:
    """The file of a scan's figure."""
    return stem + _PER_SCAN[1]


class OutputFolder:
    """One folder of predictions; nothing in it is touched before :meth:`open`."""

    def __init__(self, path: Path) -> None:
        """Check that ``path`` is free or holds an earlier folder of predictions.

        Raises:
            OutputError: it holds something else.
        """
        self.path = path
        self._earlier = _earlier_stems(path)
        self._run: RunFolder | None = None

    def open(self, facts: dict[str, Any], stems: Sequence[str]) -> None:
        """Remove the earlier predictions and write run.json, once; later calls do nothing.

        ``stems`` are recorded so that the next run knows which files are ours.
        """
        if self._run is not None:
            return
        self._run = RunFolder(self.path, facts | {"scans": list(stems)})
        try:
            (self.path / PREDICTIONS).unlink(missing_ok=True)
            for stem in self._earlier:
                for ending in _PER_SCAN:
                    (self.path / f"{stem}{ending}").unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"{error.filename}: an earlier prediction cannot be replaced ({error.strerror})",
                "choose another --out",
            ) from error

    def finish(self, **more: Any) -> None:
        """Mark the folder as finished."""
        if self._run is not None:
            self._run.finish(**more)


def _earlier_stems(path: Path) -> tuple[str, ...]:
    if is_vacant(path):
        return ()
    wrong = OutputError(f"{path}: is not empty and holds no predictions", "choose another --out")
    if not (path / RUN_FILE).is_file():
        raise wrong
    try:
        facts = read_run(path)
    except DataError:
        raise wrong from None
    if facts["kind"] != "predict":
        raise OutputError(f"{path}: holds a {facts['kind']} run", "choose another --out")
    stems = facts.get("scans")
    return (
        tuple(stem for stem in stems if isinstance(stem, str) and Path(stem).name == stem)
        if isinstance(stems, list)
        else ()
    )
