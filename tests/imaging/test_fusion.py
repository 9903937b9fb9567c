from __future__ import annotations

import numpy as np
import pytest

from viewer.imaging.colormaps import colormap
from viewer.imaging.fusion import color_over
from viewer.imaging.overlay import blend
from viewer.imaging.voi import VoiFunction, Window
from viewer.imaging.volume import PADDING

EXACT = Window(5, 10, function=VoiFunction.LINEAR_EXACT)


def test_what_the_window_makes_black_is_transparent():
    rgba = color_over(np.array([[-3.0, 0.0, np.nan, 1.1, 10.0]], np.float32), EXACT, "hot", 0.6)
    assert rgba[0, :3].tolist() == [[0] * 4] * 3
    assert rgba[0, 3:, 3].tolist() == [round(0.6 * 255)] * 2


def test_the_layer_fades_in_over_the_lowest_tenth_of_the_window():
    rgba = color_over(np.linspace(0, 10, 101, dtype=np.float32)[None], EXACT, "hot", 1.0)[0, :, 3]
    assert int(rgba[5]) == pytest.approx(127, abs=4)
    assert np.all(np.diff(rgba.astype(int)) >= 0)
    assert (rgba[11:] == 255).all()


def test_padding_of_whole_numbers_is_transparent_too():
    rgba = color_over(np.array([[PADDING, 400]], np.int16), Window(0, 100), "viridis", 1.0)
    assert rgba[0, 0].tolist() == [0] * 4
    assert rgba[0, 1].tolist() == [*colormap("viridis")[255], 255]


def test_a_layer_is_mixed_with_what_lies_below_by_its_opacity():
    rgba = color_over(np.full((1, 1), 10.0, np.float32), EXACT, "hot", 0.25)
    mixed = blend(np.array([[100]], np.uint8), rgba)[0, 0]
    expected = 0.25 * colormap("hot")[255] + 0.75 * 100
    assert np.abs(mixed - expected).max() <= 1
