"""How long inference takes beside other tools, in alternating rounds of one run.

    python -m tests.benchmarks.infer --out .github/results/speed-infer.json

livernet, ``plain`` and ``onnx`` have the same weights and go from uint8 pictures to probabilities; what they
answer is compared. The others answer with logits.
"""

import tempfile
from pathlib import Path
from typing import Any

import torch

from livernet.core.config import ModelConfig
from livernet.core.model.registry import build_model
from tests.benchmarks.contest import OURS, arguments, run, write
from tests.benchmarks.peers.sizes import CLASSES

REPEATS = 5
"""Answers in a round."""


def main() -> None:
    options = arguments(__doc__, ["plain", "onnx", "keras", "smp", "nnunet"], 512, 1).parse_args()
    runs: dict[str, Any] = {}
    for norm in options.norm:
        options.norm = [norm]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "weights.pt"
            torch.manual_seed(0)
            model = build_model(ModelConfig(width=options.width, norm=norm), CLASSES)
            torch.save(model.state_dict(), file)
            document = run("infer", options, REPEATS, file=str(file))
        found = document["runs"][norm]
        found["largest_difference"] = differences(found["contestants"])
        runs[norm] = found
    write({**document, "runs": runs}, options.out)


def differences(contestants: dict[str, dict[str, Any]]) -> dict[str, float]:
    """How far the probabilities of everyone with our weights are from those of ours in fp32."""
    samples = {name: facts.pop("sample") for name, facts in contestants.items() if "sample" in facts}
    ours = samples[next(iter(OURS))]
    return {
        name: round(max(abs(a - b) for a, b in zip(values, ours, strict=True)), 5)
        for name, values in samples.items()
    }


if __name__ == "__main__":
    main()
