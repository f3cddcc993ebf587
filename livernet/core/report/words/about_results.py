"""Sentences about how a run was evaluated: unit, calibration, measures, intervals, comparisons, audits.

Only what the summary of the run holds is named: a measure without a value, or an interval that was not made,
is not in the text.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from livernet.core.report.words.english import count, decimal, listed, sentences
from livernet.core.report.words.figures import measured
from livernet.core.report.words.known import Known
from livernet.core.report.words.references import cite
from livernet.core.stages import cutoff_name

_MEASURES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro-averaged F1 score",
    "kappa": f"quadratically weighted kappa{cite('cohen1968')}",
    "auc": "area under the ROC curve (AUC)",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "ppv": "positive predictive value",
    "npv": "negative predictive value",
    "obuchowski": f"Obuchowski measure{cite('obuchowski2005')}",
    "brier": f"Brier score{cite('brier1950')}",
    "brier_scaled": "scaled Brier score",
    "rps": f"ranked probability score{cite('epstein1969')}",
    "rps_scaled": "scaled ranked probability score",
    "slope": "calibration slope",
    "intercept": "calibration intercept",
    "dice": f"Dice coefficient{cite('dice1945')}",
    "iou": "intersection over union",
    "hd95": "95th percentile Hausdorff distance",
    "assd": "average symmetric surface distance",
    "nsd": f"normalised surface distance{cite('nikolov2021')}",
}
_METHODS = {
    "wilson": "wilson1927",
    "newcombe": "newcombe2006",
    "delong": "delong1988",
    "bca": "efron1987",
}
_NESTED = ("auc", "operating", "calibration")


def unit(known: Known) -> str:
    """What was counted: patients, and how a patient is made of images."""
    if known.model is None:
        return ""
    return (
        "The patient was the unit of analysis: class probabilities were averaged over the images of a "
        "patient, and patients had equal weight."
    )


def calibration(known: Known) -> str:
    """Whether and how probabilities were calibrated, and thresholds set."""
    if known.model is None:
        return ""
    if known.model.get("probabilities") != "calibrated":
        return sentences("Class probabilities were not calibrated.", thresholds(known))
    method = str((known.model.get("calibration_fit") or {}).get("method") or "")
    text = "Class probabilities were calibrated"
    if method.startswith("temperature"):
        text += (
            f" by temperature scaling{cite('guo2017')}, the temperature of each fold being fitted on the "
            "held-out patients of the other folds"
        )
    elif known.kind == "predict" and known.run.facts.get("calibration"):
        text += (
            f" by temperature scaling{cite('guo2017')}, with the temperature that the run of the networks "
            "found on patients held out"
        )
    return sentences(f"{text}.", thresholds(known))


def thresholds(known: Known) -> str:
    """Where the decision thresholds of sensitivity and specificity come from."""
    operating = ((known.model or {}).get("patients") or {}).get("operating") or {}
    if not any(_value(place.get("threshold")) is not None for place in operating.values()) and not any(
        _value(place.get("sensitivity")) is not None for place in operating.values()
    ):
        return ""
    if known.kind != "cv":
        return "Decision thresholds were those of the run that trained the networks."
    return (
        f"Decision thresholds maximised Youden's index{cite('youden1950')} and were set for each fold on the "
        "held-out patients of the other folds."
    )


def measures(known: Known) -> list[str]:
    """The measures that have a value, with their citations."""
    return [text for name, text in _MEASURES.items() if name in _present(known)]


def intervals(known: Known) -> list[str]:
    """``method for measure and measure``, one entry a method of the 95 % intervals."""
    by_method: dict[str, list[str]] = {}
    for name, measure in _measures(known):
        if measure.get("method") and measure.get("low") is not None:
            named = by_method.setdefault(str(measure["method"]), [])
            if _plain(name) not in named:
                named.append(_plain(name))
    return [f"{method}{_cited(method)} for {listed(names)}" for method, names in by_method.items()]


def statistics(known: Known) -> str:
    """Measures, their intervals, and what comparisons were made."""
    found = measures(known)
    told = f"Performance was described by {listed(found)}." if found else ""
    return sentences(told, distances(known), uncertainty(known))


def distances(known: Known) -> str:
    """The unit of distances between masks and the tolerance of the surface Dice, where those were scored."""
    recorded = known.run.facts.get("distances") or {}
    if not {"hd95", "assd", "nsd"} & _present(known) or recorded.get("unit") not in {"mm", "px"}:
        return ""
    unit = {"mm": "millimetres", "px": "pixels of the cohort's images"}[recorded["unit"]]
    told = f"Distances between masks were measured in {unit}."
    tolerance, why = recorded.get("tolerance"), str(recorded.get("tolerance_reason") or "")
    length = "" if tolerance is None else f"{decimal(round(tolerance, 2))} {recorded['unit']}"
    if length and not why.startswith(length):
        why = f"{length} ({why})" if why else length
    return sentences(told, f"The tolerance of surface distances was {why}." if why else "")


def uncertainty(known: Known) -> str:
    """The methods of the 95 % intervals, several seeds, and comparisons of models."""
    made = intervals(known)
    how = (
        f"Confidence intervals (95 %) were computed per patient by {'; '.join(made)}; they take the trained "
        "networks as given."
    )
    return sentences(how if made else "", _seeds(known), comparisons(known))


def comparisons(known: Known) -> str:
    """Model against model on the same patients, where that was done."""
    made = (known.described.get("summary") or {}).get("comparisons") or []
    if not made:
        return ""
    others = listed([str(pair["b"]) for pair in made])
    text = f"On the patients that both had answered, {made[0]['a']} was compared with {others}"
    ranges = [pair for pair in made if pair["accuracy_difference"].get("low") is not None]
    tested = [pair for pair in made if pair["mcnemar"].get("p") is not None]
    how = ["bootstrap intervals of the paired differences"] if ranges else []
    holm = f", P values corrected after Holm{cite('holm1979')}" if len(tested) > 1 else ""
    how += [f"the exact McNemar test{cite('mcnemar1947')}{holm}"] if tested else []
    return f"{text}{' by ' + listed(how) if how else ''}."


def audits(known: Known) -> str:
    """Which audits were run, and what each found."""
    told = [f"{audit['title']} ({audit['state']})" for audit in known.audits if audit["state"] != "not run"]
    if not told:
        return ""
    kinds = (
        "An audit for shortcuts and leakage was"
        if len(told) == 1
        else "Audits for shortcuts and leakage were"
    )
    return f"{kinds} run on the same cohort: {'; '.join(told)}."


def decision_curve(known: Known) -> str:
    """Net benefit, where it was computed."""
    if not ((known.model or {}).get("patients") or {}).get("decision"):
        return ""
    return f"Clinical usefulness was described by decision curve analysis{cite('vickers2006')}."


def operating_points(known: Known) -> str:
    """Sensitivity and specificity at each cut-off, with the threshold and the prevalence."""
    places = ((known.model or {}).get("patients") or {}).get("operating") or {}
    told = [
        f"{cutoff_name(cutoff)}: sensitivity {measured(place['sensitivity'])}, specificity "
        f"{measured(place['specificity'])}, prevalence {100 * place['prevalence']:.0f} %"
        for cutoff, place in places.items()
        if _value(place.get("sensitivity")) is not None and place.get("prevalence") is not None
    ]
    return f"{'; '.join(told)}." if told else ""


def _present(known: Known) -> set[str]:
    return {name for name, measure in _measures(known) if _value(measure) is not None}


def _measures(known: Known) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every measure of the first model's patients and masks by its short name."""
    patients = (known.model or {}).get("patients") or {}
    for name, entry in patients.items():
        if name in _NESTED and isinstance(entry, Mapping):
            for cutoff in entry.values():
                yield from _leaves(name, cutoff)
        elif isinstance(entry, Mapping):
            yield name, entry
    masks = ((known.model or {}).get("segmentation") or {}).get("patients") or {}
    for name, spread in masks.items():
        if isinstance(spread, Mapping):
            yield name, {**spread, "value": spread.get("mean")}


def _leaves(name: str, cutoff: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(cutoff, Mapping):
        return
    if "value" in cutoff:
        yield name, cutoff
    for inner, measure in cutoff.items():
        if isinstance(measure, Mapping):
            yield inner, measure


def _value(measure: object) -> Any:
    return measure.get("value") if isinstance(measure, Mapping) else measure


def _plain(name: str) -> str:
    return _MEASURES.get(name, name).partition(" [@")[0].replace("area under the ROC curve (AUC)", "AUC")


def _cited(method: str) -> str:
    return "".join(cite(key) for word, key in _METHODS.items() if word in method.lower())


def _seeds(known: Known) -> str:
    seeds = sorted({row.seed for row in known.run.predictions})
    if len(seeds) < 2 or known.kind != "cv":
        return ""
    return f"Networks were trained with {count(len(seeds), 'seed')} to show the variation of training."
