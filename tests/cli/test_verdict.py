import pytest

from livernet.cli.verdict import believed, print_audits, print_verdict


def test_a_verdict_is_printed_with_its_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    print_verdict({"state": "no", "headline": "No: [copies].", "reasons": ["12 groups\nof copies"]})
    assert capsys.readouterr().out == (
        "Can these numbers be believed? No: [copies].\n  - 12 groups of copies\n"
    )


def test_a_run_without_a_verdict_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_verdict(None)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("state", "mark"), [("failed", "✗"), ("caution", "!"), ("passed", "✓"), ("not run", "–")]
)
def test_an_audit_is_one_line_with_a_mark(state: str, mark: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_audits([{"state": state, "title": "Source [x]", "verdict": "AUC 0.93"}])
    shown = capsys.readouterr().err
    assert shown.startswith(f"audit: {mark} {state}")
    assert "Source [x]: AUC 0.93" in shown
    assert shown.count("\n") == 1


def test_only_no_forbids_belief() -> None:
    assert not believed({"verdict": {"state": "no"}})
    assert believed({"verdict": {"state": "with care"}})
    assert believed({})
