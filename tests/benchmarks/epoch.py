"""How long an epoch of training takes beside other tools, data and augmentation included.

    python -m tests.benchmarks.epoch --out .github/results/speed-epoch.json

Every tool runs its own training loop over the same random pictures; an epoch is a round.
"""

from pathlib import Path

import numpy as np

from tests.benchmarks.contest import arguments, run, write
from tests.benchmarks.peers.sizes import CLASSES


def main() -> None:
    parser = arguments(__doc__, ["plain", "keras", "lightning"], 256, 8)
    parser.add_argument("--images", type=int, default=24)
    parser.add_argument("--workers", type=int, default=2, help="processes of a DataLoader")
    options = parser.parse_args()

    def prepare(file: Path, _: str) -> None:
        make_cohort(file, options.images, options.size)

    document = run("epoch", options, workers=options.workers, prepare=prepare)
    write(document | {"images": options.images}, options.out)


def make_cohort(file: Path, count: int, size: int) -> None:
    """Pictures of speckle in a sector's grey with an ellipse of liver, and classes in turn."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:size, :size] / size - 0.5
    images = np.empty((count, size, size), np.uint8)
    masks = np.empty_like(images)
    for index in range(count):
        (dx, dy), (a, b) = random.uniform(-0.1, 0.1, 2), random.uniform(0.2, 0.4, 2)
        masks[index] = ((x - dx) / a) ** 2 + ((y - dy) / b) ** 2 < 1
        images[index] = (random.rayleigh(40, (size, size)) * (1 + masks[index])).clip(0, 255)
    with file.open("wb") as out:
        np.savez(out, images=images, masks=masks, classes=np.arange(count) % CLASSES)


if __name__ == "__main__":
    main()
