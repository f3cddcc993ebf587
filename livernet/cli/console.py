"""What a person sees on the terminal: one console for results, one for notices, one shape for errors."""

import io
import json
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape

out = Console(highlight=False, soft_wrap=True)
"""Results, on stdout."""
err = Console(stderr=True, highlight=False, soft_wrap=True)
"""Notices, progress and errors, on stderr."""


def print_json(document: Any) -> None:
    """One JSON document on stdout, as ``--json`` promises; a NaN in it is a programming error."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    # what the terminal cannot show, and bytes of a file name that are no text, become JSON escapes
    plain = json.dumps(document, indent=1, allow_nan=False)
    sys.stdout.write((text if _can_show(text) else plain) + "\n")


def show_what_it_can() -> None:
    """Let stdout write escapes in place of characters that the terminal does not have, as stderr does."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def note(text: str) -> None:
    """A line that matters but is no failure, on stderr."""
    err.print(f"[dim]note:[/dim] {escape(text)}")


def warn(text: str) -> None:
    """A line the user should act on, on stderr."""
    err.print(f"[yellow]warning:[/yellow] {escape(text)}")


def next_step(command: str) -> None:
    """The command to type next, on stderr so that stdout stays a result."""
    err.print(f"[dim]next:[/dim] [bold]{escape(command)}[/bold]")


def print_error(message: str, hint: str, faults: tuple[str, ...] = (), most: int = 20) -> None:
    """One ``error:`` line, its faults indented below (the first ``most``), one ``hint:`` line; on stderr."""
    err.print(f"[red]error:[/red] {escape(_one_line(message))}")
    for fault in faults[:most]:
        err.print(f"  {escape(_one_line(fault))}")
    if len(faults) > most:
        err.print(f"  (and {len(faults) - most} more)")
    err.print(f"[cyan]hint:[/cyan] {escape(_one_line(hint))}")


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _one_line(text: str) -> str:
    text = text.encode(errors="backslashreplace").decode()
    printable = (character if character.isprintable() else " " for character in text)
    return " ".join("".join(printable).split())
