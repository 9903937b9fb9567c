"""Small series for tests: written in a moment, with known truth.

``marker_series`` tells left from right, front from back and head from feet; ``chest_series`` is a
whole synthetic chest in few voxels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.spatial.transform import Rotation

from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.imaging.geometry import Geometry
from viewer.imaging.phantom import ChestPhantom, ChestScan, chest_ct
from viewer.imaging.volume import Volume

Orientation = Literal[
    "axial", "reversed", "coronal", "sagittal", "oblique", "tilted", "feet_first_prone"
]

#: HU of the marker on each side of the phantom's centre; all differ.
MARKERS = {"R": 300, "L": 500, "A": 700, "P": 900, "F": 1100, "H": 1300}
_OFFSETS = {
    "R": (-24, 0, 0), "L": (24, 0, 0), "A": (0, -20, 0),
    "P": (0, 20, 0), "F": (0, 0, -18), "H": (0, 0, 18),
}  # fmt: skip
_CENTER = np.array([11.5, -143.0, 87.25])
_RADIUS_MM = 5.0


@dataclass(frozen=True)
class MarkerSeries:
    """A written series and its truth: ``centers`` in LPS mm and ``hu``, by letter."""

    folder: Path
    paths: tuple[Path, ...]
    volume: Volume
    centers: dict[str, tuple[float, float, float]]
    hu: dict[str, int]
    series: CtSeries


def marker_geometry(orientation: Orientation = "axial", spacing=(3.0, 1.6, 2.2)) -> Geometry:
    """A grid around the markers; ``spacing`` along (slices, rows, columns), all different."""
    identity = np.eye(3)
    axes = {
        "axial": identity,
        "reversed": identity * (1, 1, -1),
        "coronal": np.column_stack([(1, 0, 0), (0, 0, -1), (0, 1, 0)]),
        "sagittal": np.column_stack([(0, 1, 0), (0, 0, -1), (-1, 0, 0)]),
        "oblique": Rotation.from_euler("xyz", (17, -12, 28), degrees=True).as_matrix(),
        "tilted": identity,
        "feet_first_prone": np.column_stack([(1, 0, 0), (0, -1, 0), (0, 0, -1)]),
    }[orientation]
    dz, dy, dx = spacing
    step = axes[:, 2] * dz
    if orientation == "tilted":
        step = step + axes[:, 1] * dz * np.tan(np.radians(15))
    extent = np.array([90.0, 84.0, 78.0])
    shape = tuple(int(n) for n in np.ceil(extent[::-1] / (dz, dy, dx)))
    middle = (np.array(shape[::-1]) - 1) / 2
    origin = _CENTER - np.column_stack([axes[:, 0] * dx, axes[:, 1] * dy, step]) @ middle
    return Geometry.from_directions(origin, axes[:, 0], axes[:, 1], step, (dy, dx), shape)


def marker_volume(orientation: Orientation = "axial", spacing=(3.0, 1.6, 2.2)) -> Volume:
    """Six balls of different HU in water, one on each side of the centre."""
    geometry = marker_geometry(orientation, spacing)
    z, y, x = np.indices(geometry.shape)
    places = geometry.to_lps(np.stack([x, y, z], axis=-1))
    hu = np.zeros(geometry.shape, dtype=np.int16)
    for letter, offset in _OFFSETS.items():
        inside = np.linalg.norm(places - _CENTER - offset, axis=-1) < _RADIUS_MM
        hu[inside] = MARKERS[letter]
    return Volume(hu, geometry)


def marker_series(
    folder: Path,
    orientation: Orientation = "axial",
    spacing: tuple[float, float, float] = (3.0, 1.6, 2.2),
    **options: object,
) -> MarkerSeries:
    """Write the marker phantom.

    Parameters
    ----------
    folder : where to.
    orientation : of the slices; ``"reversed"`` runs head to feet, ``"tilted"`` is sheared by 15°.
    spacing : mm between slices, rows and columns.
    options : of ``viewer.dicom.write_ct.CtSeries``.
    """
    volume = marker_volume(orientation, spacing)
    series = replace(
        CtSeries(uid_seed=f"markers {orientation} {spacing}", series_description="Markers"),
        **options,
    )
    paths = write_ct(volume, folder, series)
    centers = {k: tuple(float(v) for v in _CENTER + o) for k, o in _OFFSETS.items()}
    return MarkerSeries(folder, paths, volume, centers, dict(MARKERS), series)


def chest_series(folder: Path, seed: int = 1, **options: object) -> ChestPhantom:
    """Write a whole synthetic chest in few voxels (50 × 100 × 100), noise included."""
    phantom = chest_ct(ChestScan.small(seed))
    series = replace(CtSeries(uid_seed=f"small chest {seed}"), **options)
    write_ct(phantom.volume, folder, series)
    return phantom
