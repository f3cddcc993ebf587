import numpy as np

from livernet.core.phantom.tissue import TABLE, Tissue, lookup


def test_every_tissue_has_a_row() -> None:
    assert set(TABLE) == set(Tissue)


def test_echo_levels_follow_the_textbook_order() -> None:
    order = (Tissue.BILE, Tissue.BLOOD, Tissue.PYRAMID, Tissue.CORTEX, Tissue.LIVER, Tissue.SINUS)
    levels = [TABLE[tissue].level_db for tissue in order]
    assert levels == sorted(levels)


def test_lookup_gives_level_and_attenuation_of_each_sample() -> None:
    level, attenuation = lookup(np.array([[Tissue.LIVER, Tissue.BILE]], np.uint8))
    assert level.tolist() == [[0.0, -38.0]]
    np.testing.assert_allclose(attenuation, [[0.5, 0.01]], rtol=1e-6)
