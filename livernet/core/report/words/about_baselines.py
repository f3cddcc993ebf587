"""Sentences about the paper's baselines in a run: what they are, and where their patches came from."""

from collections.abc import Mapping

from livernet.core.report.collect import Run
from livernet.core.report.words.english import count, decimal, listed, sentences, was
from livernet.core.report.words.known import Known
from livernet.core.report.words.references import cite

RANDOM = "none"
"""How the record of weights begins that came from nowhere."""
_LIVERNET = "livernet"


def baselines(known: Known) -> tuple[str, ...]:
    """Names of the networks of a run that are baselines."""
    return tuple(name for name in known.networks if name.startswith("vgg"))


def last_layer(known: Known) -> str:
    """What a hidden layer led to, where that is more than a number for each class."""
    if known.setting("loss.stage") != "ordinal":
        return ""
    shared = f"shared by the ascending thresholds between each class and the next{cite('cao2020')}"
    return f"That layer led to one score, {shared}."


def described(known: Known) -> str:
    """What the baselines are, how they were trained and what they saw; empty without any."""
    names = baselines(known)
    if not names or known.setting("vgg.input") is None:
        return ""
    width, dropout = known.setting("vgg.head_width"), known.setting("vgg.dropout")
    others = "" if names == known.networks else ", run on the same folds"
    head = (
        f"{listed([name.upper() for name in names])}{cite('simonyan2015')} with new fully connected layers"
        f"{cite('meng2017')} {was(len(names))} the baseline{'s' * (len(names) > 1)}{others}: the mean of "
        f"each of the 512 channels of the last convolution led to a hidden layer of {count(width, 'unit')}"
        + (f" with dropout (probability {decimal(dropout)})." if dropout else ".")
    )
    learnt = "They learnt by the class term of the loss alone."
    return sentences(head, last_layer(known), learnt, _seen(known))


def beginning(known: Known) -> str:
    """Where the features of the baselines began, and whether they were trained; empty without any."""
    weights = known.run.facts.get("weights") or {}
    if not weights or known.setting("vgg.features") is None:
        return ""
    sources = {name.upper(): str(said.get("source")) for name, said in weights.items()}
    random = [name for name, source in sources.items() if source.startswith(RANDOM)]
    learnt = [f"{name}: {source}" for name, source in sources.items() if name not in random]
    told = f"Their features were pretrained ({'; '.join(learnt)})." if learnt else ""
    if random:
        told = sentences(told, f"The features of {listed(random)} began with random weights.")
    kept = {
        "frozen": "The features stayed as they were, and only the new layers were trained.",
        "tuned": "All layers were trained.",
    }
    return sentences(told, kept.get(str(known.setting("vgg.features")), ""))


def places(run: Run) -> list[str]:
    """Where the patches of each baseline came from, a sentence or two each; empty without any."""
    found: dict[str, list[str]] = {}
    for name, counts in _counted(run).items():
        if not counts.get("test", {}).get("whole") and not counts.get("training", {}).get("whole"):
            found.setdefault(_placed(counts), []).append(name)
    return [f"{listed(names)}: {told}" for told, names in found.items() if told]


def _seen(known: Known) -> str:
    size, side = known.setting("train.size"), known.setting("vgg.patch")
    if known.setting("vgg.input") == "whole":
        return "They saw whole pictures."
    patches = f"{count(known.setting('vgg.patches'), 'patch', 'patches')} of {side} × {side} pixels"
    return (
        f"They saw {patches} of each picture of {size} × {size} pixels, and the class probabilities of the "
        f"patches were averaged to those of the image. {' '.join(places(known.run))}"
    ).strip()


def _counted(run: Run) -> dict[str, dict[str, dict[str, int]]]:
    """Images by network, ``training`` or ``test``, and place; what is damaged is left out."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for name, parts in (run.facts.get("patches") or {}).items():
        for part, counts in (parts if isinstance(parts, Mapping) else {}).items():
            if isinstance(counts, Mapping) and all(isinstance(value, int) for value in counts.values()):
                found.setdefault(str(name), {})[str(part)] = {str(k): v for k, v in counts.items()}
    return found


def _placed(counts: Mapping[str, Mapping[str, int]]) -> str:
    learnt, tested = counts.get("training", {}), counts.get("test", {})
    parts = [
        _places("patches to learn from lay", learnt, "the given masks"),
        _places(
            "patches to answer by lay", tested, f"the masks that {_LIVERNET} predicted, never in given ones"
        ),
    ]
    narrow = [
        f"{count(part['centred'], f'{word} image')}"
        for word, part in (("training", learnt), ("test", tested))
        if part.get("centred")
    ]
    if narrow:
        parts.append(f"in {listed(narrow)} no patch fits inside, and the one centred there stands for all")
    return "; ".join(part for part in parts if part) + "." if any(parts) else ""


def _places(what: str, counts: Mapping[str, int], masks: str) -> str:
    inside, sector = counts.get("mask", 0), counts.get("sector", 0)
    told = [f"inside {masks} ({count(inside, 'image')})"] if inside else []
    why = "" if not inside else ", which had no mask"
    told += [f"in the whole sector ({count(sector, 'image')}{why})"] if sector else []
    return f"{what} {listed(told)}" if told else ""
