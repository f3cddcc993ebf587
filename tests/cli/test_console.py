import io
import json
import sys
from pathlib import Path

import pytest

from livernet.cli.console import next_step, note, print_error, print_json, show_what_it_can, warn


def test_an_error_is_one_line_and_its_hint_another(capsys: pytest.CaptureFixture[str]) -> None:
    print_error("a\nb\x1b[31m.png: is [bold]empty[/bold]", "export\nit again")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "error: a b [31m.png: is [bold]empty[/bold]\nhint: export it again\n"


def test_many_faults_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_error("m.csv: 30 faults", "mend them", tuple(f"row {n}" for n in range(30)))
    lines = capsys.readouterr().err.splitlines()
    assert lines[1] == "  row 0"
    assert lines[-2:] == ["  (and 10 more)", "hint: mend them"]


def test_notices_go_to_stderr_without_markup(capsys: pytest.CaptureFixture[str]) -> None:
    note("[x] n")
    warn("[x] w")
    next_step("livernet cv [COHORT]")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "note: [x] n\nwarning: [x] w\nnext: livernet cv [COHORT]\n"


def test_json_refuses_nan(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": "간"})
    assert json.loads(capsys.readouterr().out) == {"a": "간"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json({"a": float("nan")})


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "utf-8"])
def test_a_terminal_without_the_characters_gets_escapes(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"at ≥F2": "간 \udcff"}
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    show_what_it_can()
    print_json(document)
    sys.stdout.flush()
    assert json.loads(written.getvalue().decode(encoding)) == document
    sys.stdout.write("\u00e9\udcff\n")
    sys.stdout.flush()
    assert written.getvalue().endswith(b"\\udcff\n")


def test_a_file_name_that_is_no_text_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    print_error("\udcff.png: is empty", "export it again")
    assert capsys.readouterr().err.startswith("error: \\udcff.png: is empty\n")


def test_paths_in_the_next_command_can_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    next_step("livernet cv {} --folds 10", Path("my [red] cohort"))
    assert capsys.readouterr().err == "next: livernet cv 'my [red] cohort' --folds 10\n"


def test_a_notice_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    warn("a\x1b]0;x\x07\nb.png: is empty")
    assert capsys.readouterr().err == "warning: a ]0;x b.png: is empty\n"
