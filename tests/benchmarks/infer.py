"""How long inference takes beside other tools, in alternating rounds of one run.

    python -m tests.benchmarks.infer --out .github/results/speed-infer.json

livernet, ``plain`` and ``onnx`` have the same weights and go from uint8 pictures to probabilities; what they
answer is compared. The others answer with logits, from random weights.
"""

from pathlib import Path
from typing import Any

import torch

from livernet.core.config import Config, ModelConfig
from livernet.core.model.registry import build_model
from tests.benchmarks.contest import arguments, run, write

REPEATS = 5
"""Answers in a round."""


def main() -> None:
    options = arguments(__doc__, ["plain", "onnx", "keras", "smp", "nnunet"], 512, 1).parse_args()

    def prepare(file: Path, norm: Any) -> None:
        torch.manual_seed(0)
        model = build_model(Config(model=ModelConfig(width=options.width, norm=norm)))
        torch.save(model.state_dict(), file)

    write(run("infer", options, repeats=REPEATS, prepare=prepare), options.out)


if __name__ == "__main__":
    main()
