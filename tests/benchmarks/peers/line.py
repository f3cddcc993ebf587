"""The worker's end of the line: it is asked on its standard input and answers on its standard output.

The first line holds the settings, the worker's first answer what there is to know of it. Every further line
asks for a round; the answer has its time and the largest memory so far, and how much of a core others took
meanwhile (Linux). It needs the standard library alone.
"""

import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a worker is to do; one for every contestant."""

    task: str
    """``step``, ``infer`` or ``epoch``."""
    tuned: bool = False
    """bf16 where the peer has it, and the best memory order it knows; else as its documentation has it."""
    size: int = 512
    batch: int = 2
    width: int = 16
    norm: str = "instance"
    """``instance`` or ``none``."""
    device: str = "cpu"
    workers: int = 0
    """Processes of a DataLoader."""
    file: str = ""
    """What all contestants share: the weights for ``infer``, the cohort for ``epoch``."""


class Line:
    """One worker's line to the benchmark."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)  # what a library prints goes to the log
        self.settings = Settings(**json.loads(sys.stdin.readline()))
        self.synchronise: Callable[[], object] = lambda: None
        """Waits for the device."""
        self.memory: Callable[[], float] = _resident
        """Largest memory of the process, or of its device, in MB."""
        self._started = _clocks()
        self._wanted = self._done = 0

    def ready(self, **facts: object) -> None:
        """Say what there is to know of this worker before its first round."""
        self._answer({**facts, "memory_mb_before": round(self.memory())})

    def serve(self, work: Callable[[], object]) -> None:
        """Do ``work`` in every round that is asked for, to the end."""
        self.wait()
        while True:
            work()
            self.done()

    def wait(self) -> None:
        """Wait for the first round."""
        asked = sys.stdin.readline()
        if not asked:
            os._exit(0)  # at once, whatever training loop this is called from
        self._wanted, self._done = int(asked), 0

    def done(self, *_: object) -> None:
        """Say that a piece of work is done; fits as a callback at the end of an epoch.

        The first of a round is not timed: while the others had theirs, memory and caches went to them. The
        last is answered and waits for the next round; where none is wanted the process ends.
        """
        self._done += 1
        if self._done == 1:
            self.synchronise()
            self._started = _clocks()
        elif self._done == 1 + self._wanted:
            self.synchronise()
            seconds, own, everyone = (now - then for now, then in zip(_clocks(), self._started, strict=True))
            spent = {"seconds": seconds, "cpu_seconds": own, "disturbed": max(0, everyone - own) / seconds}
            self._answer({**spent, "memory_mb": self.memory()})
            self.wait()

    def _answer(self, document: dict[str, object]) -> None:
        self._out.write(json.dumps(document) + "\n")


def _clocks() -> tuple[float, float, float]:
    """Seconds: by the clock, of the CPU for this process and its children, and for everybody."""
    own, stat = time.process_time(), Path("/proc/stat")
    if not stat.exists():
        return time.perf_counter(), own, own
    ticks = os.sysconf("SC_CLK_TCK")
    for child in multiprocessing.active_children():
        fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
        own += (int(fields[11]) + int(fields[12])) / ticks
    user, nice, system, _, _, *interrupts = stat.read_text().split("\n")[0].split()[1:9]
    everyone = sum(int(part) for part in (user, nice, system, *interrupts)) / ticks
    return time.perf_counter(), own, everyone


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
