"""Shapes of the phantom as level functions: negative inside, zero on the surface, about in mm.

Coordinates are those of the phantom's own frame: LPS millimetres with the carina at the origin.
All functions broadcast, so that a grid and a list of points are evaluated by the same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

Field = npt.NDArray[np.floating[Any]]
Points = npt.NDArray[np.float64]
#: Capsules, shape (n, 8): start x, y, z, end x, y, z, radius at the start and at the end, in mm.
Tubes = npt.NDArray[np.float64]

_TINY = np.float32(1e-6)


class Profile:
    """A smooth curve through ``(z, value)`` knots that never overshoots them (PCHIP)."""

    def __init__(self, *knots: tuple[float, float]) -> None:
        z, value = np.array(sorted(knots)).T
        self._range = (float(z[0]), float(z[-1]))
        self._curve = PchipInterpolator(z, value)

    def __call__(self, z: npt.ArrayLike) -> Field:
        """Values at heights ``z``; constant beyond the first and the last knot."""
        return np.asarray(self._curve(np.clip(z, *self._range)), dtype=np.float32)


def superellipse(x: Field, y: Field, a: Field, b: Field, power: float = 2.4) -> Field:
    """Level of ``|x/a|^n + |y/b|^n = 1``, scaled to millimetres at the surface."""
    u, v = np.abs(x) / a + _TINY, np.abs(y) / b + _TINY
    up, vp = u ** (power - 1), v ** (power - 1)
    rho = (up * u + vp * v) ** (1 / power)
    slope = np.hypot(up / a, vp / b) * rho ** (1 - power)
    return np.asarray((rho - 1) / (slope + _TINY))


def ellipsoid(
    x: Field,
    y: Field,
    z: Field,
    center: Sequence[float],
    radii: Sequence[float],
    yaw_degrees: float = 0.0,
) -> Field:
    """Level of an ellipsoid turned about the vertical axis (positive: left end goes posterior)."""
    dx, dy, dz = x - center[0], y - center[1], (z - center[2]) / radii[2]
    c, s = np.cos(np.radians(yaw_degrees)), np.sin(np.radians(yaw_degrees))
    u, v = (c * dx + s * dy) / radii[0], (c * dy - s * dx) / radii[1]
    rho = np.sqrt(u * u + v * v + dz * dz) + _TINY
    slope = np.sqrt((u / radii[0]) ** 2 + (v / radii[1]) ** 2 + (dz / radii[2]) ** 2) + _TINY
    return np.asarray(rho * (rho - 1) / slope, dtype=np.float32)


def union(a: Field, b: Field, blend_mm: float) -> Field:
    """Union of two shapes whose seam is rounded over ``blend_mm`` (polynomial smooth minimum)."""
    h = np.maximum(blend_mm - np.abs(a - b), 0) / blend_mm
    return np.asarray(np.minimum(a, b) - h * h * (blend_mm / 4))


def intersection(a: Field, b: Field, blend_mm: float) -> Field:
    """Intersection of two shapes with a rounded edge."""
    return -union(-a, -b, blend_mm)


def smoothstep(t: Field) -> Field:
    """0 below 0, 1 above 1, smooth between."""
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def chain(points: npt.ArrayLike, radii: npt.ArrayLike) -> Tubes:
    """Capsules along a polyline with a radius at each of its points."""
    p = np.asarray(points, dtype=np.float64)
    r = np.broadcast_to(np.asarray(radii, dtype=np.float64), len(p))
    return np.column_stack([p[:-1], p[1:], r[:-1], r[1:]])


def curve(knots: Sequence[Sequence[float]], step_mm: float = 5.0) -> Tubes:
    """Capsules along a smooth curve through knots ``(x, y, z, radius)``."""
    k = np.array(knots, dtype=np.float64)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(k[:, :3], axis=0), axis=1))])
    at = np.linspace(0, length[-1], max(2, int(np.ceil(length[-1] / step_mm)) + 1))
    smooth = PchipInterpolator(length, k)(at)
    return chain(smooth[:, :3], smooth[:, 3])


def mirrored(tubes: Tubes) -> Tubes:
    """The same tubes on the other side of the body."""
    return np.asarray(tubes * (-1.0, 1, 1, -1, 1, 1, 1, 1))


@dataclass(frozen=True)
class Warp:
    """A smooth sideways displacement of the anatomy, so that no two seeds are one patient.

    A sum of plane waves in x, y, z for each of the displacements along x and y.
    """

    waves: npt.NDArray[np.float64]  # (2, n, 3) wave vectors, rad/mm
    phases: npt.NDArray[np.float64]  # (2, n)
    amplitude_mm: float

    @classmethod
    def random(cls, rng: np.random.Generator, amplitude_mm: float = 2.2, waves: int = 5) -> Warp:
        """A displacement with wavelengths of 7 to 20 cm."""
        direction = rng.normal(size=(2, waves, 3))
        direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
        wavelength = rng.uniform(70, 200, size=(2, waves, 1))
        return cls(
            direction * 2 * np.pi / wavelength,
            rng.uniform(0, 2 * np.pi, size=(2, waves)),
            amplitude_mm / np.sqrt(waves),
        )

    def offset(self, axis: int, x: Field, y: Field, z: Field) -> Field:
        """Displacement along x (0) or y (1), in mm, from anatomy to scan."""
        total: Field = np.zeros((), dtype=np.complex64)
        for (kx, ky, kz), phase in zip(self.waves[axis], self.phases[axis], strict=True):
            # Separable on a grid: three short vectors instead of a cosine per voxel.
            along_x = np.exp(1j * (kx * x + phase)).astype(np.complex64)
            along_y = np.exp(1j * ky * y).astype(np.complex64)
            along_z = np.exp(1j * kz * z).astype(np.complex64)
            total = total + along_z * along_y * along_x
        return np.asarray(total.real * self.amplitude_mm * np.sqrt(2), dtype=np.float32)

    def to_anatomy(self, x: Field, y: Field, z: Field) -> tuple[Field, Field]:
        """Anatomical x and y of places in the scan."""
        return (
            np.asarray(x - self.offset(0, x, y, z)),
            np.asarray(y - self.offset(1, x, y, z)),
        )

    def to_scan(self, points: Points) -> Points:
        """Places in the scan of anatomical points, shape (n, 3), by fixed-point iteration."""
        moved = points.copy()
        for _ in range(4):
            x, y, z = moved.T
            moved[:, 0] = points[:, 0] + self.offset(0, x, y, z)
            moved[:, 1] = points[:, 1] + self.offset(1, x, y, z)
        return moved

    def tubes_to_scan(self, tubes: Tubes) -> Tubes:
        """Tubes moved with the anatomy."""
        moved = tubes.copy()
        moved[:, :3] = self.to_scan(tubes[:, :3])
        moved[:, 3:6] = self.to_scan(tubes[:, 3:6])
        return moved
