"""Whether the numbers of a run can be believed, in a few lines before the numbers themselves."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.markup import escape

from livernet.cli.console import err, one_line, out

_MARKS = {"no": "bold red", "with care": "yellow", "nothing found against them": "green"}
_STATES = {"failed": "✗ failed", "caution": "! caution", "passed": "✓ passed", "not run": "– not run"}


def print_verdict(verdict: Mapping[str, Any] | None, reason: str | None = None) -> None:
    """State, headline and reasons of a verdict on stdout; where a run has none, the reason for that."""
    if not verdict:
        if reason:
            out.print(f"Can these numbers be believed? Not judged: {escape(one_line(reason))}.")
        return
    style = _MARKS.get(str(verdict["state"]), "bold")
    headline = escape(one_line(str(verdict["headline"])))
    out.print(f"Can these numbers be believed? [{style}]{headline}[/{style}]")
    for reason in verdict["reasons"]:
        out.print(f"  - {escape(one_line(str(reason)))}")


def print_audits(audits: Iterable[Mapping[str, Any]]) -> None:
    """One line an audit, on stderr, as they are made before and after training."""
    for audit in audits:
        state = _STATES.get(str(audit["state"]), str(audit["state"]))
        title, verdict = (escape(one_line(str(audit[key]))) for key in ("title", "verdict"))
        err.print(f"audit: {state:<9} [bold]{title}[/bold]: {verdict}")


def believed(run: Mapping[str, Any]) -> bool:
    """Whether nothing forbids to believe the numbers of a run."""
    return (run.get("verdict") or {}).get("state") != "no"
