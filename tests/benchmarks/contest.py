"""Who takes part in a benchmark of speed, and what its result file holds."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from livernet.core.device import choose_device
from livernet.core.train.estimate import convolution_gflops
from tests.benchmarks.environment import make_environment
from tests.benchmarks.machine import describe
from tests.benchmarks.peers.line import Settings
from tests.benchmarks.rounds import Contestant, compete, ratios, usable_cores

FORMS = {
    "plain": {"plain": False},
    "keras": {"keras fp32": False, "keras bf16": True},
    "lightning": {"lightning": False},
    "onnx": {"onnx fp32": False},
    "smp": {"smp as written": False, "smp tuned": True},
    "nnunet": {"nnunet as written": False, "nnunet tuned": True},
}
"""The forms in which each peer takes part, and whether that is tuned."""
OURS = {"livernet fp32": False, "livernet bf16": True}
_OTHER_NETWORKS = {"smp", "nnunet"}
"""They have a norm of their own and take part once."""


def arguments(description: str | None, peers: list[str], size: int, batch: int) -> argparse.ArgumentParser:
    """The options that all benchmarks of speed have, with the usual peers, size and batch of one."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--vs",
        type=lambda text: _names(text, peers),
        default=peers,
        help=f"of {','.join(peers)}; none for livernet alone",
    )
    parser.add_argument("--size", type=int, default=size)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--norm", nargs="+", choices=["instance", "none"], default=["instance"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    parser.add_argument("--cores", type=int, help="of the processor, for everyone; all unless given (Linux)")
    parser.add_argument("--env", type=Path, help="folder of the peers' environment, kept and used again")
    parser.add_argument("--out", type=Path)
    return parser


def run(
    task: str,
    options: argparse.Namespace,
    *,
    repeats: int = 1,
    workers: int = 0,
    prepare: Callable[[Path, str], None] = lambda file, norm: None,
) -> dict[str, Any]:
    """One contest for every norm asked for, as the document of a result file.

    ``prepare`` writes the file that the contestants of a norm share.
    """
    shared = {name: getattr(options, name) for name in ("size", "batch", "width", "device")}
    if options.cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-options.cores :])
    runs: dict[str, Any] = {}
    peaks = [_peak(options.device)]
    with tempfile.TemporaryDirectory() as folder:
        python = make_environment(options.env or Path(folder) / "env", options.vs, options.device)
        for norm in options.norm:
            file = Path(folder) / norm
            prepare(file, norm)
            peers = [peer for peer in options.vs if not runs or peer not in _OTHER_NETWORKS]
            settings = {"task": task, "norm": norm, "file": str(file), "workers": workers, **shared}
            found = compete(contestants(peers, python, **settings), options.rounds, repeats)
            runs[norm] = {
                "contestants": found,
                "ratios": {f"to {ours}": ratios(found, ours) for ours in OURS},
                **_differences(found),
            }
            peaks.append(_peak(options.device))
    return {
        **describe(["torch"], options.device),
        "task": task,
        "settings": {
            **shared,
            "cores": usable_cores(),
            "rounds": options.rounds,
            "repeats": repeats,
            "workers": workers,
        },
        "peak_gflops": {number: round(max(peak[number] for peak in peaks)) for number in peaks[0]},
        "runs": runs,
    }


def contestants(peers: Iterable[str], python: Path, **settings: Any) -> list[Contestant]:
    """livernet in both number formats, and every form of the peers."""
    forms = [("ours", name, tuned, Path(sys.executable)) for name, tuned in OURS.items()]
    forms += [(peer, name, tuned, python) for peer in peers for name, tuned in FORMS[peer].items()]
    return [
        Contestant(name=name, module=module, python=place, settings=Settings(tuned=tuned, **settings))
        for module, name, tuned, place in forms
    ]


def write(document: dict[str, Any], out: Path | None) -> None:
    """Print a result, and keep it where asked."""
    text = json.dumps(document, indent=1)
    print(text)  # noqa: T201
    if out:
        out.write_text(text + "\n", encoding="utf-8")


def _peak(device: str) -> dict[str, float]:
    return {number: convolution_gflops(choose_device(device), number) for number in ("fp32", "bf16")}


def _differences(contestants: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """How far the answers of everyone with our weights are from those of ours in fp32."""
    samples = {name: facts.pop("sample") for name, facts in contestants.items() if "sample" in facts}
    if not samples:
        return {}
    ours = samples[next(iter(OURS))]
    far = {
        name: round(max(abs(a - b) for a, b in zip(values, ours, strict=True)), 5)
        for name, values in samples.items()
    }
    return {"largest_difference_of_a_probability": far}


def _names(text: str, peers: list[str]) -> list[str]:
    names = [name for name in text.split(",") if name not in {"", "none"}]
    for name in names:
        if name not in peers:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(peers)}")
    return names
