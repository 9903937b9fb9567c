"""Series as independent readers read them."""

from __future__ import annotations

import highdicom
import numpy as np
import numpy.typing as npt
import pydicom
import SimpleITK

from viewer.dicom.series import Series


def by_highdicom(series: Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Voxels, and affine of an index (x, y, z); slices in the order of a right-handed grid."""
    datasets = [pydicom.dcmread(item.path) for item in series.slices]
    volume = highdicom.get_volume_from_series(datasets)
    # highdicom's index is (slice, row, column), and its slices may run the other way.
    affine = volume.affine[:, [2, 1, 0, 3]]
    if np.linalg.det(affine[:3, :3]) > 0:
        return volume.array, affine
    affine[:3, 3] += affine[:3, 2] * (volume.array.shape[0] - 1)
    affine[:3, 2] *= -1
    return volume.array[::-1], affine


def by_simpleitk(series: Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Voxels, and affine of an index (x, y, z), of the files in our order."""
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames([str(item.path) for item in series.slices])
    image = reader.Execute()
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return SimpleITK.GetArrayFromImage(image), affine
