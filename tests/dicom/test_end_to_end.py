"""From any files to the patient: a marked voxel has its HU and its millimetres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from scipy.spatial.transform import Rotation

from tests.dicom.synthetic import codes, image, save
from viewer.dicom.load import load
from viewer.dicom.scan import scan

ROWS, COLUMNS, MARK_HU = 8, 10, 700
angles = st.floats(-3, 3)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    rotation=st.tuples(angles, angles, angles),
    origin=st.tuples(*[st.floats(-300, 300)] * 3),
    spacing=st.floats(0.4, 8),
    pixel=st.tuples(st.floats(0.3, 1.5), st.floats(0.3, 1.5)),
    tilt=st.sampled_from([0.0, 0.0, 0.2, -0.35]),
    signed=st.booleans(),
    bits=st.sampled_from([12, 16]),
    intercepts=st.lists(st.sampled_from([-1024, -1000, -24, 0]), min_size=7, max_size=7),
    missing=st.sampled_from([None, None, 2, 4]),
    syntax=st.sampled_from([ImplicitVRLittleEndian, ExplicitVRLittleEndian]),
    order=st.permutations(range(7)),
    mark=st.tuples(st.integers(0, 6), st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1)),
)
def test_a_marked_voxel_is_found_where_it_was_put(
    tmp_path_factory: pytest.TempPathFactory,
    rotation: tuple[float, float, float],
    origin: tuple[float, float, float],
    spacing: float,
    pixel: tuple[float, float],
    tilt: float,
    signed: bool,
    bits: int,
    intercepts: list[int],
    missing: int | None,
    syntax: str,
    order: list[int],
    mark: tuple[int, int, int],
) -> None:
    slice_, row_, column_ = mark
    if slice_ == missing:
        slice_ += 1
    row, column, normal = Rotation.from_rotvec(rotation).as_matrix().T
    step = spacing * (normal + np.tan(tilt) * column)
    files = []
    for k in order:
        if k == missing:
            continue
        stored = np.full((ROWS, COLUMNS), 30 - intercepts[k], np.int32)
        if k == slice_:
            stored[row_, column_] = MARK_HU - intercepts[k]
        position = np.array(origin) + k * step
        files.append(
            image(
                stored.astype(np.int16 if signed else np.uint16),
                InstanceNumber=order[k] + 1,
                ImagePositionPatient=[f"{p:.9g}" for p in position],
                ImageOrientationPatient=[f"{c:.9g}" for c in (*row, *column)],
                PixelSpacing=[f"{p:.9g}" for p in pixel],
                RescaleIntercept=intercepts[k],
                BitsStored=bits,
                HighBit=bits - 1,
            )
        )
    (series,) = scan([save(files, tmp_path_factory.mktemp("any"), syntax)]).series
    volume = load(series).volume
    assert volume.voxels.shape == (7, ROWS, COLUMNS)
    assert np.argwhere(volume.voxels == MARK_HU).tolist() == [[slice_, row_, column_]]
    expected = (
        np.array(origin) + slice_ * step + row_ * pixel[0] * column + column_ * pixel[1] * row
    )
    # A drift below 0.1 mm over the whole stack counts as rounding.
    found = volume.geometry.to_lps((column_, row_, slice_))
    assert found == pytest.approx(expected, abs=0.11 if tilt else 1e-3)
    assert ("gantry_tilt" in codes(series)) == bool(tilt)
    assert ("missing_slices" in codes(series)) == (missing is not None)
    if missing is not None:
        assert series.interpolated == (missing,)
