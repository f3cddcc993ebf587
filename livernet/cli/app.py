"""The ``livernet`` command: its subcommands, and the one place where errors are printed."""

import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from livernet import __version__
from livernet.cli.console import print_error, show_what_it_can
from livernet.cli.cv import cv
from livernet.cli.doctor import doctor
from livernet.cli.phantom import phantom
from livernet.cli.predict import predict
from livernet.cli.preprocess import preprocess
from livernet.cli.report import report
from livernet.cli.train import train
from livernet.core.errors import FaultsError, LivernetError

INTERRUPTED = 130

app = typer.Typer(
    name="livernet",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Stage liver fibrosis and segment the liver from ultrasound B-mode images.\n\n"
    "Research use only; not a medical device.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"livernet {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version and exit."),
    ] = False,
    _debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Options before the subcommand."""


for command in (preprocess, train, cv, predict, report, phantom, doctor):
    app.command()(command)


def main() -> None:
    """Run the command line and exit with 0, 1, 2, 3 or 130 as the README says."""
    show_what_it_can()
    # batch systems end a job so: it is to clean up as after Ctrl-C
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(run(sys.argv[1:]))


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; every error is printed here and nowhere else."""
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        app(arguments, prog_name="livernet")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
        if code == INTERRUPTED:
            print_error("interrupted", "repeat the command: what was finished is kept")
        return code
    except Exception as error:  # the last line of defence: a user never sees a traceback unasked
        if debug:
            raise
        print_error(*_explain(error))
        return 1
    return 0


def _explain(error: Exception) -> tuple[str, str, tuple[str, ...]]:
    if isinstance(error, FaultsError):
        return error.message, error.hint, error.faults
    if isinstance(error, LivernetError):
        return error.message, error.hint, ()
    if isinstance(error, OSError):
        return (
            f"{error.filename or 'a file'}: {error.strerror or error}",
            "check the path, access and disk space",
            (),
        )
    return (
        f"unexpected {type(error).__name__}: {error}",
        "repeat with 'livernet --debug ...' and report it",
        (),
    )
