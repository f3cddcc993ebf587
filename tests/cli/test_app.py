import signal
import sys

import pytest
from typer import Typer

from livernet import __version__
from livernet.cli import app
from livernet.core.errors import DataError, FaultsError


def explode(error: BaseException) -> object:
    def command(*_: object, **__: object) -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "shown"),
    [
        (
            DataError("x.png: is empty", "export it again"),
            1,
            "error: x.png: is empty\nhint: export it again\n",
        ),
        (
            FaultsError("m: 1 fault", ["row 2: bad"], "mend"),
            1,
            "error: m: 1 fault\n  row 2: bad\nhint: mend\n",
        ),
        (PermissionError(13, "Permission denied", "/x"), 1, "error: /x: Permission denied\n"),
        (
            RuntimeError("boom"),
            1,
            "error: unexpected RuntimeError: boom\nhint: repeat with 'livernet --debug",
        ),
        (SystemExit(3), 3, ""),
        (SystemExit(130), 130, "error: interrupted\n"),
    ],
)
def test_errors_are_printed_in_one_place(
    error: BaseException,
    code: int,
    shown: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(app, "app", explode(error))
    assert app.run(["cv"]) == code
    printed = capsys.readouterr().err
    assert printed.startswith(shown)
    assert "Traceback" not in printed


@pytest.mark.parametrize("arguments", [["--debug", "cv"], ["cv", "--debug"]])
def test_debug_shows_the_traceback(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "app", explode(RuntimeError("boom")))
    with pytest.raises(RuntimeError, match="boom"):
        app.run(arguments)


def test_version_and_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["--version"]) == 0
    assert capsys.readouterr().out == f"livernet {__version__}\n"
    assert app.run(["cvv"]) == 2
    assert app.run(["cv", "--folds", "many"]) == 2


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in ("preprocess", "train", "cv", "predict", "report", "phantom", "doctor"):
        assert command in shown
    assert "not a medical device" in shown


def test_being_told_to_stop_is_an_interruption(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = Typer()

    @own.command()
    def wait() -> None:
        signal.raise_signal(signal.SIGTERM)

    earlier = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(app, "app", own)
    monkeypatch.setattr(sys, "argv", ["livernet"])
    try:
        with pytest.raises(SystemExit) as end:
            app.main()
    finally:
        signal.signal(signal.SIGTERM, earlier)
    assert end.value.code == app.INTERRUPTED
    assert "error: interrupted" in capsys.readouterr().err
