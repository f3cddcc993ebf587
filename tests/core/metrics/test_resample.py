import numpy as np
import pytest
from scipy.stats import bootstrap as scipy_bootstrap

from livernet.core.metrics import resample
from livernet.core.metrics.measure import Measure, missing
from livernet.core.metrics.resample import (
    Patients,
    bca,
    bootstrap,
    draw,
    jackknife,
    percentile,
    variance,
    with_bca,
    with_percentile,
)

VALUE_N = np.array([0.1, 0.9, 0.4, 0.4, 0.7, 0.2])
PATIENTS = Patients.of(np.array([7, 7, 3, 5, 5, 5]), np.array([1, 1, 0, 1, 1, 1]))


def mean(weights_BN: np.ndarray) -> np.ndarray:
    return weights_BN @ VALUE_N / weights_BN.sum(axis=1)


def drawn(patients: int, draws: int, seed: int) -> np.ndarray:
    return np.stack(list(draw(patients, draws, seed)))


def test_patients_are_numbered_and_keep_their_class() -> None:
    assert PATIENTS.cluster_N.tolist() == [2, 2, 0, 1, 1, 1]
    assert PATIENTS.class_C.tolist() == [0, 1, 1]


def test_every_draw_has_as_many_patients() -> None:
    counts_BC = drawn(9, 400, seed=1)
    assert (counts_BC.sum(axis=1) == 9).all()
    assert counts_BC.mean(axis=0) == pytest.approx(1, abs=0.2)
    assert counts_BC[:, 0].var() == pytest.approx(8 / 9, abs=0.2)


def test_the_same_seed_gives_the_same_draws_and_another_others() -> None:
    assert (drawn(9, 20, seed=1) == drawn(9, 20, seed=1)).all()
    assert (drawn(9, 20, seed=1) != drawn(9, 20, seed=2)).any()


def test_a_weight_is_a_repetition_of_all_images_of_a_patient() -> None:
    counts_BC = drawn(3, 30, seed=resample.SEED)
    expected = []
    for counts_C in counts_BC:
        cases = [n for n in range(6) for _ in range(counts_C[PATIENTS.cluster_N[n]])]
        expected.append(VALUE_N[cases].mean())
    assert bootstrap({"mean": mean}, PATIENTS, draws=30)["mean"] == pytest.approx(expected)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bootstrap({"mean": mean}, PATIENTS, draws=50)["mean"]
    monkeypatch.setattr(resample, "_BLOCK", 13)
    assert bootstrap({"mean": mean}, PATIENTS, draws=50)["mean"] == pytest.approx(whole, abs=1e-12)


def test_the_jackknife_leaves_out_one_patient_at_a_time() -> None:
    found = jackknife({"mean": mean}, PATIENTS)["mean"]
    assert found == pytest.approx([np.delete(VALUE_N, [2]).mean(), VALUE_N[:3].mean(), VALUE_N[2:].mean()])


def test_percentile_is_the_middle_95_percent() -> None:
    assert percentile(np.arange(101.0)) == pytest.approx((2.5, 97.5))


def test_bca_equals_scipy() -> None:
    rng = np.random.default_rng(0)
    value_N = rng.exponential(size=40)
    patients = Patients(cluster_N=np.arange(40), class_C=np.zeros(40, dtype=np.int64))
    statistics = {"mean": lambda w_BN: w_BN @ value_N / w_BN.sum(axis=1)}
    values_B = bootstrap(statistics, patients, draws=40_000)["mean"]
    found = bca(float(value_N.mean()), values_B, jackknife(statistics, patients)["mean"])
    expected = scipy_bootstrap(
        (value_N,), np.mean, n_resamples=40_000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    assert found == pytest.approx((expected.low, expected.high), abs=0.02)
    assert found[0] > percentile(values_B)[0] + 0.02


def test_an_interval_is_added_to_a_value_and_not_to_a_missing_one() -> None:
    class_C = np.array([0, 0, 1, 1])
    patients = Patients(cluster_N=np.arange(4), class_C=class_C)
    values_B = np.linspace(0, 1, 101)
    measure = with_percentile(Measure(value=0.5), values_B, patients)
    assert (measure.low, measure.high, measure.reason) == (pytest.approx(0.025), pytest.approx(0.975), None)
    assert with_percentile(missing("why"), values_B, patients).reason == "why"


def test_few_undefined_resamples_are_left_out_and_many_forbid_an_interval() -> None:
    patients = Patients(cluster_N=np.arange(4), class_C=np.array([0, 0, 1, 1]))
    few_B, many_B = np.linspace(0, 1, 100), np.linspace(0, 1, 100)
    few_B[:4], many_B[:6] = np.nan, np.nan
    assert with_percentile(Measure(value=0.5), few_B, patients).low == pytest.approx(
        np.quantile(few_B[4:], 0.025)
    )
    measure = with_percentile(Measure(value=0.5), many_B, patients)
    assert measure.value == 0.5
    assert measure.low is None
    assert measure.reason == "no interval: undefined in 6 of 100 resamples"


def test_no_interval_that_only_looks_certain() -> None:
    alone = Patients(cluster_N=np.arange(3), class_C=np.array([0, 0, 2]))
    measure = with_percentile(Measure(value=0.5), np.linspace(0, 1, 9), alone)
    assert measure.reason == "no interval: a class has a single patient"
    pairs = Patients(cluster_N=np.arange(4), class_C=np.array([0, 0, 2, 2]))
    measure = with_percentile(Measure(value=1.0), np.ones(9), pairs)
    assert (measure.low, measure.reason) == (None, "no interval: every resample gives the same value")


def test_a_bca_interval_is_added_to_a_value() -> None:
    rng = np.random.default_rng(3)
    value_N = rng.exponential(size=30)
    patients = Patients(cluster_N=np.arange(30), class_C=np.repeat([0, 1], 15))
    statistics = {"mean": lambda w_BN: w_BN @ value_N / w_BN.sum(axis=1)}
    values_B, left_C = bootstrap(statistics, patients)["mean"], jackknife(statistics, patients)["mean"]
    measure = with_bca(Measure(value=float(value_N.mean())), values_B, left_C, patients)
    assert (measure.low, measure.high) == bca(float(value_N.mean()), values_B, left_C)
    assert str(measure.method).startswith("BCa bootstrap")
    left_C[3] = np.nan
    assert (
        with_bca(measure, values_B, left_C, patients).reason
        == "no interval: undefined without one of the patients"
    )
    assert with_bca(missing("why"), values_B, left_C, patients).reason == "why"


def test_the_jackknife_variance_of_a_mean_is_the_known_one() -> None:
    value_N = np.random.default_rng(2).normal(size=25)
    patients = Patients(cluster_N=np.arange(25), class_C=np.repeat([0, 1], [10, 15]))
    left_C = jackknife({"mean": lambda w_BN: w_BN @ value_N / w_BN.sum(axis=1)}, patients)["mean"]
    assert variance(left_C) == pytest.approx(value_N.var(ddof=1) / 25)


def test_of_many_patients_groups_are_left_out_for_the_same_variance_and_acceleration() -> None:
    value_N = np.random.default_rng(2).exponential(size=5000)
    value_N.sort()  # groups of neighbours would differ from one another more than patients do
    patients = Patients(cluster_N=np.arange(5000), class_C=np.repeat([0, 1], 2500))
    left = jackknife({"mean": lambda w_BN: w_BN @ value_N / w_BN.sum(axis=1)}, patients)["mean"]
    assert len(left) == resample.DRAWS
    assert variance(left) == pytest.approx(value_N.var(ddof=1) / 5000, rel=0.1)
    influence = left.mean() - left
    apart = value_N - value_N.mean()
    found, known = ((x**3).sum() / (x**2).sum() ** 1.5 for x in (influence, apart))
    assert found == pytest.approx(known, rel=0.15)
