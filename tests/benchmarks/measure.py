"""One run of ``livernet preprocess`` over screens whose truth is known, measured.

Shape suffixes: H, W the screen; S the square's side.
"""

import resource
import statistics
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from livernet.core.phantom.screens.canvas import ink_of
from tests.benchmarks.command import livernet
from tests.benchmarks.known import Known, Written, ink_in, match, read_quarantine, read_written
from tests.benchmarks.naive import LEGIBLE, compare
from tests.benchmarks.tokens import HAS_TESSERACT, embedded_pictures, read_text, search_bytes, tokens_in

MARKERS = ("caliper", "ellipse", "guide", "pointer", "ecg", "body mark")
_SEEN = 12
"""A mark counts when that many of its pixels lie in what was kept."""
_NEAR = 4
_LIT = 12


def run(raw: Path, out: Path, *options: str) -> dict[str, Any]:
    """Run the command in a process of its own; CPU seconds and what it printed."""
    command = livernet("preprocess", str(raw), str(out), "--workers", "1", *options)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode != 0:
        raise RuntimeError(f"preprocess ended with {done.returncode}: {done.stderr[-2000:]}")
    return {"cpu_seconds": seconds, "printed": done.stdout + done.stderr}


def measure(known: list[Known], raw: Path, work: Path, *, read: bool = True) -> dict[str, Any]:
    """Everything that is measured on one folder of screens."""
    out, map_file = work / "out", work / "map.csv"
    ran = run(raw, out, "--id-key", str(work / "key"), "--quarantine-map", str(map_file))
    quarantine, written = read_quarantine(map_file), read_written(out)
    by_file = match([item for item in known if item.document["file"] not in quarantine], written)
    tokens = sorted({token for item in known for token in item.document["tokens"]})
    printed = [token for token in tokens if len(token) >= 4 and token in ran["printed"]]
    return {
        "outcome": _outcome(known, by_file, quarantine),
        "sector": _sectors(known, by_file),
        "leaks": {
            "bytes": search_bytes(out, tokens),
            "printed": [token for token in printed if token not in str(raw)],
            "tokens": len(tokens),
            **_ink(known, by_file),
            **(_read(known, by_file, out) if read and HAS_TESSERACT else {"ocr": "not run"}),
        },
        "markers": _markers(known, by_file),
        "cpu_seconds_per_picture": round(ran["cpu_seconds"] / len(known), 4),
        "naive": compare(known),
    }


def _outcome(
    known: list[Known], by_file: dict[str, list[Written]], quarantine: dict[str, str]
) -> dict[str, Any]:
    good = [item for item in known if item.document["expected"] == "written"]
    bad = [item for item in known if item.document["expected"] != "written"]
    whole = [item for item in good if len(by_file.get(item.document["file"], [])) == len(item.panel_masks())]
    refused = [item for item in bad if item.document["file"] in quarantine]
    wrong = [item for item in known if item in bad and item not in refused]
    lost = [item for item in good if item not in whole]
    unaccounted = [
        item.document["file"] for item in known
        if item.document["file"] not in quarantine and not by_file.get(item.document["file"])
    ]  # fmt: skip
    return {
        "pictures": len(known),
        "to_be_written": len(good), "written": len(whole),
        "accepted_percent": _percent(len(whole), len(good)),
        "to_be_quarantined": len(bad), "quarantined": len(refused),
        "quarantined_percent": _percent(len(refused), len(bad)),
        "text_cropped_away": sum(_is_harmless(item, by_file) for item in wrong),
        "unaccounted": len(unaccounted),
        "reasons_of_good": Counter(
            _plain(quarantine.get(item.document["file"], "not every panel")) for item in lost
        ),
        "reasons_of_bad": Counter(
            f"{_what(item)}: {_plain(quarantine[item.document['file']])}" for item in refused
        ),
        "lost": [_about(item, quarantine.get(item.document["file"], "not every panel")) for item in lost],
        "let_through": [_about(item, _why(item, by_file)) for item in wrong],
        "by_probe": _shares(good, whole, "probe"),
        "by_condition": _shares(good, whole, "condition"),
        "by_mode": _shares(good, whole, "mode"),
        "by_console": _shares(good, whole, "console"),
    }  # fmt: skip


def _shares(good: list[Known], whole: list[Known], key: str) -> dict[str, str]:
    total = Counter(item.document.get(key, "") for item in good)
    kept = Counter(item.document.get(key, "") for item in whole)
    return {name: f"{kept[name]}/{total[name]}" for name in sorted(total)}


def _about(item: Known, reason: str) -> dict[str, Any]:
    """No file name: it may carry a patient's."""
    keys = ("console", "mode", "probe", "condition", "carries")
    return {**{key: item.document.get(key) for key in keys}, "reason": reason}


def _why(item: Known, by_file: dict[str, list[Written]]) -> str:
    """How much of the text that should have stopped a screen still shows."""
    shares = _inside_shares(item, by_file)
    return "; ".join(f"{kind}: {share} % shown" for kind, share in shares) or "written"


def _is_harmless(item: Known, by_file: dict[str, list[Written]]) -> bool:
    """Whether all of the text inside the true sector lies outside what was kept."""
    shares = _inside_shares(item, by_file)
    return bool(shares) and all(share == 0 for _, share in shares)


def _inside_shares(item: Known, by_file: dict[str, list[Written]]) -> list[tuple[str, int]]:
    shown = np.zeros(item.shape, np.bool_)
    for square in by_file.get(item.document["file"], []):
        shown |= square.kept() & ~square.painted()
    inside = (mark for mark in item.document["burned_in"] if mark["text"] and mark["inside"])
    return [(mark["kind"], _ink_share(mark, shown)) for mark in inside]


def _ink_share(mark: dict[str, Any], area_HW: NDArray[np.bool_]) -> int:
    ink, of = ink_in(mark, area_HW)
    return round(100 * ink / max(1, of))


def _what(item: Known) -> str:
    return "text inside" if "text inside" in item.document["carries"] else str(item.document["mode"])


def _plain(reason: str) -> str:
    return reason.split(" (", maxsplit=1)[0]


def _percent(part: int, of: int) -> float | None:
    return round(100 * part / of, 1) if of else None


def _sectors(known: list[Known], by_file: dict[str, list[Written]]) -> dict[str, Any]:
    """Overlap of each fitted sector with the true panel it meets, and what of the truth was lost or added."""
    scores: list[tuple[float, float, Known]] = []
    echoes: list[float] = []
    for item in known:
        for square in by_file.get(item.document["file"], []):
            fitted = square.sector()
            found = [(*_overlap(fitted, mask), k) for k, mask in enumerate(item.panel_masks())]
            if found:
                iou, outside, panel = max(found)
                scores.append((iou, outside, item))
                echoes.append(_echoes_kept(item, panel, square))
    if not scores:
        return {"squares": 0}
    values = [iou for iou, _, _ in scores]
    worst = min(scores, key=lambda entry: entry[0])
    return {
        "squares": len(scores),
        "iou_median": round(statistics.median(values), 4),
        "iou_5th_percentile": round(float(np.percentile(values, 5)), 4),
        "iou_worst": round(worst[0], 4),
        "worst_is": _about(worst[2], "written"),
        "echoes_kept_percent": {
            "median": round(100 * statistics.median(echoes), 1),
            "worst": round(100 * min(echoes), 1),
        },
        "most_outside_percent": round(100 * max(outside for _, outside, _ in scores), 2),
    }


def _echoes_kept(item: Known, panel: int, square: Written) -> float:
    """Of what visibly shines in the true panel, the share that was kept; nobody sees a black border."""
    lit = item.panel_masks()[panel] & (ndimage.uniform_filter(item.screen, 7) > _LIT)
    return float((lit & square.kept()).sum() / max(1, lit.sum()))


def _overlap(fitted_HW: NDArray[np.bool_], true_HW: NDArray[np.bool_]) -> tuple[float, float]:
    both = int((fitted_HW & true_HW).sum())
    union = int(fitted_HW.sum()) + int(true_HW.sum()) - both
    return both / union, 1 - both / max(1, int(fitted_HW.sum()))


def _ink(known: list[Known], by_file: dict[str, list[Written]]) -> dict[str, Any]:
    """Ink of texts with patient data that lies in what was kept and was not painted over."""
    any_ink, legible, worst, where = 0, [], 0, []
    for item in known:
        squares = by_file.get(item.document["file"], [])
        shown = np.zeros(item.shape, np.bool_)
        for square in squares:
            shown |= square.kept() & ~square.painted()
        parts = [ink_in(mark, shown) for mark in item.texts()] if squares else []
        most = max((ink for ink, _ in parts), default=0)
        any_ink += most > 0
        worst = max(worst, most)
        if any(of and ink / of >= LEGIBLE for ink, of in parts):
            legible.append(item)
        if most:
            where.append(_about(item, f"{most} px"))
    return {
        "pictures_with_legible_text": len(legible), "pictures_with_any_ink": any_ink,
        "most_ink_px": worst, "ink_in": where,
    }  # fmt: skip


def _read(known: list[Known], by_file: dict[str, list[Written]], out: Path) -> dict[str, Any]:
    """What tesseract reads in squares and thumbnails and, to know how well it reads, on the raw screens."""
    squares, raw_hits, raw_hangul, with_hangul = [], 0, 0, 0
    for item in known:
        tokens = item.document["tokens"]
        for square in by_file.get(item.document["file"], []):
            found = tokens_in(read_text(square.image_SS), tokens)
            squares += [{"tokens": found, **_about(item, "written")}] if found else []
        found = tokens_in(read_text(item.screen, 2.0 if item.shape[0] < 800 else 1.0), tokens)
        raw_hits += bool(found)
        if any("가" <= letter <= "힣" for mark in item.texts() for letter in mark["text"]):
            with_hangul += 1
            raw_hangul += any("가" <= unicodedata.normalize("NFC", token)[0] <= "힣" for token in found)
    pages = sorted(out.glob("review*.html"))
    everything = sorted({token for item in known for token in item.document["tokens"] if len(token) >= 6})
    thumbnails = [picture for page in pages for picture in embedded_pictures(page)]
    read = [tokens_in(read_text(picture, 3.0), everything) for picture in thumbnails]
    return {
        "ocr_squares": squares,
        "ocr_thumbnails": [found for found in read if found],
        "thumbnails": len(thumbnails),
        "ocr_control": {"raw_screens_with_a_token_read": raw_hits, "of": len(known),
                        "hangul_read": raw_hangul, "screens_with_hangul": with_hangul},
    }  # fmt: skip


def _markers(known: list[Known], by_file: dict[str, list[Written]]) -> dict[str, Any]:
    """How many marks in kept areas were found, and how many findings are marks."""
    seen, hit = Counter[str](), Counter[str]()
    findings = right = ink_total = ink_found = false_px = area = 0
    for item in known:
        for square in by_file.get(item.document["file"], []):
            kept, painted = square.kept(), square.painted()
            drawn = np.zeros(item.shape, np.bool_)
            for mark in item.document["burned_in"]:
                if not mark.get("inside"):
                    continue
                here = _place(mark, item.shape) & kept
                drawn |= here
                if mark["kind"] in MARKERS and here.sum() >= _SEEN:
                    covered = int((here & painted).sum())
                    seen[mark["kind"]] += 1
                    hit[mark["kind"]] += int(covered >= 0.5 * here.sum())
                    ink_total, ink_found = ink_total + int(here.sum()), ink_found + covered
            near = ndimage.binary_dilation(drawn, iterations=_NEAR)
            labels, count = ndimage.label(ndimage.binary_dilation(painted, iterations=2))
            findings += count
            right += len(np.unique(labels[near & (labels > 0)]))
            false_px += int((painted & ~near).sum())
            area += int(kept.sum())
    return {
        "marks": sum(seen.values()), "found": sum(hit.values()),
        "recall_percent": _percent(sum(hit.values()), sum(seen.values())),
        "recall_by_kind": {kind: f"{hit[kind]}/{seen[kind]}" for kind in sorted(seen)},
        "ink_found_percent": _percent(ink_found, ink_total),
        "findings": findings, "right": right, "precision_percent": _percent(right, findings),
        "tissue_painted_percent": round(100 * false_px / max(1, area), 3),
    }  # fmt: skip


def _place(mark: dict[str, Any], shape: tuple[int, int]) -> NDArray[np.bool_]:
    found = np.zeros(shape, np.bool_)
    x0, y0, x1, y1 = mark["box"]
    found[y0:y1, x0:x1] = ink_of(mark)
    return found
