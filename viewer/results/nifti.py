"""Heatmaps and regions as NIfTI, whose axes are RAS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import nibabel
import numpy as np
import numpy.typing as npt

from ai.findings import Finding, Heatmap, Region
from viewer.imaging.geometry import Geometry, swap_lps_and_ras

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
    return _image(heatmap.values, heatmap.affine, heatmap.meaning)


def regions_nifti(shown: Sequence[Finding], regions: Mapping[int, Region], grid: Geometry) -> Any:
    """The regions of findings as a NIfTI-1 label map whose labels are the findings' ids.

    Parameters
    ----------
    shown : sequence of Finding
        Most probable first; where two regions share a voxel it is the first one's.
    regions : mapping of int to Region
        On the grid.
    grid : Geometry
        Of the image that was analysed.

    Returns
    -------
    nibabel.Nifti1Image
        Of uint8, or uint16 where the ids need it.
    """
    last = max((f.id for f in shown), default=0)
    labels = np.zeros(grid.shape, np.uint8 if last < 256 else np.uint16)
    for finding in reversed(shown):
        region = regions.get(finding.id)
        if region is not None:
            labels[region.box][region.mask] = finding.id
    return _image(labels, grid.affine, "Regions of findings, labelled by their ids")


def _image(values: npt.NDArray[Any], lps: Matrix, description: str) -> Any:
    affine = swap_lps_and_ras(lps)
    image = _Nifti1Image(values.T, affine)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = description.encode("ascii", "replace")[:79]
    image.set_sform(affine, code="scanner")
    image.set_qform(affine, code="unknown" if _is_sheared(affine) else "scanner")
    return image


def _is_sheared(affine: Matrix) -> bool:
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return not np.allclose(directions.T @ directions, np.eye(3), atol=1e-4)
