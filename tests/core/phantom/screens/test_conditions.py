import numpy as np
import pytest

from livernet.core.phantom.anatomy import Body
from livernet.core.phantom.screens.conditions import CONDITIONS, cast_shadows, draw_condition, worsen
from livernet.core.phantom.speckle import Receive

RECEIVE = Receive(
    gain_db=0.0, tgc_attenuation=0.5, sliders_db=(0.0,) * 8, noise_db=-60.0, dynamic_range_db=60.0, looks=1,
    gamma=1.0, lost_side=0.1,
)  # fmt: skip


def body() -> Body:
    zeros = np.zeros((500, 320), np.float32)
    return Body(level_SL=zeros.copy(), attenuation_SL=zeros.copy(), coherent_SL=zeros, liver_SL=zeros)


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_condition_changes_what_its_name_says(name: str) -> None:
    state = draw_condition(np.random.default_rng(0), name)
    maps = body()
    cast_shadows(maps, state)
    changed = worsen(RECEIVE, state)
    assert bool(maps.attenuation_SL.any()) == (name == "shadow")
    assert (changed.gain_db < -5) == (name == "low gain")
    assert (changed.gain_db > 5) == (name == "high gain")
    assert (abs(changed.lost_side) > 0.5) == (name == "contact")
    assert (changed.tgc_attenuation < 0.45) == (name == "far")


def test_a_shadow_reaches_one_edge_of_the_picture() -> None:
    maps = body()
    cast_shadows(maps, draw_condition(np.random.default_rng(1), "shadow"))
    struck = maps.attenuation_SL.any(axis=0)
    assert struck[0] or struck[-1]
    assert struck.mean() < 0.6
    assert not maps.attenuation_SL[:30].any()
