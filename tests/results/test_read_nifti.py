"""Label maps come back where they were made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from tests.dicom.phantoms import marker_geometry
from viewer.errors import DamagedFileError, GeometryError, UnsupportedError
from viewer.imaging.geometry import Geometry
from viewer.results.read_nifti import read_label_map


def label_map(path: Path, geometry: Geometry) -> np.ndarray:
    """Written by SimpleITK, whose axes are LPS."""
    labels = np.zeros(geometry.shape, np.uint8)
    labels[2:4, 5:9, 3:8], labels[6, 1, 2] = 1, 200
    image = SimpleITK.GetImageFromArray(labels)
    steps = geometry.affine[:3, :3]
    lengths = np.linalg.norm(steps, axis=0)
    image.SetSpacing(lengths.tolist())
    image.SetDirection((steps / lengths).ravel().tolist())
    image.SetOrigin(geometry.affine[:3, 3].tolist())
    SimpleITK.WriteImage(image, str(path))
    return labels


@pytest.mark.parametrize("orientation", ["axial", "reversed", "coronal", "oblique"])
def test_a_label_map_keeps_its_place(tmp_path: Path, orientation) -> None:
    geometry = marker_geometry(orientation)
    labels = label_map(tmp_path / "labels.nii.gz", geometry)
    back = read_label_map(tmp_path / "labels.nii.gz", geometry)
    np.testing.assert_array_equal(back.labels, labels)
    assert [s.number for s in back.segments] == [1, 200]


def test_what_cannot_be_labels_here_is_refused(tmp_path: Path) -> None:
    geometry = marker_geometry()
    path = tmp_path / "labels.nii"
    label_map(path, geometry)
    far = np.array(geometry.affine)
    far[:3, 3] += 1000
    with pytest.raises(GeometryError, match="outside"):
        read_label_map(path, Geometry(far, geometry.shape))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DamagedFileError):
        read_label_map(path, geometry)
    path.write_text("not NIfTI")
    with pytest.raises(UnsupportedError):
        read_label_map(path, geometry)
