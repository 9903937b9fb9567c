"""A volume as NIfTI or NRRD."""

from __future__ import annotations

import gzip
from enum import StrEnum
from pathlib import Path

from viewer import DISCLAIMER, __version__
from viewer.dicom.series import Series
from viewer.errors import UnsupportedError
from viewer.export.output import OnProgress, Watched, new_file
from viewer.formats.write_nifti import nifti_image
from viewer.formats.write_nrrd import write_nrrd
from viewer.imaging.volume import Volume, fill_padding

#: Level of gzip: noise does not get much smaller with more, only slower.
_COMPRESSION = 3

_COLOR = "Colour images can be exported as pictures only."


class VolumeFormat(StrEnum):
    """What a volume can be written as; the value is the end of the file's name."""

    NIFTI = ".nii.gz"
    NRRD = ".nrrd"


def refusal(series: Series) -> str:
    """Why a series cannot be written as a volume; empty when it can."""
    return _COLOR if series.is_color else ""


def caution(volume: Volume, kind: VolumeFormat) -> str:
    """What the user should know of a file before it is passed on; mostly nothing."""
    if kind is VolumeFormat.NIFTI and volume.geometry.is_sheared:
        return (
            "The gantry was tilted, so the grid is sheared. Programs built on ITK refuse such "
            "NIfTI files; they read it from NRRD."
        )
    return ""


def write_volume(
    series: Series,
    volume: Volume,
    path: Path,
    kind: VolumeFormat,
    *,
    replace: bool = False,
    on_progress: OnProgress = lambda done, total: None,
) -> None:
    """Write the voxels of a series with their place in the patient. Names no patient.

    Parameters
    ----------
    series : Series
    volume : Volume
        Of the series, whole. Its values are written as they are (int16 HU of a CT); padding
        becomes the volume's background, as no reader would know it.
    path : Path
    kind : VolumeFormat
    replace : bool
        Whether a file of this name may be replaced.
    on_progress : callable
        What it raises breaks the writing off, and nothing is left.

    Raises
    ------
    UnsupportedError
        The volume is in colour.
    ViewerError
        There is such a file, or it cannot be written.
    """
    if volume.color is not None:
        raise UnsupportedError(_COLOR)
    values = fill_padding(volume.voxels, volume.background)
    affine, is_placed = volume.geometry.affine, series.geometry is not None
    with new_file(path, replace=replace) as part, part.open("wb") as file:
        if kind is VolumeFormat.NIFTI:
            about = f"{volume.unit or 'arbitrary units'}. {DISCLAIMER}"
            image = nifti_image(values, affine, about, is_in_patient_space=is_placed)
            with gzip.GzipFile("", "wb", _COMPRESSION, file) as packed:
                image.to_stream(Watched(packed, on_progress, values.nbytes))
        else:
            notes = {
                "unit": volume.unit,
                "modality": series.modality,
                "disclaimer": DISCLAIMER,
                "software": f"Hounsfield {__version__}",
            }
            notes = {key: value for key, value in notes.items() if value}
            watched = Watched(file, on_progress)
            write_nrrd(watched, values, affine, notes, _COMPRESSION, is_in_patient_space=is_placed)
