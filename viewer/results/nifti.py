"""Heatmaps as NIfTI, whose axes are RAS."""

from __future__ import annotations

from typing import Any

import nibabel
import numpy as np
import numpy.typing as npt

from ai.findings import Heatmap
from viewer.imaging.geometry import swap_lps_and_ras

Matrix = npt.NDArray[np.float64]

_Nifti1Image: Any = nibabel.Nifti1Image  # nibabel has no types


def heatmap_nifti(heatmap: Heatmap) -> Any:
    """A heatmap as a NIfTI-1 image of float32, indexed ``[x, y, z]``; values as they are.

    Parameters
    ----------
    heatmap : Heatmap

    Returns
    -------
    nibabel.Nifti1Image
        Its sform is in scanner coordinates; so is its qform, unless the grid is sheared, which a
        qform cannot say.
    """
    affine = swap_lps_and_ras(heatmap.affine)
    image = _Nifti1Image(heatmap.values.T, affine)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = heatmap.meaning.encode("ascii", "replace")[:79]
    image.set_sform(affine, code="scanner")
    image.set_qform(affine, code="unknown" if _is_sheared(affine) else "scanner")
    return image


def _is_sheared(affine: Matrix) -> bool:
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return not np.allclose(directions.T @ directions, np.eye(3), atol=1e-4)
