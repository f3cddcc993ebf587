"""The benchmark of growth: its arithmetic, and the README's table held to what was measured."""

from pathlib import Path

import pytest

from tests.benchmarks.growth import COUNTS, exponents
from tests.benchmarks.growth_series import SERIES
from tests.benchmarks.growth_table import markdown, read

ROOT = Path(__file__).parent.parent


def points(start: float, each: float, power: float) -> list[dict[str, float]]:
    return [
        {
            "images": n,
            "seconds": start + each * n**power,
            "cpu_seconds": start + each * n**power,
            "peak_mb": 300,
        }
        for n in COUNTS
    ]


@pytest.mark.parametrize("power", [1.0, 1.5, 2.0])
def test_the_exponent_is_found_behind_the_start_up(power: float) -> None:
    found = exponents(points(2.0, 0.01, power))
    assert found["exponent_cpu_seconds"] == pytest.approx(power, abs=0.02)
    assert found["exponent_peak_mb"] == 0
    assert exponents(points(2.0, 0.01, 1.0))["start_seconds"] == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("name", list(SERIES))
def test_every_series_makes_as_many_different_pictures_as_it_is_asked_for(tmp_path: Path, name: str) -> None:
    SERIES[name].prepare(tmp_path, 40)
    pictures = [*tmp_path.glob("raw/*.png"), *tmp_path.glob("out/images/*.png")]
    if name != "duplicates":
        assert len({path.read_bytes() for path in pictures}) == 40


def test_the_table_of_growth_is_that_of_the_measurement() -> None:
    assert markdown(read()) in (ROOT / "README.md").read_text(encoding="utf-8")
