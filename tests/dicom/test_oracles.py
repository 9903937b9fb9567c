"""Synthetic series in any orientation, as highdicom and SimpleITK read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from tests.dicom.oracles import by_highdicom, by_simpleitk
from tests.dicom.synthetic import image, only_series
from viewer.dicom.load import load

SLICES = 6
ORIENTATIONS = {
    "axial": np.eye(3),
    "feet first": np.diag([-1.0, 1.0, -1.0]),
    "prone": np.diag([-1.0, -1.0, 1.0]),
    "coronal": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "sagittal": np.array([[0.0, 0, -1], [1, 0, 0], [0, -1, 0]]),
    "oblique": Rotation.from_rotvec([0.3, -0.8, 0.5]).as_matrix(),
}


@pytest.mark.parametrize("reverse", [False, True], ids=["numbered upwards", "numbered downwards"])
@pytest.mark.parametrize("name", ORIENTATIONS)
def test_voxels_and_affine_agree_with_independent_readers(
    tmp_path: Path, name: str, reverse: bool
) -> None:
    row, column, normal = ORIENTATIONS[name].T
    chance = np.random.default_rng(0)
    stored = chance.integers(0, 4095, (SLICES, 8, 10)).astype(np.uint16)
    numbers = np.arange(SLICES)[:: -1 if reverse else 1] + 1
    slices = [
        image(
            stored[k],
            InstanceNumber=int(numbers[k]),
            ImagePositionPatient=np.round(np.array([10.0, -20, 30]) + 2.5 * k * normal, 8).tolist(),
            ImageOrientationPatient=np.round([*row, *column], 8).tolist(),
            RescaleIntercept=-1024 - 10 * k,
        )
        for k in chance.permutation(SLICES)
    ]
    series = only_series(slices, tmp_path)
    volume = load(series).volume
    intercepts = -1024 - 10 * np.arange(SLICES)[:, None, None]
    assert np.array_equal(volume.voxels, stored + intercepts)
    for read in (by_highdicom, by_simpleitk):
        voxels, affine = read(series)
        assert volume.geometry.affine == pytest.approx(affine, abs=1e-4)
        assert np.array_equal(volume.voxels, voxels)
