"""Rounds of several contestants that alternate in one run, each in a process of its own that stays."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Self

from tests.benchmarks.peers.line import Settings

_QUIET, _PATIENCE = 0.1, 60.0
"""What others may take of our cores in a round, and for how many seconds of a contest rounds are repeated."""
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """Who takes part, as what."""

    name: str
    """As in the results, e.g. ``keras bf16``."""
    module: str
    """The worker in ``tests/benchmarks/peers``."""
    python: Path
    """Of the environment it runs in."""
    settings: Settings


class Worker:
    """A contestant's process; a context that ends it."""

    def __init__(self, contestant: Contestant, log: IO[str]) -> None:
        self.name = contestant.name
        self._log = log
        self._process = subprocess.Popen(
            [contestant.python, "-m", f"tests.benchmarks.peers.{contestant.module}"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            bufsize=1,
        )
        self._first = json.dumps(asdict(contestant.settings))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # the end of its input is the end of its work

    def facts(self) -> dict[str, Any]:
        """What it says of itself, once it is ready."""
        return self._ask(self._first)

    def round(self, repeats: int) -> dict[str, float]:
        """Seconds by the clock and of the CPU for one of ``repeats`` pieces of work, and MB of memory."""
        answer = self._ask(str(repeats))
        return {key: value / repeats if "seconds" in key else value for key, value in answer.items()}

    def _ask(self, text: str) -> dict[str, Any]:
        asked, answered = self._process.stdin, self._process.stdout
        assert asked
        assert answered
        with contextlib.suppress(BrokenPipeError):  # its log says why
            asked.write(text + "\n")
        line = answered.readline()
        if not line:
            self._log.seek(0)
            raise SystemExit(f"{self.name} stopped:\n{self._log.read()[-3000:]}")
        return dict(json.loads(line))


def compete(contestants: Sequence[Contestant], rounds: int, repeats: int = 1) -> dict[str, dict[str, Any]]:
    """Every contestant's facts and times: all warm up for a round, then all do one, ``rounds`` times."""
    with contextlib.ExitStack() as stack:
        facts: dict[str, dict[str, Any]] = {}
        answers: dict[str, list[dict[str, float]]] = {}
        workers: list[Worker] = []
        patience = _PATIENCE
        for one in contestants:
            _say(f"starting {one.name}")
            log = stack.enter_context(tempfile.TemporaryFile("w+"))
            workers.append(stack.enter_context(Worker(one, log)))
            facts[one.name] = workers[-1].facts()
            workers[-1].round(repeats)
        for number in range(rounds):
            _say(f"round {number + 1} of {rounds}")
            for worker in workers:
                answer, patience = quiet_round(worker, repeats, patience)
                answers.setdefault(worker.name, []).append(answer)
    return {name: {**facts[name], **_summary(answers[name])} for name in facts}


def quiet_round(worker: Worker, repeats: int, patience: float) -> tuple[dict[str, float], float]:
    """A round in which other programs left the processor alone, and what is left of the patience in seconds.

    Where none came in time, the quietest counts; how disturbed it was stands in the results.
    """
    started, quiet = time.monotonic(), _QUIET + (os.cpu_count() or 1) - usable_cores()
    tried = [worker.round(repeats)]
    wasted = 0.0
    while tried[-1]["disturbed"] > quiet and wasted < patience:
        time.sleep(1)
        wasted = time.monotonic() - started
        tried.append(worker.round(repeats))
    return min(tried, key=lambda answer: answer["disturbed"]), patience - wasted


def usable_cores() -> int:
    """Cores that this process and its children may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _summary(answers: Sequence[dict[str, float]]) -> dict[str, Any]:
    return {
        "seconds": spread([answer["seconds"] for answer in answers], 4),
        "cpu_seconds": spread([answer["cpu_seconds"] for answer in answers], 4),
        "disturbed": spread([answer["disturbed"] for answer in answers], 2),
        "memory_mb": round(max(answer["memory_mb"] for answer in answers)),
    }


def ratios(found: dict[str, dict[str, Any]], ours: str) -> dict[str, dict[str, float]]:
    """How many times as long the others took as ``ours``, round by round."""
    base = found[ours]["seconds"]["all"]
    return {
        name: spread([theirs / own for theirs, own in zip(facts["seconds"]["all"], base, strict=True)], 3)
        for name, facts in found.items()
    }


def spread(values: Sequence[float], digits: int) -> dict[str, Any]:
    """Median, least, most and all of some values."""
    return {
        "median": round(statistics.median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
        "all": [round(value, digits) for value in values],
    }


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
