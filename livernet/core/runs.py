"""Run folders: where they lie, how they say how they were made, and which one is the newest."""

import importlib.metadata
import platform
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from livernet import __version__
from livernet.core.errors import ConfigError, DataError, OutputError
from livernet.core.files import is_vacant, read_json, write_json

RUNS = Path("runs")
RUN_FILE = "run.json"
SPLITS = "splits.json"
SUMMARY = "summary.json"

_SAID = {"config": "settings", "split": "cohort or folds", "cohort_sha256": "cohort"}
"""What facts of run.json are called where they stop a run from being continued."""
_LIBRARIES = (
    "torch",
    "torchvision",
    "numpy",
    "scikit-image",
    "scikit-learn",
    "pillow",
    "pydicom",
    "safetensors",
)


def provenance(kind: str, command: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """How a folder was made: kind, version, command line, start, platform, libraries, then ``facts``."""
    return {
        "kind": kind,
        "status": "running",
        "version": __version__,
        "command": command,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": None,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        **facts,
    }


class RunFolder:
    """One folder under ``runs``, with its run.json kept up to date from start to finish."""

    def __init__(self, path: Path, facts: dict[str, Any]) -> None:
        self.path = path
        self.facts = facts
        self._started = time.monotonic()
        self._before = float(facts.get("seconds") or 0.0)
        write_json(path / RUN_FILE, facts)

    def finish(self, **more: Any) -> None:
        """Mark the run as finished and write how long it took, over all its continuations."""
        seconds = self._before + time.monotonic() - self._started
        self.facts |= {"status": "finished", "seconds": round(seconds, 1), **more}
        write_json(self.path / RUN_FILE, self.facts)


def open_run(path: Path, facts: dict[str, Any], same: tuple[str, ...]) -> RunFolder:
    """A new run folder, or the continuation of an earlier run whose ``same`` facts are equal.

    Raises:
        OutputError: the folder holds something else, or a run with other settings.
    """
    if is_vacant(path):
        return RunFolder(path, facts)
    if not (path / RUN_FILE).is_file():
        raise OutputError(f"{path}: is not empty and holds no run", "choose another --name")
    earlier = read_run(path)
    if earlier["kind"] != facts["kind"]:
        raise OutputError(f"{path}: holds a {earlier['kind']} run", "choose another --name")
    different = [_SAID.get(key, key) for key in same if earlier.get(key) != facts.get(key)]
    if different:
        raise OutputError(
            f"{path}: holds a run that differs in {' and '.join(different)}",
            "choose another --name, or delete that folder",
        )
    seconds = earlier.get("seconds")
    return RunFolder(path, facts | {"seconds": seconds if isinstance(seconds, int | float) else None})


def read_run(path: Path) -> dict[str, Any]:
    """The contents of a run folder's run.json.

    Raises:
        DataError: the folder, or its run.json, is missing or damaged.
    """
    file = path / RUN_FILE
    try:
        facts = read_json(file)
    except OSError:
        raise DataError(
            f"{path}: is not a run folder (no {RUN_FILE})",
            "give a folder made by 'livernet train' or 'livernet cv'",
        ) from None
    except ValueError:
        raise DataError(
            f"{file}: is not valid JSON",
            "the file was changed or damaged: name another run, or delete this one",
        ) from None
    if not isinstance(facts, dict) or "kind" not in facts:
        raise DataError(
            f"{file}: does not describe a run",
            "the file was changed or damaged: name another run, or delete this one",
        )
    return facts


def find_run(argument: Path | None, kinds: tuple[str, ...] = ("cv", "train")) -> Path:
    """The run folder named, or the newest finished one of these kinds under ``./runs``.

    Raises:
        DataError: there is none, or the one named is unfinished.
    """
    if argument is not None:
        facts = read_run(argument)
        if facts["kind"] not in kinds or facts.get("status") != "finished":
            raise DataError(
                f"{argument}: is {'an unfinished' if facts['kind'] in kinds else 'no'} {'/'.join(kinds)} run",
                "finish it by repeating its command line, or name another run",
            )
        return argument
    found: list[tuple[str, str, Path]] = []
    for file in RUNS.glob(f"*/{RUN_FILE}"):
        facts = read_run(file.parent)
        if facts["kind"] in kinds and facts.get("status") == "finished":
            found.append((str(facts.get("finished") or facts.get("started")), file.parent.name, file.parent))
    if not found:
        raise DataError(
            f"no finished run under ./{RUNS}",
            "run 'livernet cv --folds 10' first, or name a run folder with --run",
        )
    return max(found)[2]


def find_unfinished(kind: str) -> Path:
    """The newest run of that kind under ``./runs`` that has not finished.

    Raises:
        DataError: there is none.
    """
    found: list[tuple[str, Path]] = []
    for file in RUNS.glob(f"*/{RUN_FILE}"):
        facts = read_run(file.parent)
        if facts["kind"] == kind and facts.get("status") != "finished":
            found.append((str(facts.get("started")), file.parent))
    if not found:
        raise DataError(f"no unfinished {kind} run under ./{RUNS}", "leave --resume away to start a new one")
    return max(found)[1]


def run_path(kind: str, name: str | None) -> Path:
    """The folder of that name under ``./runs``; without one, named after kind and local time.

    Raises:
        ConfigError: the name would lead out of ``./runs``.
    """
    if name is None:
        name = f"{kind}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    if not name or name == ".." or Path(name).name != name:
        raise ConfigError(
            f"--name {name!r} is not the name of a folder", "use a plain name, e.g. --name first"
        )
    return RUNS / name


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
