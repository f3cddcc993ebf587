"""How often the audits accuse a phantom cohort falsely, and how often they find a console tied to the stage.

    python -m tests.benchmarks.audits WORK [--first 50 --last 59 --tied 5] [--out FILE]

Cohorts are drawn into WORK and used again. Settings of the audits were chosen on seeds 0 to 9; the figures
in .github/results/audits.json are of seeds 50 to 59, which nothing was chosen on.
"""

import argparse
import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from livernet.core.audits.audit import Audit
from livernet.core.audits.cohort import Division, audit_cohort
from livernet.core.data.manifest import Cohort, load_manifest
from livernet.core.data.splits import make_splits
from livernet.core.metrics.intervals import wilson
from livernet.core.phantom.cohort import write_cohort
from livernet.core.phantom.plan import PAPER_PATIENTS, make_quota
from livernet.core.preprocess.cohort.make import preprocess_folder
from livernet.core.preprocess.cohort.places import Places
from livernet.core.preprocess.settings import PreprocessConfig
from livernet.core.stages import Grouping

GROUPING = Grouping.parse("3")
SHARES = (0.8, 0.5, 0.3)
IMAGES = 80
SEVERAL = 118
AUDITED = ("shuffled", "outside", "source")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--first", type=int, default=50)
    parser.add_argument("--last", type=int, default=59)
    parser.add_argument("--tied", type=int, default=5, help="cohorts of each share of tied consoles")
    parser.add_argument("--several", type=int, default=3, help="cohorts with several images a patient")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    seeds = range(options.first, options.last + 1)
    plain = {f"plain-{seed:02d}": _audit(_cohort(options.work, f"plain-{seed:02d}", seed)) for seed in seeds}
    tied = {
        str(share): {
            name: _audit(_cohort(options.work, name, seed, confound=share))
            for seed in seeds[: options.tied]
            if (name := f"tied{share}-{seed:02d}")
        }
        for share in SHARES
    }
    document = {
        "cohort": {"patients": sum(PAPER_PATIENTS), "images": IMAGES, "classes": GROUPING.name, "folds": 10},
        "seeds": [seeds[0], seeds[-1]],
        "plain": {"failed": _rates(plain), "cohorts": plain},
        "tied": {share: {"failed": _rates(found), "cohorts": found} for share, found in tied.items()},
        "shuffled": [_leaks(options.work, seed) for seed in seeds[: options.several]],
    }
    text = json.dumps(document, indent=1)
    print(text)  # noqa: T201
    if options.out:
        options.out.write_text(text + "\n")


def _cohort(work: Path, name: str, seed: int, *, images: int = IMAGES, confound: float = 0.0) -> Cohort:
    """The cohort of that name in the work folder, drawn and prepared if it is not there."""
    folder, raw = work / name, work / f"{name}-raw"
    if not (folder / "manifest.csv").is_file():
        quota = make_quota(None, images, PAPER_PATIENTS)
        write_cohort(raw, seed, quota, confound=confound)
        places = Places(raw=raw, out=folder, quarantine_map=work / f"{name}-map.csv")
        preprocess_folder(places, PreprocessConfig(), lambda _done, _total: None, 1)
        shutil.rmtree(raw)
    return load_manifest(folder)


def _divided(cohort: Cohort, protocol: str) -> Division:
    splits = make_splits(cohort.rows, GROUPING, protocol=protocol, folds=10, seed=0)
    return Division(cohort=cohort, grouping=GROUPING, folds=splits.folds, duplicates=(), seed=0)


def _audit(cohort: Cohort) -> dict[str, Any]:
    started = time.process_time()
    audits = {audit.name: audit for audit in audit_cohort(_divided(cohort, "patient"))}
    seconds = round(time.process_time() - started, 1)
    return {name: _short(audits[name]) for name in AUDITED} | {"cpu_seconds": seconds}


def _short(audit: Audit) -> dict[str, Any]:
    auc = audit.numbers["auc"]
    found = {"state": audit.state, "auc": round(auc["value"], 3), "low": round(auc["low"], 3)}
    kept = ("p", "chance", "question", "part", "carriers")
    return found | {key: audit.numbers[key] for key in kept if key in audit.numbers}


def _rates(found: dict[str, Any]) -> dict[str, Any]:
    """How many cohorts each audit calls failed, with Wilson's interval."""
    rates: dict[str, Any] = {}
    for name in AUDITED:
        failed = sum(audits[name]["state"] == "failed" for audits in found.values())
        caution = sum(audits[name]["state"] == "caution" for audits in found.values())
        low, high = wilson(failed, len(found))
        rates[name] = {
            "failed": failed, "caution": caution, "of": len(found),
            "interval": [round(low, 3), round(high, 3)],
        }  # fmt: skip
    return rates


def _leaks(work: Path, seed: int) -> dict[str, Any]:
    """The shuffled audit of one cohort with several images a patient, by protocol."""
    cohort = _cohort(work, f"several-{seed:02d}", seed, images=SEVERAL)
    protocols: Sequence[str] = ("patient", "image", "holdout")
    return {"seed": seed, "images": SEVERAL} | {
        protocol: _short(audit_cohort(_divided(cohort, protocol))[0]) for protocol in protocols
    }


if __name__ == "__main__":
    main()
