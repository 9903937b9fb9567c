"""A chest with markers at known places, sampled on any grid, and networks that see the markers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.image import Image

#: Different in every direction: left front low, right back high, left back middle.
MARKERS_LPS_MM = ((70.0, -35.0, -40.0), (-60.0, 30.0, 45.0), (45.0, 40.0, 10.0))
RADII_MM = (5.0, 7.0, 9.0)


def hu_at(points: npt.NDArray[np.float64], markers: bool = True) -> npt.NDArray[np.int16]:
    """HU of the chest at points in LPS mm, shape (…, 3): air, body, two lungs, bright balls."""

    def inside(
        center: tuple[float, float, float], radii: tuple[float, float, float]
    ) -> npt.NDArray[np.bool_]:
        return np.asarray((((points - center) / radii) ** 2).sum(-1) <= 1)

    hu = np.full(points.shape[:-1], -1000, dtype=np.int16)
    hu[inside((0, 0, 0), (150, 100, 1e4))] = 40
    for side in (-1, 1):
        hu[inside((65.0 * side, 0, 0), (52, 78, 95))] = -850
    if markers:
        for center, radius in zip(MARKERS_LPS_MM, RADII_MM, strict=True):
            hu[inside(center, (radius,) * 3)] = 1000
    return hu


def scan(
    directions: npt.NDArray[np.float64],
    spacing_xyz: tuple[float, float, float],
    markers: bool = True,
) -> Image:
    """The chest sampled along three directions (columns of a matrix), centred on the origin."""
    extent = 2 * np.abs(directions).T @ np.array([170.0, 120.0, 110.0])
    size = np.ceil(extent / spacing_xyz).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = directions * spacing_xyz
    affine[:3, 3] = -affine[:3, :3] @ ((size - 1) / 2)
    z, y, x = np.meshgrid(*(np.arange(n) for n in size[::-1]), indexing="ij")
    index = np.stack([x, y, z], axis=-1)
    return Image(hu_at(index @ affine[:3, :3].T + affine[:3, 3], markers), affine, "CT")


def rotation(degrees_x: float, degrees_z: float) -> npt.NDArray[np.float64]:
    """A rotation about x, then about z."""
    a, b = np.radians([degrees_x, degrees_z])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x)


class SeesBright(nn.Module):
    """A segmenting network that fires on voxels of the middle slice far denser than tissue."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.where(image[:, 1:2] > 0.77, 6.0, -6.0)


class Believes(nn.Module):
    """A classifier that believes every candidate."""

    def forward(self, patch: torch.Tensor) -> torch.Tensor:
        return torch.full((len(patch),), 4.0)


NETWORKS = {"segment": SeesBright(), "reject": Believes()}
PARAMETERS = {
    "scales": [{"pixel_mm": 1.5, "slice_mm": 2.5}],
    "calibration": {"weights": {"evidence": 1.0}, "intercept": 0.0},
}
