"""How the synthetic patient is scanned: size, spacing, kernel, noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viewer.imaging.geometry import Geometry
from viewer.imaging.phantom.nodules import Nodule
from viewer.imaging.phantom.raster import Axis, Slab
from viewer.imaging.phantom.scanner import Kernel

#: Where the phantom's origin (its carina) lies in LPS mm: nowhere symmetrical, as in real scans.
CARINA_LPS_MM = (6.4, -148.5, -612.25)

#: Height of the middle of a scan above the carina: the default covers neck base to upper abdomen.
_MIDDLE_MM = -32.0


@dataclass(frozen=True)
class ChestScan:
    """How the synthetic patient is scanned.

    Parameters
    ----------
    slices, rows, columns : int
        Size of the volume.
    pixel_mm : float
        Pixel spacing, in both directions.
    slice_mm : float
        Slice thickness and distance of the slices.
    kernel : {"soft", "lung"}
        Sharpness and texture of the noise.
    noise_hu : float
        Standard deviation of the noise in the middle of a typical chest; 0 for none.
    seed : int
        Of the patient, of the default nodules and of the noise.
    nodules : tuple of Nodule, optional
        What to put into the lungs; the default set of the seed if None.
    """

    slices: int = 200
    rows: int = 512
    columns: int = 512
    pixel_mm: float = 0.78125
    slice_mm: float = 1.5
    kernel: Kernel = "soft"
    noise_hu: float = 16.0
    seed: int = 1
    nodules: tuple[Nodule, ...] | None = None

    def __post_init__(self) -> None:
        if min(self.slices, self.rows, self.columns) < 1:
            raise ValueError("a scan needs at least one voxel along each axis")
        if not (self.pixel_mm > 0 and self.slice_mm > 0 and self.noise_hu >= 0):
            raise ValueError("spacings must be positive and noise not negative")

    @classmethod
    def small(cls, seed: int = 1, **changes: object) -> ChestScan:
        """A whole chest in few voxels (4 mm × 4 mm × 6 mm), for tests."""
        coarse = {"slices": 50, "rows": 100, "columns": 100, "pixel_mm": 4.0, "slice_mm": 6.0}
        return cls(**{**coarse, "seed": seed, **changes})  # type: ignore[arg-type]

    @property
    def geometry(self) -> Geometry:
        """Upright axial slices, from the feet to the head."""
        affine = np.diag([self.pixel_mm, self.pixel_mm, self.slice_mm, 1.0])
        affine[:3, 3] = np.add([a.first for a in self._axes], CARINA_LPS_MM)
        return Geometry(affine, (self.slices, self.rows, self.columns))

    @property
    def _axes(self) -> tuple[Axis, Axis, Axis]:
        """x, y and z of the voxels in the phantom's frame."""
        x = Axis(-(self.columns - 1) / 2 * self.pixel_mm, self.pixel_mm, self.columns)
        y = Axis(8 - (self.rows - 1) / 2 * self.pixel_mm, self.pixel_mm, self.rows)
        z = Axis(_MIDDLE_MM - (self.slices - 1) / 2 * self.slice_mm, self.slice_mm, self.slices)
        return x, y, z

    def slab(self, first: int, count: int) -> Slab:
        """Some of the scan's slices."""
        x, y, z = self._axes
        return Slab(x, y, Axis(z.first + first * z.spacing, z.spacing, count))
