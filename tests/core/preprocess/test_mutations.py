"""Hundreds of damaged, lying and hostile files through the whole command: nothing raises, nothing leaks."""

import csv
import json
import os
import re
import resource
import threading
import time
import unicodedata
from pathlib import Path

import pytest

from livernet.cli.app import run
from tests.mutations import TOKENS, VANISHING, write_mutations


def snapshot(folder, leave_out):
    """Kind, mode, size, time and target of everything beneath a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if any(path.is_relative_to(other) for other in leave_out) or path.name.startswith(VANISHING):
            continue
        state = path.lstat()
        target = str(path.readlink()) if path.is_symlink() else ""
        # what is read may count as such, nothing else
        found[path] = (state.st_mode, state.st_size if not path.is_dir() else 0, state.st_mtime_ns, target)
    return found


def take_away(raw, out, stop):
    """Delete some files once the run has listed them."""
    while not stop.is_set() and not (out.is_dir() and any(out.iterdir())):
        time.sleep(0.01)
    for path in sorted(raw.glob(f"{VANISHING}*")):
        path.unlink()


def preprocess(base, total, seed):
    """Run the command over a folder of mutations; its summary and how many files it had to account for."""
    raw, out = base / "RAW PARKSOOJIN", base / "out"
    count = write_mutations(raw, base / "outside", total, seed)
    watched = (base / "map", out)
    before = snapshot(base, watched)
    # the folder of the map itself changes when the map is written
    (base / "map").mkdir()
    stop = threading.Event()
    thief = threading.Thread(target=take_away, args=(raw, out, stop))
    thief.start()
    try:
        arguments = ["preprocess", str(raw), str(out), "--quarantine-map", str(base / "map" / "map.csv")]
        code = run([*arguments, "--size", "64", "--json"])
    finally:
        stop.set()
        thief.join()
    assert code == 0
    times = {path: state for path, state in snapshot(base, watched).items() if path != raw}
    assert times == {path: state for path, state in before.items() if path != raw}
    return out, count


def rows(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def check_accounts(base, out, count, summary):
    """Every file is an image or a row with a reason, and the map names each of those."""
    refused, mapped = rows(out / "quarantine.csv"), rows(base / "map" / "map.csv")
    images = sorted(path.name for path in (out / "images").iterdir())
    # a picture torn in two may pass for two panels, which are one file
    written = {re.sub(r"_p[0-9]+$", "", Path(name).stem) for name in images}
    assert summary["files"] == len(written) + summary["quarantined"] == count
    assert len(refused) == len(mapped) == summary["quarantined"]
    assert {row["token"] for row in refused} == {row["token"] for row in mapped}
    assert len({row["token"] for row in refused}) == len(refused)
    assert all(row["reason"] and row["remedy"] for row in refused)
    assert not [row for row in mapped if row["file"][:1] in {"=", "+", "-", "@"}]
    assert len(images) == summary["images"]
    for reason in {row["reason"] for row in refused}:
        assert "Traceback" not in reason
        assert str(base) not in reason
        assert "/" not in reason.replace("H.264", "") or "MPEG" in reason, reason


def check_no_token(base, out, printed):
    """No part of a file name, header or burned-in name, in any byte or name of OUT or on the screen."""
    tokens = {
        form.encode(code)
        for token in TOKENS
        for form in (token, token.lower())
        for code in ("utf-8", "utf-16-le")
    }
    tokens |= {unicodedata.normalize("NFC", "가나다").encode(), b"RAW PARK", b"alert(", b"KIM MINSU"}
    for path in out.rglob("*"):
        content = os.fsencode(path.relative_to(out)) + (path.read_bytes() if path.is_file() else b"")
        assert not [token for token in tokens if token in content], path
    for token in (*TOKENS, "Traceback", "unexpected"):
        assert token not in printed.replace(str(base), "").replace("RAW PARKSOOJIN", "")


@pytest.mark.parametrize(("total", "seed"), [(500, 0), pytest.param(3000, 1, marks=pytest.mark.slow)])
def test_a_folder_of_mutations(tmp_path, capfd, monkeypatch, total, seed):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    begin = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    out, count = preprocess(tmp_path, total, seed)
    printed = capfd.readouterr()
    summary = json.loads(printed.out)
    assert count == total
    check_accounts(tmp_path, out, count, summary)
    check_no_token(tmp_path, out, printed.out + printed.err)
    # whole files are accepted whatever their format, suffix or name
    assert summary["images"] > 0.1 * total
    assert not list(Path.cwd().iterdir())
    end = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = sum(e.ru_utime + e.ru_stime - b.ru_utime - b.ru_stime for b, e in zip(begin, end, strict=True))
    assert spent < 0.2 * total
