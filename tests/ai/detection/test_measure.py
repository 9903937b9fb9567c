from __future__ import annotations

import numpy as np
import pytest

from ai.detection.candidates import find_candidates
from ai.detection.measure import diameters_mm, largest_section


def ellipse(long: float, short: float, degrees: float, row_mm: float, column_mm: float):
    y, x = np.meshgrid(np.arange(-40, 41) * row_mm, np.arange(-40, 41) * column_mm, indexing="ij")
    a = np.radians(degrees)
    along, across = x * np.cos(a) + y * np.sin(a), y * np.cos(a) - x * np.sin(a)
    return (2 * along / long) ** 2 + (2 * across / short) ** 2 <= 1


@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 120])
@pytest.mark.parametrize(("row_mm", "column_mm"), [(0.7, 0.7), (1.0, 0.5)])
def test_diameters_of_an_ellipse_in_any_direction(
    degrees: float, row_mm: float, column_mm: float
) -> None:
    section = ellipse(18, 10, degrees, row_mm, column_mm)

    assert diameters_mm(section, row_mm, column_mm) == pytest.approx((18, 10), abs=0.7)


def test_a_disc_is_measured_without_bias() -> None:
    errors = [
        diameters_mm(ellipse(d, d, 0, 0.7, 0.7), 0.7, 0.7)[0] - d for d in np.arange(5, 20, 0.3)
    ]

    assert np.mean(errors) == pytest.approx(0, abs=0.25)


def test_a_single_pixel_measures_one_pixel() -> None:
    assert diameters_mm(np.ones((1, 1), bool), 0.7, 0.7) == pytest.approx((0.7, 0.7))


def test_a_straight_line_of_pixels_is_long_and_thin() -> None:
    assert diameters_mm(np.ones((1, 11), bool), 0.7, 0.7) == pytest.approx((7.35, 0.35))


def scores(*balls: tuple[tuple[int, int, int], int, float]) -> np.ndarray:
    z, y, x = np.indices((30, 30, 30))
    volume = np.zeros((30, 30, 30), dtype=np.float32)
    for (cz, cy, cx), radius, score in balls:
        volume[(z - cz) ** 2 + (y - cy) ** 2 + (x - cx) ** 2 <= radius**2] = score
    return volume


def test_a_nodule_in_several_slices_is_one_candidate() -> None:
    (candidate,) = find_candidates(scores(((12, 10, 20), 4, 0.9)), 0.5, 0.7)

    assert candidate.center == pytest.approx((12, 10, 20))
    assert candidate.corner == (8, 6, 16)
    assert largest_section(candidate).sum() == 49
    np.testing.assert_array_equal(candidate.voxels().mean(axis=0), (12, 10, 20))


def test_candidates_come_highest_peak_first() -> None:
    volume = scores(((5, 5, 5), 2, 0.8), ((15, 15, 15), 2, 0.95), ((25, 25, 25), 2, 0.9))

    peaks = [c.peak for c in find_candidates(volume, 0.5, 0.7)]

    assert peaks == pytest.approx([0.95, 0.9, 0.8])


def test_a_region_that_never_reaches_the_peak_score_is_no_candidate() -> None:
    assert find_candidates(scores(((5, 5, 5), 3, 0.6)), 0.5, 0.7) == []
