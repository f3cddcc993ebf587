"""The studies' results as tables of ``.github/studies.md``.

``python -m tests.benchmarks.studies.tables`` puts them there, between the marks that name them.
"""

import json
import re
from pathlib import Path
from statistics import fmean
from typing import Any

from tests.benchmarks.markdown import table

FOLDER = Path(__file__).parents[3] / ".github"
PAGE = FOLDER / "studies.md"
_HEADS = {
    "obuchowski": "Obuchowski",
    "auc_f2": "AUC ≥F2",
    "auc_f4": "AUC F4",
    "accuracy": "accuracy",
    "dice": "Dice",
}
_COUNTED = {
    "accuracy_images": "accuracy, images",
    "accuracy_patients": "accuracy, patients",
    "auc_f2_images": "AUC ≥F2, images",
    "obuchowski_images": "Obuchowski, images",
}


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, made in tables().items():
        mark = re.compile(rf"(<!-- {name} -->\n\n).*?(\n\n<!-- end of {name} -->)", re.DOTALL)
        text, found = mark.subn(lambda around, made=made: f"{around[1]}{made}{around[2]}", text)
        if not found:
            raise SystemExit(f"{PAGE}: has no place for the table {name!r}")
    PAGE.write_text(text, encoding="utf-8")


def tables() -> dict[str, str]:
    """Every table by the name of its mark."""
    ablation, claims, masks = read("ablation"), read("claims"), read("masks")
    return {
        "ablation": variants_table(ablation["variants"]),
        "joint": variants_table(claims["joint"]),
        "patients": variants_table(claims["patients"]),
        "divisions": divisions_table(claims["divisions"]),
        "relation": relation_table(claims["relation"]),
        "masks": masks_table(masks["scores"]["patients"]),
        "mask candidates": candidates_table(masks["inner"]["candidates"]),
    }


def read(name: str) -> dict[str, Any]:
    """A result file."""
    return dict(json.loads((FOLDER / "results" / f"{name}.json").read_text(encoding="utf-8")))


def variants_table(variants: dict[str, dict[str, Any]]) -> str:
    """A row a variant: means over the seeds, and differences from the reference with intervals."""
    heads = ["", *(f"{head} (difference)" for head in _HEADS.values()), "worst Dice"]
    rows = [
        [
            name + (f" ({one['failed']} of {one['seeds']} failed)" if one["failed"] else ""),
            *(_cell(one[key]) for key in _HEADS),
            _number(one["dice"]["worst"]),
        ]
        for name, one in variants.items()
    ]
    return table(heads, rows)


def divisions_table(cohorts: dict[str, dict[str, list[dict[str, Any]]]]) -> str:
    """A row a cohort and division: means over the seeds, and how much more than the division by patient."""
    rows = [["cohort", "division", "patients on both sides", *_COUNTED.values()]]
    for cohort, divisions in cohorts.items():
        for division, runs in divisions.items():
            rows.append(
                [
                    cohort,
                    division,
                    _number(fmean(run["leaked_patients"] for run in runs), ".0f"),
                    *(_more(divisions, division, key) for key in _COUNTED),
                ]
            )
    return table(rows[0], rows[1:])


def relation_table(cohorts: dict[str, dict[str, Any]]) -> str:
    """A row a cohort and sign of quality: how well it tells right classes from wrong ones."""
    rows = [["cohort", "sign", "images", "right", "AUC for being right", "rank correlation with P(truth)"]]
    for cohort, found in cohorts.items():
        for sign in ("dice", "mask_confidence", "class_confidence"):
            one = found[sign]
            rows.append(
                [
                    cohort,
                    sign.replace("_", " ").replace("dice", "Dice"),
                    str(one["n"]),
                    str(found["right"]),
                    _bounded(one["auc"]),
                    _bounded(one["spearman"]),
                ]
            )
    return table(rows[0], rows[1:])


def masks_table(scores: dict[str, dict[str, Any]]) -> str:
    """A row a measure of the masks, out of fold."""
    rows = [["", "mean (95 % interval)", "median", "quartiles", "worst"]]
    for name, head, form in (("dice", "Dice", ".3f"), ("iou", "IoU", ".3f"), ("hd95", "HD95, px", ".0f")):
        one = scores[name]
        mean, low, high, q1, q3 = (format(one[key], form) for key in ("mean", "low", "high", "q1", "q3"))
        worst = one["max" if name == "hd95" else "min"]
        row = [head, f"{mean} ({low} to {high})", format(one["median"], form), f"{q1} to {q3}"]
        rows.append([*row, format(worst, form)])
    return table(rows[0], rows[1:])


def candidates_table(candidates: dict[str, dict[str, Any]]) -> str:
    """A row a way to train: mean Dice on inner folds, alone and averaged over copies, less the full one's."""
    ways = ("single", "mirrored", "scaled")
    heads = ["", "pairs of folds", "Dice", "less the full one's", "mirrored copies averaged", "scaled ones"]
    rows = [heads]
    for name, one in candidates.items():
        apart = one["minus_full"]
        told = f"{apart['value']:+.3f} ({apart['low']:+.3f} to {apart['high']:+.3f})" if apart else ""
        single, *averaged = (format(one["dice"][way], ".3f") for way in ways)
        rows.append([name, str(one["pairs"]), single, told, *averaged])
    return table(rows[0], rows[1:])


def _cell(measure: dict[str, Any]) -> str:
    apart = measure["difference"]
    if apart["low"] is None or apart["low"] == apart["high"] == 0:  # of the reference itself
        return _number(measure["mean"])
    value = f"{_number(measure['mean'])} ({apart['value']:+.3f}, {apart['low']:+.3f} to {apart['high']:+.3f})"
    clear = apart["low"] > 0 or apart["high"] < 0
    return f"**{value}**" if clear else value


def _more(divisions: dict[str, list[dict[str, Any]]], division: str, key: str) -> str:
    mean = fmean(run[key] for run in divisions[division])
    apart = [
        run[key] - honest[key] for run, honest in zip(divisions[division], divisions["patient"], strict=True)
    ]
    each = ", ".join(f"{value:+.2f}" for value in apart)
    return _number(mean, ".2f") + ("" if division == "patient" else f" ({each})")


def _bounded(measure: dict[str, Any]) -> str:
    if measure.get("value") is None:
        return str(measure.get("reason", "-"))
    return f"{measure['value']:.2f} ({measure['low']:.2f} to {measure['high']:.2f})"


def _number(value: float | None, form: str = ".3f") -> str:
    return "-" if value is None else format(value, form)


if __name__ == "__main__":
    main()
