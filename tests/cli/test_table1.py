from typing import Any

import pytest

from livernet.cli.table1 import print_table1


def row(model: str, folds: list[float | None], **more: Any) -> dict[str, Any]:
    measure = {"value": 0.641, "low": 0.53, "high": 0.738}
    return {"model": model, "folds": folds, "mean": 81.2, "patients": measure} | more


def table(folds: int, **more: Any) -> dict[str, Any]:
    values: list[float | None] = [83.3, None, *([75.0] * folds)][:folds]
    rows = [row("livernet", values), row("vgg16", values, mean=None, patients={"value": None, "reason": "x"})]
    return {"folds": list(range(1, folds + 1)), "rows": rows, "note": ""} | more


def test_the_papers_layout_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    full = [100.0] * 10
    print_table1(
        table(10, rows=[row("livernet", full, mean=100.0)], note="Patch accuracy of vgg16"), [], "first"
    )
    said = capsys.readouterr()
    title, heading, _, first = (line for line in said.out.splitlines() if line.strip())
    assert title.startswith("first: Table 1, accuracy per image in %, by fold")
    assert heading.split() == ["model", *(str(k) for k in range(1, 11)), "mean", "patients"]
    assert first.split() == ["livernet", *["100"] * 10, "100", "64", "(53–74)"]
    assert max(map(len, said.out.splitlines())) <= 80
    assert "note: Patch accuracy of vgg16" in said.err


def test_what_is_missing_is_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    print_table1(table(2), [], "r")
    assert [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()][3:] == [
        ["livernet", "83", "–", "81", "64", "(53–74)"],
        ["vgg16", "83", "–", "–", "–"],
    ]


def test_more_than_ten_folds_go_on_below(capsys: pytest.CaptureFixture[str]) -> None:
    print_table1(table(12), [], "r")
    out = capsys.readouterr().out
    assert out.count("Table 1") == 2
    assert out.count("patients") == 1


def test_a_run_without_folds_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    print_table1(None, [], "r")
    assert capsys.readouterr().out == ""


def test_models_are_compared_on_the_same_patients(capsys: pytest.CaptureFixture[str]) -> None:
    gain = {"value": 0.141, "low": 0.02, "high": 0.27, "method": "m"}
    first = {"a": "livernet", "b": "vgg16", "patients": 78, "accuracy_difference": gain}
    tested = {"a_only": 19, "b_only": 8, "p": 0.0522, "p_holm": 0.1044}
    nothing = {"value": None, "reason": "no patient of known stage was answered by both"}
    second = {"a": "livernet", "b": "vgg19", "patients": 0, "accuracy_difference": nothing}
    pairs = [first | {"mcnemar": tested}, second | {"mcnemar": {"p": None, "p_holm": None}}]
    print_table1(table(2), pairs, "r")
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "livernet against vgg16 on the same 78 patients: accuracy +14 points (+2 to +27), McNemar p = 0.052, "
        "0.104 by Holm"
    ) in said
    assert "livernet against vgg19 on the same 0 patients: accuracy not compared (no patient of known" in said
