"""How long a training step takes beside other tools, in alternating rounds of one run.

    python -m tests.benchmarks.step --norm instance none --out .github/results/speed-step.json

The peers are installed into a virtual environment, which ``--env`` keeps. ``plain``, ``keras`` and
``lightning`` train the same network; ``smp`` and ``nnunet`` their own, whose FLOPs stand beside ours. All
take their batch as it is, but livernet, whose loop moves the pictures anew in every step.
"""

from tests.benchmarks.contest import arguments, run, write


def main() -> None:
    options = arguments(__doc__, ["plain", "keras", "smp", "nnunet", "lightning"], 512, 2).parse_args()
    write(run("step", options), options.out)


if __name__ == "__main__":
    main()
