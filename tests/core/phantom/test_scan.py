import numpy as np
import pytest

from livernet.core.phantom.scan import LINES, SAMPLE_MM, Probe, fit_sector

PROBE = Probe(radius_mm=50.0, half_angle=0.5, frequency_mhz=3.5, f_number=2.5, focus_mm=40.0, depth_mm=80.0)
VIEWPORT = (20, 10, 220, 160)


def test_beams_start_on_the_face_and_end_at_depth() -> None:
    angle_1L, depth_S1, x, z = PROBE.beams()
    assert x.shape == z.shape == (depth_S1.shape[0], LINES)
    assert angle_1L[0, 0] == pytest.approx(-0.5)
    middle = LINES // 2
    assert z[0, middle] == pytest.approx(0.0, abs=0.01)
    assert z[-1, middle] == pytest.approx(80.0, abs=2 * SAMPLE_MM)
    np.testing.assert_allclose(np.hypot(x[0], z[0] + 50.0), 50.0, rtol=1e-4)


def test_sector_fills_the_viewport_from_its_corners_to_its_deepest_point() -> None:
    sector = fit_sector(PROBE, VIEWPORT, fill=1.0, shift_px=0.0)
    rows = np.nonzero(sector.inside.any(axis=1))[0]
    assert rows[0] <= 3
    assert rows[-1] >= 147
    assert sector.outer_radius - sector.inner_radius == pytest.approx(80.0 / sector.mm_per_px)


def test_overfull_sector_is_cut_at_the_bottom() -> None:
    sector = fit_sector(PROBE, VIEWPORT, fill=1.2, shift_px=0.0)
    assert sector.inside[-1].sum() > 50


def test_scan_conversion_puts_depth_and_angle_where_they_belong() -> None:
    angle_1L, depth_S1, _, _ = PROBE.beams()
    sector = fit_sector(PROBE, VIEWPORT, fill=1.0, shift_px=6.0)
    depth = sector.to_screen(np.broadcast_to(depth_S1, (len(depth_S1), LINES)).astype(np.float32))
    angle = sector.to_screen(np.broadcast_to(angle_1L, (len(depth_S1), LINES)).astype(np.float32))
    x, y = 150, 100
    dx, dy = x - (sector.apex_x - VIEWPORT[0]), y - (sector.apex_y - VIEWPORT[1])
    assert depth[y, x] == pytest.approx((np.hypot(dx, dy) - sector.inner_radius) * sector.mm_per_px, abs=0.01)
    assert angle[y, x] == pytest.approx(np.arctan2(dx, dy), abs=1e-3)
    assert not depth[~sector.inside].any()


def test_document_is_plain() -> None:
    document = fit_sector(PROBE, VIEWPORT, fill=1.0, shift_px=0.0).document()
    assert document["viewport"] == [20, 10, 220, 160]
    assert set(document) == {
        "apex_x", "apex_y", "inner_radius", "outer_radius", "half_angle", "mm_per_px", "viewport"
    }  # fmt: skip
