"""How many changed copies the search for duplicates finds, what it takes for copies and is none, how long.

    python -m tests.benchmarks.duplicates --real FOLDER --out .github/results/duplicates.json

Thresholds were chosen on phantom seed 101 and on real pictures, some of which are used here again; the
default seed was kept for this. Raw pictures are changed, then both are prepared: what is compared is what a
cohort would hold. FOLDER may hold real pictures: frames of loops in ``rus/unlabelled`` (subject and number
of the frame) and pictures of other patients in ``aul/images``.
"""

import argparse
import json
import platform
import re
import resource
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet import __version__
from livernet.core.data.duplicates.align import correlate
from livernet.core.data.duplicates.search import SAME, find_duplicates
from livernet.core.data.duplicates.texture import textures
from livernet.core.data.images import Picture, read_picture
from livernet.core.data.table import read_table
from livernet.core.data.thumbnails import thumbnail
from livernet.core.phantom.cohort import write_cohort
from livernet.core.phantom.plan import make_quota
from livernet.core.preprocess.pipeline import prepare_all
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.settings import PreprocessConfig
from tests.benchmarks.changes import Grey, changes

Thumbnails = NDArray[np.uint8]
KINDS = tuple(changes())
SIZES = (1_000, 10_000, 40_000)


class Shown(NamedTuple):
    """A picture, and the copy of each kind."""

    scanner: str
    patient: str
    original: Grey
    small: Thumbnails
    copies: dict[str, Thumbnails | None]
    """``None`` where preprocess refuses the copy."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=4104)
    parser.add_argument("--images", type=int, default=180)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        write_cohort(raw, options.seed, make_quota(options.images // 3, options.images, None))
        rows = [cells for _, cells in read_table(raw / "labels.csv", ("file",), "").rows]
        named = [(raw / row["file"], row["scanner"], row["patient"]) for row in rows]
        phantom = _show(named, options)
    document = {
        "version": __version__,
        "machine": {
            "cpu": platform.processor(),
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        "settings": {"seed": options.seed, "images": options.images, "pairs": options.pairs, "same": SAME},
        "phantom": _measure(phantom),
    }
    if options.real is not None:
        document["real"] = _measure(_show(_real(options.real), options))
        document["frames of loops"] = _frames(options.real / "rus" / "unlabelled")
    document["seconds"] = [_time(phantom, count) for count in SIZES]
    text = json.dumps(document, indent=1)
    print(text)  # noqa: T201
    if options.out:
        options.out.write_text(text + "\n")


def _real(folder: Path) -> list[tuple[Path, str, str]]:
    """Every twelfth frame of a loop, so that few are copies already, and pictures of other patients."""
    found = []
    for path in sorted((folder / "rus" / "unlabelled").iterdir()):
        letter, number = _frame(path)
        if number % 12 == 7:
            found.append((path, "rus", letter))
    return found + [(path, "aul", path.stem) for path in sorted((folder / "aul" / "images").iterdir())[1::2]]


def _frame(path: Path) -> tuple[str, int]:
    letter, number = re.fullmatch(r"([a-z]+)(\d+)", path.stem).groups()
    return letter, int(number)


def _show(named: Sequence[tuple[Path, str, str]], options: argparse.Namespace) -> list[Shown]:
    """Each picture with as many kinds of copies as make the pairs wanted."""
    each = options.pairs / len(named)
    wanted = []
    for n in range(len(named)):
        chosen = range(round(n * each), round((n + 1) * each))
        wanted.append(sorted({KINDS[k % len(KINDS)] for k in chosen}))
    with get_context("spawn").Pool(options.workers) as pool:
        work = partial(_shown, seed=options.seed)
        return [shown for shown in pool.starmap(work, zip(named, wanted, strict=True)) if shown is not None]


def _shown(named: tuple[Path, str, str], kinds: Sequence[str], seed: int) -> Shown | None:
    path, scanner, patient = named
    grey = read_picture(path).grey_HW
    original = _prepared(grey)
    if original is None:
        return None
    copies: dict[str, Thumbnails | None] = {}
    for kind in kinds:
        rng = np.random.default_rng([seed, KINDS.index(kind), *path.name.encode()])
        copy = _prepared(changes()[kind](grey, rng))
        copies[kind] = None if copy is None else thumbnail(copy)
    return Shown(scanner, patient, original, thumbnail(original), copies)


def _prepared(grey: Grey) -> Grey | None:
    plain = np.zeros(grey.shape, np.bool_)
    picture = Picture(grey_HW=grey, saturated_HW=plain, source_format="PNG", bit_depth=8)
    try:
        return prepare_all(picture, PreprocessConfig())[0].image_SS
    except Quarantined:
        return None


def _measure(shown: Sequence[Shown]) -> dict[str, Any]:
    """Recall by kind, each kind searched for among all originals, and pairs of originals that are joined."""
    originals = np.stack([one.small for one in shown])
    recall = {}
    for kind in KINDS:
        rows = [n for n, one in enumerate(shown) if one.copies.get(kind) is not None]
        refused = sum(kind in one.copies for one in shown) - len(rows)
        group_of = _groups(np.concatenate([originals, *(shown[n].copies[kind][None] for n in rows)]))
        found = sum(int(group_of[n] == group_of[len(shown) + place]) for place, n in enumerate(rows))
        recall[kind] = {"pairs": len(rows), "found": found, "refused by preprocess": refused}
    pairs, found = (sum(one[key] for one in recall.values()) for key in ("pairs", "found"))
    return {
        "images": len(shown),
        "copies": {"pairs": pairs, "found": found, "recall": round(found / pairs, 4)},
        "by kind": recall,
        "different pictures": _different(shown, originals),
    }


def _different(shown: Sequence[Shown], originals: Thumbnails) -> dict[str, Any]:
    group_of = _groups(originals)
    first, second = np.triu_indices(len(shown), 1)
    scanner, patient = (np.array([getattr(one, key) for one in shown]) for key in ("scanner", "patient"))
    same_scanner, same_patient = (key[first] == key[second] for key in (scanner, patient))
    found = textures(originals)
    rng = np.random.default_rng(0)
    result = {}
    for name, which in (
        ("another picture of the same patient", same_patient),
        ("another patient on the same scanner", same_scanner & ~same_patient),
    ):
        rows = np.flatnonzero(which)
        some = rng.permutation(rows)[:1000]
        scores = correlate(found, first[some], second[some])
        result[name] = {
            "pairs": len(rows),
            "called copies": int((group_of[first[rows]] == group_of[second[rows]]).sum()),
            "highest correlation among 1000": round(float(scores.max(initial=0)), 3),
        }
    return result


def _frames(folder: Path) -> dict[str, Any]:
    """How many frames of a loop count as one picture, by how far apart they were taken."""
    frames: dict[tuple[str, int], Thumbnails] = {}
    for path in sorted(folder.iterdir()):
        prepared = _prepared(read_picture(path).grey_HW)
        if prepared is not None:
            frames[_frame(path)] = thumbnail(prepared)
    place = {frame: n for n, frame in enumerate(frames)}
    found = textures(np.stack(list(frames.values())))
    result = {}
    for apart in (1, 2, 4, 8, 16):
        pairs = [(n, place[a, b + apart]) for (a, b), n in place.items() if (a, b + apart) in place]
        scores = correlate(found, *np.array(pairs).T)
        result[f"{apart} apart"] = {
            "pairs": len(pairs),
            "called copies": int((scores >= SAME).sum()),
            "median correlation": round(float(np.median(scores)), 3),
        }
    return result


def _groups(small: Thumbnails) -> NDArray[np.int64]:
    group_of = np.arange(len(small))
    for group in find_duplicates(small, [str(n) for n in range(len(small))]):
        group_of[list(group.rows)] = group.rows[0]
    return group_of


def _time(shown: Sequence[Shown], count: int) -> dict[str, Any]:
    """Seconds for ``count`` thumbnails, one in twenty a copy: parts of pictures, turned at random."""
    rng = np.random.default_rng(count)
    small = np.stack([_part(shown[n % len(shown)].original, rng) for n in range(count)])
    copies = rng.permutation(count)[: count // 20]
    small[copies] = np.clip(0.8 * small[(copies + 1) % count][:, :, ::-1] + 3, 0, 255).astype(np.uint8)
    names = [str(n) for n in range(count)]
    wall, cpu = time.perf_counter(), time.process_time()
    groups = find_duplicates(small, names)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "images": count,
        "seconds": round(wall, 1),
        "processor seconds": round(cpu, 1),
        "groups": len(groups),
        "peak MB of the process": peak,
    }


def _part(grey: Grey, rng: np.random.Generator) -> Thumbnails:
    turned = Image.fromarray(grey).resize((160, 160)).rotate(rng.uniform(0, 360), Image.Resampling.BILINEAR)
    x, y = rng.integers(20, 60, 2)
    return thumbnail(np.asarray(turned.crop((x, y, x + rng.integers(60, 90), y + rng.integers(60, 90)))))


if __name__ == "__main__":
    main()
