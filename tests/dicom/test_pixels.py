"""Stored values to HU (rules 10, 13–16)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from tests.dicom.synthetic import along_z, codes, image, only_series, save, volume_of
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.imaging.volume import PADDING, is_padding


def ramp(dtype: npt.DTypeLike = np.int16, low: int = 0) -> npt.NDArray[Any]:
    return (np.arange(80).reshape(8, 10) * 10 + low).astype(dtype)


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
)
@pytest.mark.parametrize("dtype", [np.int16, np.uint16])
def test_uncompressed_values_are_exact(tmp_path: Path, syntax: str, dtype: type) -> None:
    values = ramp(dtype)
    data = image(values, RescaleIntercept=-1024)
    if syntax == ExplicitVRBigEndian:
        data.PixelData = values.astype(np.dtype(dtype).newbyteorder(">")).tobytes()
    (series,) = scan([save([data], tmp_path, syntax)]).series
    assert np.array_equal(load(series).volume.voxels[0], values.astype(int) - 1024)


def test_eight_bit_values_are_exact(tmp_path: Path) -> None:
    values = ramp(np.uint8)
    assert np.array_equal(volume_of([image(values)], tmp_path).voxels[0], values)


def test_pixel_spacing_is_between_rows_first(tmp_path: Path) -> None:
    geometry = volume_of([image(PixelSpacing=[0.5, 0.25])], tmp_path).geometry
    assert geometry.spacing_mm[1:] == (0.5, 0.25)
    assert np.linalg.norm(geometry.affine[:3, 0]) == 0.25


def test_each_slice_has_its_own_rescale(tmp_path: Path) -> None:
    slices = along_z([0, 2, 4])
    for number, item in enumerate(slices):
        item.RescaleIntercept = -100 * number
        item.RescaleSlope = 1 + number
    series = only_series(slices, tmp_path)
    assert load(series).volume.voxels[:, 0, 0].tolist() == [1, 4 - 100, 9 - 200]
    assert "rescale_varies" in codes(series)


def test_a_fractional_slope_makes_the_volume_float(tmp_path: Path) -> None:
    volume = volume_of([image(ramp(), RescaleSlope=0.5, RescaleIntercept=0.25)], tmp_path)
    assert volume.voxels.dtype == np.float32
    assert np.array_equal(volume.voxels[0], ramp() * 0.5 + 0.25)


def test_a_negative_slope_inverts(tmp_path: Path) -> None:
    volume = volume_of([image(ramp(), RescaleSlope=-1)], tmp_path)
    assert np.array_equal(volume.voxels[0], -ramp())


def test_values_beyond_int16_are_clipped_and_noted(tmp_path: Path) -> None:
    stored = np.full((8, 10), 100, np.uint16)
    stored[0, 0] = 65535
    series = only_series([image(stored, RescaleIntercept=-1024)], tmp_path)
    result = load(series)
    assert result.volume.voxels[0, 0, 0] == 32767
    assert result.volume.voxels[0, 0, 1] == 100 - 1024
    assert [note.code for note in result.notes] == ["clipped"]


def test_unsigned_sixteen_bits_that_are_not_hu_become_float(tmp_path: Path) -> None:
    stored = np.full((8, 10), 65535, np.uint16)
    volume = volume_of([image(stored, Modality="MR")], tmp_path)
    assert volume.unit == ""
    assert volume.voxels.max() == 65535


def test_bits_that_are_not_in_use_are_ignored_and_the_sign_extended(tmp_path: Path) -> None:
    stored = np.full((8, 10), 0xFFFF, np.uint16)
    twelve = {"BitsStored": 12, "HighBit": 11}
    signed = image(stored, PixelRepresentation=1, **twelve)
    assert np.all(volume_of([signed], tmp_path / "signed").voxels == -1)
    unsigned = image(stored, PixelRepresentation=0, **twelve)
    assert np.all(volume_of([unsigned], tmp_path / "unsigned").voxels == 4095)


def padded(value: int, **attributes: Any) -> Dataset:
    stored = ramp()
    stored[:2] = value
    return image(stored, **attributes)


@pytest.mark.parametrize("vr", ["SS", "US"])
def test_declared_padding_is_masked_in_stored_units(tmp_path: Path, vr: str) -> None:
    data = padded(-2000, RescaleIntercept=-1024)
    data.add_new("PixelPaddingValue", vr, -2000 if vr == "SS" else 63536)
    voxels = volume_of([data], tmp_path).voxels[0]
    assert np.all(voxels[:2] == PADDING)
    assert np.array_equal(voxels[2:], ramp()[2:] - 1024)


def test_a_range_of_padding_is_masked(tmp_path: Path) -> None:
    data = padded(-1990)
    values = np.frombuffer(data.PixelData, np.int16).copy()
    values[3] = -1999
    data.PixelData = values.tobytes()
    data.add_new("PixelPaddingValue", "SS", -2000)
    data.add_new("PixelPaddingRangeLimit", "SS", -1985)
    voxels = volume_of([data], tmp_path).voxels[0]
    assert np.array_equal(voxels == PADDING, np.arange(80).reshape(8, 10) < 20)


@pytest.mark.parametrize("intercept", [0, -1024])
def test_a_constant_below_air_in_the_corners_is_padding_without_a_tag(
    tmp_path: Path, intercept: int
) -> None:
    voxels = volume_of([padded(-2000, RescaleIntercept=intercept)], tmp_path).voxels[0]
    assert np.all(voxels[:2] == PADDING)
    assert np.all(voxels[2:] != PADDING)


def test_noise_below_air_is_no_padding(tmp_path: Path) -> None:
    noise = (-1030 - np.arange(1600).reshape(40, 40) % 7).astype(np.int16)
    assert np.array_equal(volume_of([image(noise)], tmp_path).voxels[0], noise)


def test_padding_that_would_blank_tissue_is_not_believed(tmp_path: Path) -> None:
    data = padded(0)
    data.add_new("PixelPaddingValue", "SS", 0)
    series = only_series([data], tmp_path)
    assert "padding_ignored" in codes(series)
    assert np.all(load(series).volume.voxels[0, :2] == 0)


def test_ct_without_a_rescale_does_not_claim_hu(tmp_path: Path) -> None:
    series = only_series([image(RescaleIntercept=None, RescaleSlope=None)], tmp_path)
    assert series.unit == ""
    assert "no_rescale" in codes(series)


@given(
    signed=st.booleans(),
    bits=st.integers(8, 16),
    slope=st.sampled_from([1, 2, -1, 0.5, 1.25]),
    intercept=st.integers(-2048, 1024),
    data=st.data(),
)
def test_any_value_in_any_encoding_becomes_its_hu(
    tmp_path_factory: pytest.TempPathFactory,
    signed: bool,
    bits: int,
    slope: float,
    intercept: int,
    data: st.DataObject,
) -> None:
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    values = np.array(data.draw(st.lists(st.integers(low, high), min_size=4, max_size=4)))
    stored = values.reshape(2, 2).astype(np.int16 if signed else np.uint16)
    item = image(
        stored, BitsStored=bits, HighBit=bits - 1, RescaleSlope=slope, RescaleIntercept=intercept
    )
    volume = volume_of([item], tmp_path_factory.mktemp("any"))
    expected = values.reshape(2, 2) * slope + intercept
    if volume.voxels.dtype == np.int16:
        expected = np.clip(expected, -32767, 32767)
    measured = ~is_padding(volume.voxels[0])
    assert np.array_equal(volume.voxels[0][measured], expected[measured])
    # Only a constant below air in the corners, which all four pixels are, may be padding.
    assert np.all(expected[~measured] < -1024)
