"""Segments to a file that the user has chosen: NIfTI or DICOM."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np

from viewer.dicom.series import Series
from viewer.errors import ViewerError
from viewer.export.output import new_file
from viewer.formats.write_nifti import nifti_image
from viewer.imaging.labels import LabelVolume


def export_segments(found: LabelVolume, series: Series, path: Path) -> None:
    """Write segments; a file in their place is replaced.

    Parameters
    ----------
    found : LabelVolume
        On the grid of the series.
    series : Series
    path : Path
        Of a DICOM Segmentation (``.dcm``), or else of a NIfTI label map.

    Raises
    ------
    ViewerError
        The series is no DICOM that a segmentation could refer to, or the file cannot be written.
    """
    if path.suffix.lower() != ".dcm":
        with new_file(path, replace=True) as part:
            kind = np.uint8 if found.labels.max(initial=0) < 256 else np.uint16
            labels = found.labels.astype(kind)
            nibabel.save(nifti_image(labels, found.geometry.affine, "Segments by number"), part)
        return
    # highdicom takes a second to import, and only this needs it.
    from viewer.results.dicom.label_segmentation import label_segmentation

    try:
        dataset = label_segmentation(found, series)
    except OSError as error:
        raise ViewerError(f"The source cannot be read: {error.strerror}.", path) from error
    with new_file(path, replace=True) as part:
        dataset.save_as(part)
