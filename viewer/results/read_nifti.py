"""A NIfTI label map as labels on the grid of a volume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nibabel
import numpy as np

from viewer.errors import DamagedFileError, GeometryError, UnsupportedError
from viewer.imaging.geometry import Geometry, swap_lps_and_ras
from viewer.imaging.labels import LabelVolume, Segment, resample_labels

_MOST = np.iinfo(np.uint16).max


def read_label_map(path: Path, wanted: Geometry) -> LabelVolume:
    """Read a label map and resample it to the nearest voxel.

    Parameters
    ----------
    path : Path
    wanted : Geometry
        Of the volume.

    Raises
    ------
    UnsupportedError
        The file is no NIfTI, or its values are no labels: whole numbers from 0 to 65,535.
    DamagedFileError
        It is cut off.
    GeometryError
        All that it labels lies outside the volume.
    """
    load: Any = nibabel.load  # nibabel has no types
    try:
        image = load(path)
        values = np.squeeze(np.asarray(image.dataobj))
        affine = swap_lps_and_ras(image.affine)
    except nibabel.filebasedimages.ImageFileError as error:
        raise UnsupportedError("This is not a NIfTI file.", path) from error
    except (OSError, EOFError, ValueError) as error:
        raise DamagedFileError(f"The label map cannot be read: {error}", path) from error
    if values.ndim != 3 or np.any(values != np.rint(values)) or values.min() < 0:
        raise UnsupportedError("The file holds no labels in three dimensions.", path)
    if values.max() > _MOST:
        raise UnsupportedError(f"The labels go beyond {_MOST:,}.", path)
    own = values.T.astype(np.uint16)
    slices, rows, columns = own.shape
    labels = resample_labels(own, Geometry(affine, (slices, rows, columns)), wanted)
    numbers = [int(n) for n in np.unique(own) if n]
    if numbers and not labels.any():
        raise GeometryError("The label map lies outside the images.", path)
    return LabelVolume(labels, wanted, tuple(Segment(n, f"Label {n}") for n in numbers))
