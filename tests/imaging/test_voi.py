from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels import apply_windowing

from viewer.imaging.voi import VoiFunction, Window, apply_voi, auto_window, to_unit
from viewer.imaging.volume import PADDING

ALL_INT16 = np.arange(-32768, 32768).astype(np.int16)


@given(
    st.floats(-1200, 3000),
    st.floats(2, 4000),
    st.sampled_from(list(VoiFunction)),
)
def test_windows_agree_with_pydicom(center, width, function):
    header = Dataset()
    header.WindowCenter, header.WindowWidth = f"{center:.6g}", f"{width:.6g}"
    header.VOILUTFunction = function.value
    header.BitsStored, header.PixelRepresentation = 16, 1
    header.PhotometricInterpretation = "MONOCHROME2"
    window = Window(float(f"{center:.6g}"), float(f"{width:.6g}"), function=function)
    peer = (apply_windowing(ALL_INT16, header) + 32768) / 65535
    assert np.allclose(to_unit(ALL_INT16, window), peer, atol=1e-6)


def test_linear_is_shifted_by_half_a_unit_and_exact_is_not():
    assert to_unit([49.5], Window(50, 350))[0] == pytest.approx(0.5)
    assert to_unit([50], Window(50, 350, function=VoiFunction.LINEAR_EXACT))[0] == pytest.approx(
        0.5
    )


def test_table_and_formula_give_the_same_grey():
    window = Window(-600, 1500)
    expected = np.rint(to_unit(ALL_INT16, window) * 255)
    assert np.array_equal(apply_voi(ALL_INT16, window), expected)
    assert np.array_equal(apply_voi(ALL_INT16.astype(np.float32), window), expected)


def test_inversion_swaps_black_and_white_once():
    window = Window(50, 350)
    values = np.array([-1000, 50, 1000], np.int16)
    upright, inverted = apply_voi(values, window), apply_voi(values, window, inverted=True)
    assert upright[0] == 0
    assert inverted[0] == 255
    assert np.array_equal(inverted, 255 - upright)


def test_padding_is_shown_as_air():
    values = np.array([[PADDING, -1000], [0, 400]], np.int16)
    assert apply_voi(values, Window(50, 350))[0, 0] == 0
    assert apply_voi(np.array([np.nan, 1], np.float32), Window(0, 2))[0] == 0


def test_width_below_one_is_a_step():
    assert to_unit([-1, 0, 1], Window(0.5, 0)).tolist() == [0, 0, 1]


def test_auto_window_ignores_padding():
    rng = np.random.default_rng(0)
    values = rng.normal(40, 10, (40, 40)).astype(np.int16)
    padded = values.copy()
    padded[:, :30] = PADDING
    window, padded_window = auto_window(values), auto_window(padded)
    assert padded_window.center == pytest.approx(window.center, abs=3)
    assert padded_window.width == pytest.approx(window.width, abs=10)


def test_auto_window_of_nothing_but_padding_is_harmless():
    assert auto_window(np.full((4, 4), PADDING, np.int16)).width >= 1
