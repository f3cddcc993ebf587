import numpy as np
import pytest

from livernet.core.phantom.fields import Plane
from livernet.core.phantom.views import VIEWS, Ellipse, View, draw_habitus, draw_view

PLANE = Plane(half_width_mm=100.0, depth_mm=150.0)


def view(name: str, seed: int = 0) -> View:
    rng = np.random.default_rng(seed)
    return draw_view(rng, name, draw_habitus(rng), plane=PLANE, half_angle=0.55, reach=0.8)


def test_habitus_is_within_human_bounds() -> None:
    rng = np.random.default_rng(0)
    builds = [draw_habitus(rng) for _ in range(200)]
    assert all(8.0 <= b.wall_mm <= 34.0 for b in builds)
    assert all(b.muscle_mm < b.wall_mm for b in builds)
    assert 0.2 < np.mean([b.steatosis > 0.2 for b in builds]) < 0.5


@pytest.mark.parametrize("name", VIEWS)
def test_each_view_shows_its_landmarks(name: str) -> None:
    shown = view(name)
    assert shown.name == name
    assert (shown.kidney is not None) == (name == "hepatorenal")
    assert (shown.gallbladder is not None) == (name == "gallbladder")
    assert len(shown.organs()) == (name in ("hepatorenal", "gallbladder"))
    assert len(shown.ribs) <= 1
    assert abs(shown.lost_side) < 1


def test_distance_to_a_circle_is_exact() -> None:
    circle = Ellipse(centre=(10.0, 20.0), axes=(30.0, 30.0))
    x, z = np.array([10.0, 50.0, 10.0], np.float32), np.array([45.0, 20.0, 50.0], np.float32)
    np.testing.assert_allclose(circle.inside_mm(x, z), [5.0, -10.0, 0.0], atol=1e-3)


def test_ellipse_turns_and_widens() -> None:
    ellipse = Ellipse(centre=(0.0, 0.0), axes=(20.0, 5.0), turn=np.pi / 2)
    point = np.array([0.0], np.float32), np.array([20.0], np.float32)
    assert ellipse.inside_mm(*point)[0] == pytest.approx(0.0, abs=1e-3)
    pear = Ellipse(centre=(0.0, 0.0), axes=(20.0, 10.0), pear=0.5)
    x, z = np.array([10.0, -10.0], np.float32), np.array([9.5, 9.5], np.float32)
    wide, narrow = pear.inside_mm(x, z)
    assert wide > 0 > narrow


def test_incidence_is_one_where_the_beam_meets_the_line_squarely() -> None:
    circle = Ellipse(centre=(0.0, 50.0), axes=(40.0, 40.0))
    x, z = np.array([0.0, 40.0], np.float32), np.array([90.0, 50.0], np.float32)
    np.testing.assert_allclose(circle.incidence(x, z, np.zeros(2, np.float32)), [1.0, 0.0], atol=1e-5)
