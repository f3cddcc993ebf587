import numpy as np

from livernet.core.phantom.fields import Field, Plane
from livernet.core.phantom.vessels import Vessel, cut_across, draw, draw_strokes, grow

PLANE = Plane(half_width_mm=40.0, depth_mm=80.0)


def grid() -> tuple[Field, Field]:
    z, x = np.mgrid[0:80:0.5, -40:40:0.5].astype(np.float32)
    return x, z


def test_tree_grows_thinner_and_reaches_less_far_when_veins_are_lost() -> None:
    def count(reach: float) -> int:
        trees = (
            grow(np.random.default_rng(s), (0, 60), -1.5, 3.0, reach=reach, portal=False) for s in range(20)
        )
        return sum(map(len, trees))

    assert count(1.0) > 1.5 * count(0.2)
    tree = grow(np.random.default_rng(0), (0, 60), -1.5, 3.0, reach=1.0, portal=False)
    assert max(vessel.radius_mm for vessel in tree) == 3.0
    assert min(vessel.radius_mm for vessel in tree) < 2.0


def test_lumen_lies_where_the_vessel_runs_and_has_its_width() -> None:
    vessel = Vessel(start=(-20, 40), end=(20, 40), radius_mm=3.0, portal=False, taper=0.0)
    x, z = grid()
    lumen, wall = draw([vessel], PLANE, x, z)
    assert lumen[(np.abs(z - 40) < 2.5) & (np.abs(x) < 19)].min() == 1.0
    assert lumen[np.abs(z - 40) > 4.0].max() == 0.0
    assert wall.max() == 0.0


def test_only_portal_walls_square_to_the_beam_shine() -> None:
    x, z = grid()
    level = Vessel(start=(-20, 40), end=(20, 40), radius_mm=3.0, portal=True, taper=0.0)
    upright = Vessel(start=(0, 20), end=(0, 60), radius_mm=3.0, portal=True, taper=0.0)
    shines = [draw([v], PLANE, x, z)[1].sum() for v in (level, upright)]
    assert shines[0] > 3 * shines[1] > 0


def test_small_vessels_and_strokes_stay_on_the_plane() -> None:
    rng = np.random.default_rng(0)
    found = cut_across(rng, PLANE, 12, 1.0)
    assert len(found) == 12
    assert all(abs(v.start[0]) <= 32 and 0 < v.start[1] < 80 for v in found)
    strokes = draw_strokes(rng, PLANE, 40, *grid())
    assert 0.001 < float((strokes > 0.3).mean()) < 0.1
