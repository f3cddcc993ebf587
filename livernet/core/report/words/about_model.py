"""Sentences about the network of a run: its layers, its loss, its training and the software.

Every function returns what the settings of the run say, and nothing where they say nothing; only the settings
of the first network are recorded, so that others are named and left for the authors to describe.
"""

from livernet.core.report.words import about_baselines
from livernet.core.report.words.about_baselines import baselines
from livernet.core.report.words.english import count, decimal, listed, sentences
from livernet.core.report.words.known import Known
from livernet.core.report.words.references import cite

_NORMS = {
    "instance": f"instance normalisation{cite('ulyanov2016')}",
    "batch": f"batch normalisation{cite('ioffe2015')}",
    "group": f"group normalisation{cite('wu2018')}",
}
_SUMMED = "binary cross-entropy summed over the"
_CLASS_TERMS = {
    "equation7": f"{_SUMMED} softmax class probabilities{cite('kang2020')}",
    "equation7-sigmoid": f"{_SUMMED} sigmoid class probabilities{cite('kang2020')}",
    "cross-entropy": f"cross-entropy of the softmax class probabilities{cite('bridle1990')}",
    "ordinal": "the negative log-likelihood of the class in a cumulative link model of ordered classes"
    f"{cite('mccullagh1980')}",
}
_SIZES = {
    "depth": "resolutions",
    "width": "channels at the first",
    "pieces": "linear pieces in each maxout unit",
}
_DID = {"grade": "graded fibrosis", "outline": "outlined the liver"}
_LATER = {
    "mirror": "mirroring (a share of {:g})",
    "contrast": "changes of contrast (an exponent up to 1 + {:g}, or its inverse)",
    "depth": "changes of gain with depth (by a share of up to {:g})",
    "shadow": "shadows (up to a share of {:g} of the echo)",
    "speckle": "speckle (standard deviation up to {:g} of the echo)",
    "sharpness": "sharpening and blurring (up to {:g} of the difference from a mean of 3 × 3 pixels)",
}
"""Changes that older runs do not record, and did not make."""
_NAMES = {"torch": "PyTorch", "pillow": "Pillow", "numpy": "NumPy"}


def network(known: Known) -> str:
    """Layers of the first network, and the names of others."""
    if not known.networks:
        return ""
    others = [name for name in known.networks if name != "livernet" and name not in baselines(known)]
    own = _livernet(known) if "livernet" in known.networks else ""
    told = sentences(own, about_baselines.described(known))
    if not told:
        return f"The network was {known.networks[0]} [describe it]."
    if not others:
        return told
    return (
        f"{told} {listed(others)} [describe] {'was' if len(others) == 1 else 'were'} run on the same folds."
    )


def loss(known: Known) -> str:
    """The terms of the loss that have a weight."""
    weights = {name: known.setting(f"loss.{name}") for name in ("fine", "middle", "coarse", "stage_weight")}
    if any(weight is None for weight in weights.values()):
        return ""
    where = {"fine": "full", "middle": "half", "coarse": "quarter"}
    used = [name for name in where if weights[name] and known.masks_taught]
    terms = []
    if used:
        scales = listed([where[name] for name in used])
        values = listed([decimal(weights[name]) for name in used])
        plural = "s" if len(used) > 1 else ""
        terms.append(
            f"pixel-wise binary cross-entropy of the liver mask at {scales} resolution "
            f"(weight{plural} {values})"
        )
    if weights["stage_weight"] and known.stages_taught:
        term = _CLASS_TERMS.get(str(known.setting("loss.stage")), "a class term [describe it]")
        terms.append(f"{term} (weight {decimal(weights['stage_weight'])})")
    if not terms:
        return ""
    several = len(used) > 1 or len(terms) > 1
    text = f"The loss was {'the weighted sum of ' if several else ''}{listed(terms)}"
    return text + ("; each term used the images that had its label." if len(terms) > 1 else ".")


def brief(known: Known) -> str:
    """The networks in a few words."""
    if not known.networks or known.setting("train.size") is None:
        return ""
    first, *others = known.networks
    told = first
    if first in baselines(known):
        told += ": VGG features and, after Meng et al., new fully connected layers"
    if first == "livernet":
        given = {what: known.setting(f"model.{key}") for key, what in _SIZES.items()}
        sizes = [f"{size} {what}" for what, size in given.items() if size is not None]
        told += f": a U-Net with a class head after Kang et al., {listed(sizes)}"
    return sentences(f"{told}.", f"On the same folds: {listed(others)}." if others else "")


def training(known: Known) -> str:
    """Optimiser, which weights were kept, how they began, and augmentation."""
    return sentences(optimisation(known), selection(known), initialisation(known), augmentation(known))


def optimisation(known: Known) -> str:
    """Optimiser, epochs and batch."""
    epochs, batch, lr = (known.setting(f"train.{key}") for key in ("epochs", "batch", "lr"))
    if not epochs or not batch:
        return ""
    more = [("learning rate", lr), ("ρ", known.setting("train.rho")), ("ε", known.setting("train.eps"))]
    values = ", ".join(f"{name} {decimal(value)}" for name, value in more if value is not None)
    return (
        f"Networks were trained with Adadelta{cite('zeiler2012')}{f' ({values})' if values else ''} for "
        f"{count(epochs, 'epoch')} in batches of {count(batch, 'image')}."
    )


def selection(known: Known) -> str:
    """Which weights were kept, and that nothing was chosen by results."""
    average = known.setting("train.average")
    if average is None:
        return ""
    kept = (
        f"an exponential moving average of the weights (decay {decimal(average)} per step) was"
        if average
        else "the weights of the last epoch were"
    )
    return f"The number of epochs was fixed beforehand, and {kept} kept."


def initialisation(known: Known) -> str:
    """How weights began; known for the networks of this package alone."""
    own = ""
    if "livernet" in known.networks:
        own = (
            "Weights were initialised at random, the 3 × 3 convolutions from a normal distribution of "
            "variance 1/fan-in; no pretrained weights were used."
        )
    return sentences(own, about_baselines.beginning(known))


def augmentation(known: Known) -> str:
    """Random changes of the training images; those of size 0 are left out."""
    limits = {name: known.setting(f"augment.{name}") for name in ("shift", "rotate", "scale", "gain")}
    if any(limit is None for limit in limits.values()):
        return ""
    kinds = {
        "shift": f"shifts (up to {100 * limits['shift']:g} % of the side)",
        "rotate": f"rotations (up to {limits['rotate']:g}°)",
        "scale": f"changes of scale (up to {100 * limits['scale']:g} %)",
        "gain": f"changes of gain (up to {100 * limits['gain']:g} %)",
    }
    used = [text for name, text in kinds.items() if limits[name]]
    used += [text.format(size) for name, text in _LATER.items() if (size := known.setting(f"augment.{name}"))]
    if not used:
        return "No augmentation was used."
    told = f"Training images were augmented anew in every epoch by random {listed(used)}"
    frozen = baselines(known) and known.setting("vgg.features") == "frozen"
    if frozen and "livernet" not in known.networks:
        return "No augmentation was used: the features of the pictures were computed once."
    return (
        f"{told}{'; those of the baselines, whose features were computed once, were not' if frozen else ''}."
    )


def software(known: Known) -> str:
    """Versions of the package, of Python and of the libraries, and the device."""
    made, libraries = known.described.get("made") or {}, known.described.get("libraries") or {}
    if not made.get("version"):
        return ""
    versions = [f"Python {made['python']}"] if made.get("python") else []
    versions += [f"{_NAMES.get(name, name)} {version}" for name, version in libraries.items() if version]
    text = f"Analyses used livernet {made['version']}"
    text += f" with {listed(versions)}" if versions else ""
    return f"{text}{', run on ' + made['device'] if made.get('device') else ''}."


def _livernet(known: Known) -> str:
    width, depth, pieces = (known.setting(f"model.{key}") for key in ("width", "depth", "pieces"))
    norm, dropout = known.setting("model.norm"), known.setting("model.dropout")
    if not width or not depth or not pieces:
        return ""
    deepest = width * 2 ** (depth - 1)
    blocks = [f"maxout units of {pieces} linear pieces{cite('goodfellow2013')}"]
    blocks += [_NORMS[norm]] if norm in _NORMS else []
    blocks += [f"dropout (probability {decimal(dropout)})"] if dropout else []
    did = listed([_DID[task] for task in known.tasks]) or "was trained"
    body = (
        f"A fully convolutional network after Kang et al.{cite('kang2020')} {did}. It was a "
        f"U-Net{cite('ronneberger2015')} with {depth} resolutions, each of two 3 × 3 convolutions with "
        f"{listed(blocks)}; {width} channels at the first resolution were doubled at each one below, to "
        f"{deepest:,} at the deepest."
    )
    masks = "Masks were predicted at full, half and quarter resolution." if "outline" in known.tasks else ""
    return sentences(body, masks, _head(known) if "grade" in known.tasks else "")


def _head(known: Known) -> str:
    width, dropout = known.setting("model.head_width"), known.setting("model.head_dropout")
    if not width or known.setting("model.pool") is None:
        return ""
    text = (
        "The class was read from the deepest features: mean and standard deviation of each, "
        f"{_looks(known)}, led to a hidden layer of {count(width, 'maxout unit')}"
    )
    text += f" with dropout (probability {decimal(dropout)})." if dropout else "."
    return sentences(text, about_baselines.last_layer(known))


def _looks(known: Known) -> str:
    """Where the class head looked, and in how many folds it looked elsewhere."""
    if not known.guided:
        return "over the whole image"
    folds = [lines for lines in known.run.curves.get("livernet", {}).values() if lines]
    bare = sum(lines[-1].get("loss_fine", 0) is None for lines in folds)
    elsewhere = f" (in {count(bare, 'fold')} without masks to learn from, over the whole image)"
    return f"over the liver as outlined by the network itself{elsewhere if bare else ''}"
