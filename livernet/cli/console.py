"""What a person sees on the terminal: one console for results, one for notices, one shape for errors."""

import io
import json
import shlex
import sys
from pathlib import Path
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
    err.print(f"[dim]note:[/dim] {escape(one_line(text))}")


def warn(text: str) -> None:
    """A line the user should act on, on stderr."""
    err.print(f"[yellow]warning:[/yellow] {escape(one_line(text))}")


def next_step(command: str, *paths: Path) -> None:
    """The command to type next, on stderr so that stdout stays a result; ``{}`` stands for each path.

    Paths are quoted as a shell needs them.
    """
    text = command.format(*(shlex.quote(str(path)) for path in paths)) if paths else command
    err.print(f"[dim]next:[/dim] [bold]{escape(one_line(text))}[/bold]")


def print_error(message: str, hint: str, faults: tuple[str, ...] = (), most: int = 20) -> None:
    """One ``error:`` line, its faults indented below (the first ``most``), one ``hint:`` line; on stderr."""
    err.print(f"[red]error:[/red] {escape(one_line(message))}")
    for fault in faults[:most]:
        err.print(f"  {escape(one_line(fault))}")
    if len(faults) > most:
        err.print(f"  (and {len(faults) - most} more)")
    err.print(f"[cyan]hint:[/cyan] {escape(one_line(hint))}")


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def one_line(text: str) -> str:
    """Text that cannot break a line or steer the terminal; bytes that are no text become escapes."""
    text = text.encode(errors="backslashreplace").decode()
    printable = (character if character.isprintable() else " " for character in text)
    return " ".join("".join(printable).split())
