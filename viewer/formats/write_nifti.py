"""Voxels as NIfTI, whose axes are RAS."""

from __future__ import annotations

from typing import Any

import nibabel
import numpy as np
import numpy.typing as npt

from viewer.imaging.geometry import swap_lps_and_ras

_LONGEST_DESCRIPTION = 79

_Nifti1Image: Any = nibabel.Nifti1Image  # nibabel has no types


def nifti_image(
    values: npt.NDArray[Any],
    lps: npt.NDArray[np.float64],
    description: str,
    *,
    is_in_patient_space: bool = True,
) -> Any:
    """A NIfTI-1 image, indexed ``[x, y, z]``.

    Parameters
    ----------
    values : ndarray, shape (slices, rows, columns)
        Written as they are, in their own type.
    lps : ndarray, shape (4, 4)
        Index ``(x, y, z, 1)`` → LPS mm.
    description : str
        Shortened to the 79 ASCII characters that the header has room for.
    is_in_patient_space : bool
        Whether it is known where the voxels lie; else only their size is told.

    Returns
    -------
    nibabel.Nifti1Image
        Its sform is in scanner coordinates; so is its qform, unless the grid is sheared, which a
        qform cannot say.
    """
    affine = swap_lps_and_ras(lps)
    image = _Nifti1Image(values.T, affine)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = description.encode("ascii", "replace")[:_LONGEST_DESCRIPTION]
    place = "scanner" if is_in_patient_space else "unknown"
    image.set_sform(affine, code=place)
    image.set_qform(affine, code="unknown" if _is_sheared(affine) else place)
    return image


def _is_sheared(affine: npt.NDArray[np.float64]) -> bool:
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return not np.allclose(directions.T @ directions, np.eye(3), atol=1e-4)
