"""The audits of a run, as it wrote them or made now, and the verdict on the numbers that are shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from livernet.core.audits.audit import Audit
from livernet.core.audits.document import AUDITS, SCHEMA, audits_document
from livernet.core.audits.verdict import judge
from livernet.core.errors import DataError
from livernet.core.files import read_json
from livernet.core.report.cohort.counts import is_phantom
from livernet.core.report.collect import Run
from livernet.core.runs import read_run

_STATES = {"passed", "caution", "failed", "not run"}
_VERDICTS = {"no", "with care", "nothing found against them"}


def read_audits(folder: Path) -> dict[str, Any] | None:
    """What the audits.json of a run folder says; ``None`` where it has none.

    Raises:
        DataError: the file is damaged or of another version.
    """
    path = folder / AUDITS
    if not path.is_file():
        return None
    try:
        document = read_json(path)
    except (OSError, ValueError):
        raise DataError(f"{path}: is not valid JSON", _hint()) from None
    if not isinstance(document, dict) or not _is_whole(document):
        raise DataError(f"{path}: is not what an audit of schema {SCHEMA} writes", _hint())
    return document


def audited(run: Run, summary: Mapping[str, Any] | None, progress: Callable[[str], None]) -> dict[str, Any]:
    """``verdict``, ``audits`` and ``audited`` (how many images, or why none) for the document of a run.

    What the run did not write is made now, where its cohort is there; without it, patients on both sides of a
    fold still condemn the numbers. A ``predict`` run gets the verdict on the cross-validation behind it.

    Raises:
        DataError: the run's audits.json is damaged.
    """
    if run.kind == "predict":
        verdict, reason = _behind(run)
        none = {"images": 0, "sampled": False, "seconds": None, "reason": reason}
        return {"verdict": verdict, "audits": [], "audited": none}
    document, reason = read_audits(run.folder), ""
    if document is None:
        document, reason = _audit(run, summary, progress)
    if document is None:
        leaked = bool((run.splits or {}).get("leaked_patients"))
        made: dict[str, Any] = {"images": 0, "sampled": False, "seconds": None, "reason": reason}
        return {"verdict": _verdict(run, summary, ()) if leaked else None, "audits": [], "audited": made}
    made = {key: document.get(key) for key in ("images", "sampled", "seconds")} | {"reason": None}
    return {
        "verdict": _verdict(run, summary, document["audits"]),
        "audits": document["audits"],
        "audited": made,
    }


def _verdict(
    run: Run, summary: Mapping[str, Any] | None, audits: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What the audits say of the numbers that the page shows, which are scored anew."""
    leaked = int((run.splits or {}).get("leaked_patients") or 0)
    known = [Audit(**{one.name: audit[one.name] for one in fields(Audit)}) for audit in audits]
    return judge(known, leaked_patients=leaked, phantom=is_phantom(run), summary=summary or {}).to_dict()


def _behind(run: Run) -> tuple[dict[str, Any] | None, str]:
    """The verdict on the run that made the networks of a ``predict`` run, and why that is all there is."""
    reason = "a predict run is not audited, only the cross-validation behind it"
    named = Path(str(run.facts.get("run") or ""))
    for folder in (named, run.folder.resolve().parent / named):
        try:
            facts, document = read_run(folder), read_audits(folder)
        except DataError:
            continue
        cohort = facts.get("cohort")
        sha256 = cohort.get("sha256") if isinstance(cohort, dict) else None
        if document is not None and sha256 == run.facts.get("trained_on_cohort_sha256"):
            said = str(document["verdict"]["headline"])
            said = (said[:1].lower() + said[1:]).replace("these numbers", "its numbers", 1)
            reasons = [
                *document["verdict"]["reasons"],
                "The answers to these scans were not audited themselves.",
            ]
            headline = f"The cross-validation behind these networks: {said}"
            return document["verdict"] | {"headline": headline, "reasons": reasons}, reason
    return None, f"{reason}, and no audits of the run that made its networks were found"


def _audit(
    run: Run, summary: Mapping[str, Any] | None, progress: Callable[[str], None]
) -> tuple[dict[str, Any] | None, str]:
    if run.kind != "cv":
        return None, f"a {run.kind} run is not audited"
    if run.cohort is None:
        return None, f"no audit can be made, because {run.cohort_reason}"
    progress(f"{run.folder}: auditing, which may take two minutes")
    try:
        return audits_document(run.folder, run.cohort, summary=summary), ""
    except DataError as error:
        return None, f"no audit could be made: {error.message}"


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


def _hint() -> str:
    return f"the file was changed or damaged: delete {AUDITS}, and the report audits the run again"
