"""A tiny artificial chest, for the self-test of the package: nobody's data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ai.image import Image

_SHAPE = (48, 128, 168)
_SPACING_MM = (2.5, 1.8, 1.8)
_AIR, _TISSUE, _LUNG, _SOLID = -1000.0, 40.0, -860.0, 30.0
_BLUR_MM = 1.2


def reference_chest() -> Image:
    """A body with two lungs, a vessel through one, and three balls of 8, 12 and 18 mm."""
    z, y, x = np.meshgrid(
        *((np.arange(n) - (n - 1) / 2) * mm for n, mm in zip(_SHAPE, _SPACING_MM, strict=True)),
        indexing="ij",
    )
    hu = np.full(_SHAPE, _AIR)
    _fill(hu, _ellipsoid(z, y, x, (0, 0, 0), (1e3, 105, 140)), _TISSUE)
    for side in (-1, 1):
        _fill(hu, _ellipsoid(z, y, x, (0, 0, 65 * side), (75, 80, 52)), _LUNG)
    _fill(hu, np.hypot(y - 15, z - 0.3 * x + 15) - 3, _SOLID)
    for center, diameter in (((10, -20, 60), 8), ((-20, 25, 75), 12), ((15, -30, -70), 18)):
        _fill(hu, _ellipsoid(z, y, x, center, (diameter / 2,) * 3), _SOLID)
    affine = np.diag([*_SPACING_MM[::-1], 1.0])
    affine[:3, 3] = (-150.0, -115.0, -60.0)
    return Image(np.rint(hu).astype(np.int16), affine, "CT", "reference", slice_thickness_mm=2.5)


def _ellipsoid(
    z: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    x: npt.NDArray[np.float64],
    center: tuple[float, float, float],
    radii: tuple[float, float, float],
) -> npt.NDArray[np.float64]:
    """Roughly the signed distance from the surface, in millimetres, negative inside."""
    radius = np.sqrt(
        sum(((p - c) / r) ** 2 for p, c, r in zip((z, y, x), center, radii, strict=True))
    )
    return np.asarray((radius - 1) * min(radii))


def _fill(hu: npt.NDArray[np.float64], distance: npt.NDArray[np.float64], value: float) -> None:
    share = np.clip(0.5 - distance / (2 * _BLUR_MM), 0, 1)
    hu += share * (value - hu)
