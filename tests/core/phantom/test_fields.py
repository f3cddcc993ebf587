import numpy as np
import pytest

from livernet.core.phantom.fields import Field, Plane, ridges, smooth_field, wave

PLANE = Plane(half_width_mm=40.0, depth_mm=80.0)


def grid() -> tuple[Field, Field]:
    z, x = np.mgrid[0:80:0.5, -40:40:0.5].astype(np.float32)
    return x, z


def correlation(field: Field, samples: int) -> float:
    return float(np.corrcoef(field[:, samples:].ravel(), field[:, :-samples].ravel())[0, 1])


@pytest.mark.parametrize("length", [1.5, 4.0])
def test_field_is_standardised(length: float) -> None:
    field = smooth_field(np.random.default_rng(0), PLANE, length, *grid())
    assert abs(float(field.mean())) < 0.2
    assert 0.7 < float(field.std()) < 1.2
    assert field.dtype == np.float32


def test_field_is_correlated_over_its_length() -> None:
    fine, coarse = (smooth_field(np.random.default_rng(0), PLANE, mm, *grid()) for mm in (2.0, 6.0))
    assert correlation(coarse, 6) > correlation(fine, 6) + 0.3
    assert abs(correlation(fine, 20)) < 0.2


def test_same_generator_same_field() -> None:
    first, second = (smooth_field(np.random.default_rng(5), PLANE, 3.0, *grid()) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_sample_interpolates_between_lattice_points() -> None:
    rows, columns = PLANE.rows(1.0)
    lattice = np.broadcast_to(np.arange(columns, dtype=np.float32), (rows, columns)).copy()
    at = PLANE.sample(lattice, 1.0, np.array([-40.0, 0.25], np.float32), np.array([0.0, 10.0], np.float32))
    np.testing.assert_allclose(at, [0.0, 40.25], rtol=1e-5)


def test_ridges_are_one_on_the_zero_line() -> None:
    np.testing.assert_allclose(ridges(np.array([0.0, 1.0], np.float32), 0.5), [1.0, np.exp(-4)], rtol=1e-5)


def test_wave_has_about_unit_variance() -> None:
    at = np.arange(0, 4000, 0.5, dtype=np.float32)
    assert 0.8 < float(wave(np.random.default_rng(1), at, 30.0).std()) < 1.2
