"""Heatmaps and regions as NIfTI, whose axes are RAS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ai.findings import Finding, Heatmap, Region
from viewer.formats.write_nifti import nifti_image
from viewer.imaging.geometry import Geometry


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
    return nifti_image(heatmap.values, heatmap.affine, heatmap.meaning)


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
    return nifti_image(labels, grid.affine, "Regions of findings, labelled by their ids")
