"""Answers to CLAIM items 1 and 22 to 31: model, training, evaluation."""

from livernet.core.report.words import about_model as model
from livernet.core.report.words import about_results as results
from livernet.core.report.words.about_baselines import baselines
from livernet.core.report.words.answer import NO_RESULTS, Answer, tell
from livernet.core.report.words.english import count, listed, sentences
from livernet.core.report.words.known import Known


def kind(known: Known) -> Answer:
    """Item 1."""
    if not {"livernet", *baselines(known)} & set(known.networks):
        return Answer(missing="the kind of AI, in title or abstract")
    if "livernet" not in known.networks:
        told = "Deep learning: a convolutional network with fully connected layers that grades fibrosis."
        return tell(told, "methods", "the same in the title or abstract of the paper")
    does = listed([{"grade": "grades fibrosis", "outline": "outlines the liver"}[t] for t in known.tasks])
    told = f"Deep learning: a fully convolutional network{' that ' + does if does else ''}."
    return tell(told, "methods", "the same in the title or abstract of the paper")


def description(known: Known) -> Answer:
    """Item 22."""
    told = model.brief(known)
    ours = {"livernet", *baselines(known)}
    return tell(told, "methods", "" if ours >= set(known.networks) else "a description of each network")


def software(known: Known) -> Answer:
    """Item 23."""
    return tell(model.software(known), "made", "" if model.software(known) else "software and versions")


def initialisation(known: Known) -> Answer:
    """Item 24."""
    told = model.initialisation(known)
    return tell(told, "methods", "" if told else "how weights were initialised")


def training(known: Known) -> Answer:
    """Item 25."""
    told = sentences(model.optimisation(known), model.augmentation(known))
    return tell(told, "training", "" if told else "how the model was trained")


def selection(known: Known) -> Answer:
    """Item 26."""
    told = model.selection(known)
    more = "how the settings were arrived at" if told else "how the final model was chosen"
    return tell(told, "methods", more)


def ensembles(known: Known) -> Answer:
    """Item 27."""
    if known.kind == "train":
        return tell("None: one network was trained.", "made")
    if known.kind != "predict":
        return tell("None: each image was predicted by one network.", "made") if known.models else Answer()
    files = known.run.facts.get("files")
    if not files:
        return Answer(missing="whether several networks were combined")
    told = (
        "None: one network answered."
        if files == 1
        else f"The probabilities of {count(files, 'network')}, one a fold, were averaged."
    )
    return tell(told, "made")


def metrics(known: Known) -> Answer:
    """Item 28."""
    found = results.measures(known)
    told = f"{sentences(results.unit(known))} Measures: {listed(found)}." if found else ""
    return tell(told, "results", "" if told else NO_RESULTS)


def statistics(known: Known) -> Answer:
    """Item 29."""
    told = results.uncertainty(known)
    return tell(told, "methods", "" if told else NO_RESULTS)


def robustness(known: Known) -> Answer:
    """Item 30."""
    groups = _subgroups(known)
    rules = list((known.model or {}).get("rules") or ())
    parts = [
        results.audits(known),
        f"Results by {listed(groups)}." if groups else "",
        f"Patients made of their images in other ways as well ({listed(rules)})." if rules else "",
    ]
    told = sentences(*parts)
    return tell(
        told, "audits" if results.audits(known) else "subgroups", "" if told else "robustness analyses"
    )


def explanation(known: Known) -> Answer:
    """Item 31."""
    done = [audit for audit in known.audits if audit["name"] == "attribution" and audit["state"] != "not run"]
    if not done:
        return Answer(missing="methods that explain the model, where any were used")
    return tell(f"{done[0]['title']}: {done[0]['verdict']}", "audits")


def _subgroups(known: Known) -> list[str]:
    found = (known.described.get("subgroups") or {}).get("models") or {}
    names = [group["name"] for groups in found.values() for group in groups]
    return list(dict.fromkeys(names))


ANSWERS = {
    1: kind,
    22: description,
    23: software,
    24: initialisation,
    25: training,
    26: selection,
    27: ensembles,
    28: metrics,
    29: statistics,
    30: robustness,
    31: explanation,
}
"""By number of the item."""
