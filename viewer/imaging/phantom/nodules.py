"""Lung nodules of known place, size and density."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viewer.imaging.phantom.raster import Box, Slab
from viewer.imaging.phantom.shapes import Field, Points

Kind = Literal["solid", "part-solid", "ground-glass"]


@dataclass(frozen=True)
class Nodule:
    """A nodule as it was put into the phantom.

    Parameters
    ----------
    center_lps_mm : tuple of float
        Centroid ``(x, y, z)``.
    diameter_mm : float
        Of the sphere of the same volume.
    hu : float
        Of the nodule; for a part-solid one, of its ground-glass part.
    kind : {"solid", "part-solid", "ground-glass"}
    attachment : {"none", "pleura", "vessel"}
        What it touches.
    core_diameter_mm, core_hu : float
        Of the solid core of a part-solid nodule, which shares its centre; 0 where there is none.
    roughness : float
        Relative amplitude of the surface's irregularity.
    seed : int
        Of the surface's shape.
    """

    center_lps_mm: tuple[float, float, float]
    diameter_mm: float
    hu: float
    kind: Kind = "solid"
    attachment: Literal["none", "pleura", "vessel"] = "none"
    core_diameter_mm: float = 0.0
    core_hu: float = 0.0
    roughness: float = 0.07
    seed: int = 0

    @property
    def volume_ml(self) -> float:
        """Volume."""
        return float(np.pi / 6 * self.diameter_mm**3 / 1000)


class Blob:
    """A slightly irregular ball, shifted and scaled so that centroid and volume are exact.

    The radius is a function of direction: lobes of random axis and sharpness on a sphere.
    """

    def __init__(self, center: Points, diameter_mm: float, roughness: float, seed: int) -> None:
        rng = np.random.default_rng((seed, 77))
        axes = rng.normal(size=(9, 3))
        self._axes = axes / np.linalg.norm(axes, axis=1, keepdims=True)
        self._heights = rng.uniform(-1, 1.4, size=9) * roughness
        self._sharpness = rng.uniform(1.5, 6.0, size=9)
        self._scale = 1.0
        sphere = _fibonacci_sphere(6000)
        radius = self._radius(sphere)
        volume = float(np.mean(radius**3))
        self._scale = diameter_mm / 2 / np.cbrt(volume)
        self._sample_mm = max(0.3, diameter_mm / 30)
        shift = np.mean(sphere * radius[:, None] ** 4, axis=0) * 0.75 / volume * self._scale
        self.center = center - shift
        # The sampled extremes, with a margin for what lies between the samples.
        self._innermost_mm = 0.98 * float(radius.min()) * self._scale
        self._outermost_mm = 1.02 * float(radius.max()) * self._scale

    def _radius(self, direction: Points) -> Points:
        lobes = np.exp(self._sharpness * (direction @ self._axes.T - 1))
        return np.asarray(self._scale * (1 + lobes @ self._heights))

    def coverage(self, slab: Slab) -> tuple[Box, Field] | None:
        """Share of each voxel inside, by supersampling, and the box it lies in."""
        x0, y0, z0 = self.center
        axes, starts, counts = [], [], []
        for axis, middle in ((slab.z, z0), (slab.y, y0), (slab.x, x0)):
            reach = self._outermost_mm + axis.spacing
            voxels = axis.reach(middle - reach, middle + reach)
            if voxels.start >= voxels.stop:
                return None
            count = int(np.ceil(axis.spacing / self._sample_mm))
            sub = (np.arange(count) + 0.5) / count - 0.5
            at = axis.first + axis.spacing * np.arange(voxels.start, voxels.stop)
            axes.append((at[:, None] + sub * axis.spacing).ravel() - middle)
            starts.append(voxels)
            counts.append(count)
        z, y, x = axes
        cover = np.empty([s.stop - s.start for s in starts], dtype=np.float32)
        for k in range(len(cover)):
            layer = z[k * counts[0] : (k + 1) * counts[0]]
            offset = np.stack(np.meshgrid(layer, y, x, indexing="ij")[::-1], axis=-1)
            distance = np.linalg.norm(offset, axis=-1)
            inside = distance < self._innermost_mm
            edge = ~inside & (distance < self._outermost_mm)
            inside[edge] = distance[edge] < self._radius(offset[edge] / distance[edge, None])
            shape = (counts[0], len(cover[k]), counts[1], len(cover[k][0]), counts[2])
            cover[k] = inside.reshape(shape).mean(axis=(0, 2, 4))
        return (starts[0], starts[1], starts[2]), cover


def _fibonacci_sphere(count: int) -> Points:
    """Evenly spread unit vectors, shape (count, 3)."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    turn = np.pi * (1 + 5**0.5) * k
    ring = np.sqrt(1 - z * z)
    return np.column_stack([ring * np.cos(turn), ring * np.sin(turn), z])
