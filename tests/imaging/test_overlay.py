from __future__ import annotations

import numpy as np
import pytest

from viewer.imaging.colormaps import colormap, colormap_names
from viewer.imaging.overlay import blend, colorize


@pytest.mark.parametrize("name", colormap_names())
def test_maps_are_perceptually_ordered(name):
    red, green, blue = colormap(name).astype(float).T
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    assert np.all(np.diff(luminance) > -1.0)
    assert luminance[-1] - luminance[0] > 120


def test_scores_below_the_threshold_and_outside_are_transparent():
    rgba = colorize(np.array([[0.0, 0.29, np.nan], [0.3, 0.6, 1.0]]), threshold=0.3, opacity=0.8)
    assert rgba[0, :, 3].tolist() == [0, 0, 0]
    assert rgba[1, 0, 3] > 0
    assert rgba[1, 2, 3] == round(0.8 * 255)


def test_opacity_follows_the_value():
    alpha = colorize(np.linspace(0.2, 1, 50)[None], threshold=0.2)[0, :, 3].astype(int)
    assert np.all(np.diff(alpha) >= 0)
    assert alpha[-1] > alpha[0]


def test_no_evidence_stays_colourless_even_at_threshold_zero():
    assert not colorize(np.zeros((3, 3)), threshold=0.0, opacity=1.0).any()


def test_faint_scores_are_not_stretched_to_full_range():
    faint = colorize(np.full((1, 1), 0.2), threshold=0.1)
    strong = colorize(np.full((1, 1), 1.0), threshold=0.1)
    assert faint[0, 0, 3] < strong[0, 0, 3]


def test_colours_reach_to_the_full_value_and_the_threshold_is_a_share_of_it():
    rgba = colorize(np.array([[1.9, 2.1, 8.0, 20.0]]), threshold=0.25, full=8.0)
    assert (rgba[0, :, 3] > 0).tolist() == [False, True, True, True]
    assert np.array_equal(rgba[0, 2], rgba[0, 3])
    assert np.array_equal(rgba[0, 2], colorize(np.ones((1, 1)), threshold=0.25)[0, 0])


def test_blending_keeps_the_anatomy_where_transparent_and_the_colour_where_opaque():
    gray = np.array([[0, 100, 255]], np.uint8)
    assert np.array_equal(blend(gray, np.zeros((1, 3, 4), np.uint8))[0, :, 0], gray[0])
    opaque = np.array([[[10, 20, 30, 255]] * 3], np.uint8)
    assert blend(gray, opaque).tolist() == [[[10, 20, 30]] * 3]
