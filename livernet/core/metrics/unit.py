"""All measures of one unit, patients or images, with the interval that fits each (``.github/statistics.md``).

Shapes: N cases, K classes, B draws.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livernet.core.metrics import calibration, classification, operating, ordinal, probability
from livernet.core.metrics.cases import Cases
from livernet.core.metrics.clustered import with_newcombe, with_wilson
from livernet.core.metrics.cuts import Cut, cuts_of
from livernet.core.metrics.decision import decision_curve
from livernet.core.metrics.measure import Measure, missing
from livernet.core.metrics.resample import Patients, Statistic, bootstrap, jackknife, variance, with_bca
from livernet.core.stages import STAGES, Grouping

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
WHOLE = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "kappa",
    "obuchowski",
    "brier",
    "brier_scaled",
    "rps",
    "rps_scaled",
)
"""The measures that know no cut-off."""
_UNFIXED = "no threshold was fixed on other patients"


class Wanted(NamedTuple):
    """A measure, and the same for other weights of the cases."""

    measure: Measure
    """The estimate, with its interval where a formula has one for it."""
    statistic: Statistic
    """Weights (B, N) to values (B,)."""
    clustered: Callable[[float], Measure] | None = None
    """The measure with its interval for several images a patient, from its variance over patients."""


def score_unit(
    cases: Cases, grouping: Grouping, thresholds: operating.Thresholds, *, independent: bool
) -> dict[str, Any]:
    """The measures of ``cases``; ``independent`` says that each is another patient.

    A share has Wilson's interval and an AUC Newcombe's, several images of a patient counted for what they are
    worth; calibration has its own, and all the rest that of the patient bootstrap.
    """
    counts_KK = classification.confusion(cases.true_N, cases.predicted_N, len(grouping))
    cuts = cuts_of(cases, grouping)
    fixed = {name: operating.thresholds_of(cases, name, thresholds) for name in cuts}
    wanted = wanted_of(cases, grouping, fixed, independent=independent)
    found = {name: measure.to_dict() for name, measure in _with_intervals(wanted, cases).items()}
    chance = {"chance": ordinal.obuchowski_chance(cases.true_N, len(grouping))}
    return {
        "n": len(cases.names),
        "per_class": counts_KK.sum(axis=1).tolist(),
        "majority": _majority(counts_KK.sum(axis=1)).to_dict(),
        **{name: found[name] for name in WHOLE},
        "obuchowski": found["obuchowski"] | chance,
        "auc": {name: found[f"{name} auc"] for name in cuts},
        "confusion": counts_KK.tolist(),
        "operating": {
            name: _point(cut, fixed[name]) | {rate: found[f"{name} {rate}"] for rate in operating.RATES}
            for name, cut in cuts.items()
        },
        "calibration": {name: _calibration(cut, cases) for name, cut in cuts.items()},
        "decision": {name: decision_curve(cut.score_N, cut.positive_N) for name, cut in cuts.items()},
        "exploratory": explore(cases, grouping),
    }


def wanted_of(
    cases: Cases, grouping: Grouping, fixed: Mapping[str, Floats | None], *, independent: bool
) -> dict[str, Wanted]:
    """What can be resampled: ``WHOLE`` and, as ``"F2 auc"``, the AUC and the rates of each cut-off.

    ``fixed`` has the thresholds (N,) of each cut-off.
    """
    counts_KK = classification.confusion(cases.true_N, cases.predicted_N, len(grouping))
    wanted = _of_classes(cases, counts_KK, grouping.class_names, independent)
    wanted |= _of_probabilities(cases, len(grouping))
    for name, cut in cuts_of(cases, grouping).items():
        of_cut = _of_cut(cut, fixed[name], cases.patient_N, independent)
        wanted |= {f"{name} {key}": want for key, want in of_cut.items()}
    return wanted


def score_rule(cases: Cases, grouping: Grouping) -> dict[str, Any]:
    """The short list of measures by which another way to make a patient of his images is judged."""
    counts_KK = classification.confusion(cases.true_N, cases.predicted_N, len(grouping))
    return {
        "accuracy": classification.accuracy(counts_KK, interval=True).to_dict(),
        "balanced_accuracy": classification.balanced_accuracy(
            counts_KK, grouping.class_names, interval=True
        ).to_dict(),
        "kappa": ordinal.quadratic_kappa(counts_KK).to_dict(),
        "auc": {
            name: classification.auc(cut.score_N, cut.positive_N, interval=True).to_dict()
            for name, cut in cuts_of(cases, grouping).items()
        },
        "confusion": counts_KK.tolist(),
    }


def explore(cases: Cases, grouping: Grouping) -> dict[str, Any]:
    """Measures of the raw stages, which the classes were not made to tell apart; marked exploratory.

    The ordinal score is held against every cut-off that a class straddles, and against the five stages.
    """
    known_N = cases.stage_N >= 0
    stage_N = cases.stage_N[known_N]
    score_N = ordinal.expected_class(cases.probability_NK[known_N]) if known_N.any() else np.zeros(0)
    straddled = [stage for stage in range(1, len(STAGES)) if stage not in grouping.cutoffs()]
    return {
        "note": "exploratory: the ordinal score of the classes against the raw stages",
        "n": len(stage_N),
        "auc": {
            STAGES[stage]: classification.auc(score_N, stage_N >= stage, interval=False).to_dict()
            for stage in straddled
        },
        "obuchowski": ordinal.obuchowski(score_N, stage_N, len(STAGES)).to_dict()
        | {"chance": ordinal.obuchowski_chance(stage_N, len(STAGES))},
    }


def _of_classes(
    cases: Cases, counts_KK: Ints, names: tuple[str, ...], independent: bool
) -> dict[str, Wanted]:
    """What the confusion matrix tells."""

    def of(function: Callable[[Floats], Floats]) -> Statistic:
        true_N, predicted_N = cases.true_N, cases.predicted_N
        return lambda w_BN: function(classification.confusions(true_N, predicted_N, len(names), w_BN))

    accuracy = classification.accuracy(counts_KK, interval=independent)
    balanced = classification.balanced_accuracy(counts_KK, names, interval=independent)
    return {
        "accuracy": Wanted(
            accuracy, of(classification.accuracies), partial(with_wilson, accuracy, cases.patient_N)
        ),
        "balanced_accuracy": Wanted(balanced, of(classification.balanced_accuracies)),
        "macro_f1": Wanted(classification.macro_f1(counts_KK, names), of(classification.macro_f1s)),
        "kappa": Wanted(ordinal.quadratic_kappa(counts_KK), of(ordinal.quadratic_kappas)),
    }


def _of_probabilities(cases: Cases, classes: int) -> dict[str, Wanted]:
    """What the probabilities of all classes tell."""
    true_N, p_NK = cases.true_N, cases.probability_NK.reshape(-1, classes)
    score_N = ordinal.expected_class(p_NK)
    wanted = {
        "obuchowski": Wanted(
            ordinal.obuchowski(score_N, true_N, classes),
            partial(ordinal.obuchowskis, score_N, true_N, classes),
        )
    }
    for name, losses in (("brier", probability.brier_losses), ("rps", probability.rps_losses)):
        mean = partial(probability.mean_losses, losses(p_NK, true_N))
        wanted[name] = Wanted(probability.mean_loss(losses, p_NK, true_N), mean)
        scaled = partial(probability.scaled, losses, p_NK, true_N)
        wanted[f"{name}_scaled"] = Wanted(probability.scaled_loss(losses, p_NK, true_N), scaled)
    return wanted


def _of_cut(cut: Cut, threshold_N: Floats | None, patient_N: Ints, independent: bool) -> dict[str, Wanted]:
    """What a cut-off tells: its AUC, and the rates at the threshold where one was fixed."""
    area = classification.auc(cut.score_N, cut.positive_N, interval=independent)
    seen = (cut.score_N, cut.positive_N)
    wanted = {
        "auc": Wanted(area, partial(ordinal.areas, *seen), partial(with_newcombe, area, *seen, patient_N))
    }
    called_N = operating.called(cut.score_N, 0.5 if threshold_N is None else threshold_N)
    for name, (right_N, of_N) in operating.selections(cut.positive_N, called_N).items():
        measure = operating.rate(name, right_N, of_N, interval=independent)
        measure = missing(_UNFIXED) if threshold_N is None else measure
        clustered = partial(with_wilson, measure, patient_N[of_N])
        wanted[name] = Wanted(measure, partial(operating.shares, right_N, of_N), clustered)
    return wanted


def _with_intervals(wanted: dict[str, Wanted], cases: Cases) -> dict[str, Measure]:
    """Every measure; those that have a value and no interval yet are given theirs."""
    found = {name: want.measure for name, want in wanted.items()}
    bare = {name: want for name, want in wanted.items() if _is_bare(want.measure)}
    if not bare:
        return found
    patients = Patients.of(cases.patient_N, cases.true_N)
    left_out = jackknife({name: want.statistic for name, want in bare.items()}, patients)
    resampled = {name: want.statistic for name, want in bare.items() if want.clustered is None}
    drawn = bootstrap(resampled, patients)
    for name, want in bare.items():
        if want.clustered is None:
            found[name] = with_bca(want.measure, drawn[name], left_out[name], patients)
        else:
            found[name] = want.clustered(variance(left_out[name]))
    return found


def _is_bare(measure: Measure) -> bool:
    return measure.value is not None and measure.low is None


def _majority(totals_K: Ints) -> Measure:
    total = int(totals_K.sum())
    return Measure(value=float(totals_K.max()) / total) if total else missing("no case has a known stage")


def _point(cut: Cut, threshold_N: Floats | None) -> dict[str, float | None]:
    """The mean of the thresholds in use, which differ between folds, and the share of positive cases."""
    different = np.zeros(0) if threshold_N is None else np.unique(threshold_N)
    return {
        "threshold": float(different.mean()) if len(different) else None,
        "prevalence": float(cut.positive_N.mean()) if len(cut.positive_N) else None,
    }


def _calibration(cut: Cut, cases: Cases) -> dict[str, Any]:
    seen = (cut.score_N, cut.positive_N, cases.patient_N)
    return {
        "slope": calibration.slope(*seen).to_dict(),
        "intercept": calibration.intercept(*seen).to_dict(),
        "bins": calibration.reliability(*seen),
    }
