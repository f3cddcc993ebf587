import numpy as np
import pytest

from livernet.core.phantom.anatomy import Body, build_body
from livernet.core.phantom.fibrosis import Traits
from livernet.core.phantom.fields import Plane
from livernet.core.phantom.scan import LINES, Probe
from livernet.core.phantom.views import VIEWS, Habitus, draw_view

PROBE = Probe(radius_mm=55.0, half_angle=0.58, frequency_mhz=3.5, f_number=2.5, focus_mm=70.0, depth_mm=140.0)
HABITUS = Habitus(skin_mm=1.8, wall_mm=18.0, muscle_mm=7.0, steatosis=0.0, size=1.0)


def traits(*, nodularity_mm: float = 0.1, texture_db: float = 1.0) -> Traits:
    return Traits(
        texture_db=texture_db, texture_mm=2.0, septa_db=0.0, nodularity_mm=nodularity_mm, blunting_mm=2.0,
        vessels=0.8, attenuation=0.57, level_db=0.0,
    )  # fmt: skip


def body(name: str = "intercostal", *, seed: int = 0, liver: Traits | None = None) -> Body:
    rng = np.random.default_rng(seed)
    _, _, x, z = PROBE.beams()
    plane = Plane(half_width_mm=float(np.abs(x).max()), depth_mm=float(z.max()))
    view = draw_view(rng, name, HABITUS, plane=plane, half_angle=PROBE.half_angle, reach=0.8)
    return build_body(rng, PROBE, HABITUS, liver or traits(), view)


@pytest.mark.parametrize("name", VIEWS)
def test_maps_are_finite_and_the_liver_fills_a_good_part(name: str) -> None:
    maps = body(name)
    for array in (maps.level_SL, maps.attenuation_SL, maps.coherent_SL, maps.liver_SL):
        assert array.shape[1] == LINES
        assert np.isfinite(array).all()
    assert 0.2 < float((maps.liver_SL > 0).mean()) < 0.9
    assert (maps.attenuation_SL >= 0).all()
    assert maps.coherent_SL.min() >= 0
    assert maps.coherent_SL.max() < 1


def test_liver_lies_below_the_wall_and_has_its_own_attenuation() -> None:
    maps = body()
    middle = LINES // 2
    depth_mm = np.arange(maps.liver_SL.shape[0]) * 0.2
    first = depth_mm[np.nonzero(maps.liver_SL[:, middle] > 0)[0][0]]
    assert abs(first - HABITUS.wall_mm) < 5.0
    assert np.median(maps.attenuation_SL[maps.liver_SL > 3]) == pytest.approx(0.57, abs=1e-3)


def test_bile_is_the_darkest_and_absorbs_least() -> None:
    maps = body("gallbladder")
    bile = maps.attenuation_SL < 0.02
    assert 0.003 < float(bile.mean()) < 0.1
    assert np.median(maps.level_SL[bile]) < -30
    assert maps.liver_SL[bile].max() <= 1e-3


def test_nodularity_roughens_the_surface() -> None:
    def roughness(nodularity_mm: float) -> float:
        liver = body(liver=traits(nodularity_mm=nodularity_mm)).liver_SL
        edge = np.argmax(liver[:, 60:260] > 0, axis=0) * 0.2
        return float(np.abs(np.diff(edge, 2)).mean())

    assert roughness(1.3) > 1.5 * roughness(0.05)


def test_coarse_texture_raises_the_spread_inside_the_liver() -> None:
    spread = [
        float(np.subtract(*np.percentile(maps.level_SL[maps.liver_SL > 4], [80, 20])))
        for maps in (body(liver=traits(texture_db=0.7)), body(liver=traits(texture_db=2.6)))
    ]
    assert spread[1] > 1.5 * spread[0]
