"""What was to be reached in speed and what was measured, as a table of the README.

``python -m tests.benchmarks.speed_table`` prints it from the result files of ``step``, ``infer``, ``epoch``,
``start``, ``memory``, ``preprocess`` and ``growth``.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.markdown import table
from tests.benchmarks.rounds import spread

RESULTS = Path(__file__).parents[2] / ".github" / "results"
START, END = "<!-- speed: made by tests/benchmarks/speed_table.py -->", "<!-- end of speed -->"
NOT_MEASURED = "not measured"
_BF16, _FP32 = "to livernet bf16", "to livernet fp32"
_STEP = "CPU training step, bf16, against"
_INSTANCE, _NONE = "instance", "none"
Row = tuple[str, str, str, str]
"""What, at least, stretch, measured."""


def markdown() -> str:
    """The table of all targets."""
    rows = [*_steps(read("speed-step")), *_inference(read("speed-infer")), *_epochs(read("speed-epoch"))]
    rows += [
        ("whole experiment at width 32 on one H200", "10 min", "5 min", NOT_MEASURED),
        *_epochs_on_gpu(read("speed-epoch-cuda")),
        _preprocess(read("preprocess-speed")),
        _memory(read("speed-memory")),
        _start(read("speed-start")),
        _growth(read("growth")),
    ]
    return table(("what", "at least", "stretch", "measured"), rows)


def read(name: str) -> dict[str, Any] | None:
    """A result file; ``None`` where there is none."""
    file = RESULTS / f"{name}.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def _steps(document: dict[str, Any] | None) -> list[Row]:
    wanted = {
        "plain": ("plain PyTorch", "3.5x", "5x"),
        "keras fp32": ("Keras fp32", "2.4x", "3.5x"),
        "keras bf16": ("Keras bf16", "1.7x", "2.4x"),
        "smp tuned": ("tuned segmentation_models.pytorch, Unet-resnet34", "1.0x", "1.4x"),
        "nnunet tuned": ("tuned nnU-Net, its own plan", "", ""),
    }
    rows = []
    for name, (words, least, stretch) in wanted.items():
        more = _more_flops(document, name)
        rows.append((f"{_STEP} {words}{more}", least, stretch, _both_norms(document, name, _BF16)))
    rows.append(
        ("CPU training step, fp32, against plain PyTorch", "", "", _both_norms(document, "plain", _FP32))
    )
    rows.append(
        (
            "FLOPs of the plain step in the time of ours, of the machine's convolution peak, fp32 / bf16",
            "",
            "",
            _share(document),
        )
    )
    return rows


def _both_norms(document: dict[str, Any] | None, name: str, base: str) -> str:
    if document is None:
        return NOT_MEASURED
    runs = document["runs"]
    found = _times(runs[_INSTANCE]["ratios"][base][name])
    without = runs.get(_NONE, {}).get("ratios", {}).get(base, {}).get(name)
    return f"{found}; without norm {_times(without)}" if without else found


def _more_flops(document: dict[str, Any] | None, name: str) -> str:
    if document is None:
        return ""
    found = document["runs"][_INSTANCE]["contestants"]
    own, other = found["livernet bf16"]["gflop_training"], found[name].get("gflop_training")
    return f" ({other / own:.1f} times the FLOPs)" if other and other != own else ""


def _share(document: dict[str, Any] | None) -> str:
    if document is None:
        return NOT_MEASURED
    parts = []
    for number, peak in document["peak_gflops"].items():
        facts = document["runs"][_INSTANCE]["contestants"][f"livernet {number}"]
        done = facts["gflop_training"] * document["settings"]["batch"] / facts["seconds"]["median"]
        parts.append(f"{100 * done / peak:.0f} % of {peak} GFLOP/s")
    return " / ".join(parts)


def _inference(document: dict[str, Any] | None) -> list[Row]:
    what = f"CPU inference{_on_one_core(document)} against ONNX Runtime fp32 of the same weights,"
    return [
        (f"{what} bf16", "1.7x", "2.5x", _both_norms(document, "onnx fp32", _BF16)),
        (f"{what} fp32", "", "", _both_norms(document, "onnx fp32", _FP32)),
    ]


def _on_one_core(document: dict[str, Any] | None) -> str:
    return " on one core" if document and document["settings"]["cores"] == 1 else ""


def _epochs(document: dict[str, Any] | None) -> list[Row]:
    names = {"plain": "plain PyTorch + DataLoader", "lightning": "Lightning", "keras fp32": "Keras fp32"}
    return [
        (
            f"CPU epoch{_on_one_core(document)}, bf16, against {words}",
            "",
            "",
            _both_norms(document, name, _BF16),
        )
        for name, words in names.items()
    ]


def _epochs_on_gpu(document: dict[str, Any] | None) -> list[Row]:
    names = {"plain": ("plain PyTorch + DataLoader", "3x"), "lightning": ("Lightning", "3x")}
    names["keras fp32"] = ("Keras", "2x")
    return [
        (f"GPU epoch, bf16, against {words}", least, "6x", _both_norms(document, name, _BF16))
        for name, (words, least) in names.items()
    ]


def _preprocess(document: dict[str, Any] | None) -> Row:
    what = "`preprocess`, every check on, throughput of Pillow's decoding and resizing alone, per core"
    if document is None:
        return what, "0.25x", "0.45x", NOT_MEASURED
    bare, _, ours = (way["all"] for way in document["ms_a_picture"].values())
    found = spread([theirs / own for theirs, own in zip(bare, ours, strict=True)], 3)
    return what, "0.25x", "0.45x", _times(found)


def _start(document: dict[str, Any] | None) -> Row:
    what = '`livernet --help` against `python -c "import torch"`'
    return what, "0.15x", "0.08x", _times(document["ratio"]) if document else NOT_MEASURED


def _memory(document: dict[str, Any] | None) -> Row:
    what = "growth of the memory of `cv` from the first to the last fold"
    return what, "< 2 %", "", f"{document['growth_percent']:.1f} %" if document else NOT_MEASURED


def _growth(document: dict[str, Any] | None) -> Row:
    """The worst of all commands that were measured up to the largest number of images."""
    what, least = "time and memory from 100 to 100,000 images", "linear, bounded"
    series = list(document["series"].values()) if document else []
    most = [one for one in series if one["points"][-1]["images"] >= 100_000]
    if not most:
        return what, least, "", NOT_MEASURED
    time, memory = (max(one[f"exponent_{key}"] for one in most) for key in ("cpu_seconds", "peak_mb"))
    return what, least, "", f"at worst n^{time:.2f} and n^{memory:.2f}, {len(most)} of {len(series)} commands"


def _times(found: dict[str, float]) -> str:
    return f"{found['median']:.2f}x ({found['min']:.2f}-{found['max']:.2f})"


if __name__ == "__main__":
    sys.stdout.write(markdown() + "\n")
