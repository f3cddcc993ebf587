"""Runs a command and prints what it took as JSON: ``python -m tests.benchmarks.measured python -c pass``.

A small process of its own: what a large one starts begins with the large one's memory as its peak. Imports
nothing but the standard library; the command's exit status is passed on.
"""

import json
import os
import subprocess
import sys
import time


def main() -> None:
    start = time.perf_counter()
    child = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    found = {
        "seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": round(used.ru_maxrss / 1024),
    }
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(child.returncode)


if __name__ == "__main__":
    main()
