"""The audits of a run, as it wrote them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from livernet.core.errors import DataError
from livernet.core.report.collect import Run

AUDITS = "audits.json"
SCHEMA = 1
_STATES = {"passed", "caution", "failed", "not run"}
_VERDICTS = {"no", "with care", "nothing found against them"}


def read_audits(run: Run) -> dict[str, Any] | None:
    """What the run's audits.json says; ``None`` where it has none.

    Raises:
        DataError: the file is damaged or of another version.
    """
    path = run.folder / AUDITS
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except (OSError, ValueError):
        raise DataError(f"{path}: is not valid JSON", _hint()) from None
    if not isinstance(document, dict) or not _is_whole(document):
        raise DataError(f"{path}: is not what an audit of schema {SCHEMA} writes", _hint())
    return document


def _is_whole(document: Mapping[str, Any]) -> bool:
    verdict, audits = document.get("verdict"), document.get("audits")
    return (
        document.get("schema") == SCHEMA
        and isinstance(verdict, Mapping)
        and verdict.get("state") in _VERDICTS
        and isinstance(verdict.get("headline"), str)
        and isinstance(verdict.get("reasons"), list)
        and isinstance(audits, list)
        and all(_is_audit(audit) for audit in audits)
    )


def _is_audit(audit: object) -> bool:
    return (
        isinstance(audit, Mapping)
        and all(isinstance(audit.get(key), str) for key in ("name", "title", "question", "verdict"))
        and audit.get("state") in _STATES
        and isinstance(audit.get("numbers"), Mapping)
    )


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _hint() -> str:
    return f"the file was changed or damaged: delete {AUDITS}, and the report audits the run again"


def audited(run: Run, entry: Mapping[str, Any], progress: Callable[[str], None]) -> dict[str, Any]:
    """``verdict``, ``audits`` and ``audited`` (how many images, why none) for the document of a run."""
    document = read_audits(run)
    if document is None:
        return {"verdict": None, "audits": [], "audited": {"reason": "the run was not audited"}}
    return {
        "verdict": document["verdict"],
        "audits": document["audits"],
        "audited": {
            "images": document.get("images"),
            "sampled": bool(document.get("sampled")),
            "seconds": document.get("seconds"),
            "reason": None,
        },
    }
