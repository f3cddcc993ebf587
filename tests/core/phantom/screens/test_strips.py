import numpy as np

from livernet.core.phantom.screens.strips import m_mode, spectrum


def test_spectrum_beats_and_leaves_the_upper_part_dark() -> None:
    strip = spectrum(np.random.default_rng(0), (400, 120))
    assert strip.shape == (120, 400)
    assert strip[:8].mean() < 0.2 * strip[60:80].mean()
    height = (strip > 40).sum(axis=0)
    assert height.max() > 1.6 * np.median(height)


def test_m_mode_shows_the_layers_of_its_beam() -> None:
    grey = np.tile(np.repeat([30.0, 200.0, 60.0], 40)[:, None], (1, 50)).astype(np.float32)
    strip = m_mode(np.random.default_rng(0), grey, (300, 90))
    assert strip.shape == (90, 300)
    assert strip[35:55].mean() > 2 * strip[5:20].mean()
