"""Planes in any direction, perpendicular to each other, as three views of a volume show them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from viewer.imaging.geometry import Geometry, Points
from viewer.imaging.plane import Orientation, Plane, Stack, standard_stack

_STRAIGHT_DEGREES = 1e-3


@dataclass(frozen=True, eq=False)
class Axes:
    """Which way a view looks: LPS unit vectors to its right and downwards."""

    right: Points
    down: Points

    @property
    def normal(self) -> Points:
        """Unit vector into the picture."""
        return np.cross(self.right, self.down)

    def turned(self, about: Points, radians: float) -> Axes:
        """The axes turned about a unit vector, by the right hand's rule."""
        rotation = Rotation.from_rotvec(np.asarray(about) * radians)
        return Axes(rotation.apply(self.right), rotation.apply(self.down))


def standard_axes(geometry: Geometry, orientation: Orientation) -> Axes:
    """Which way a standard view of a volume looks."""
    plane = standard_stack(geometry, orientation).first
    height, width = plane.pixel_mm
    return Axes(plane.right / width, plane.down / height)


class Tilt:
    """How three perpendicular views of a volume are turned from the standard ones.

    Immutable: turning gives another.

    Parameters
    ----------
    geometry : Geometry
    axes : dict of Axes, optional
        Which way each view looks; the standard ones by default.
    """

    def __init__(self, geometry: Geometry, axes: dict[Orientation, Axes] | None = None) -> None:
        self._geometry = geometry
        self._axes = axes or {o: standard_axes(geometry, o) for o in Orientation}

    def axes(self, orientation: Orientation) -> Axes:
        """Which way a view looks."""
        return self._axes[orientation]

    def degrees(self, orientation: Orientation) -> float:
        """Angle between a view's plane and the standard one."""
        straight = standard_axes(self._geometry, orientation).normal
        normal = self._axes[orientation].normal
        sine, cosine = np.linalg.norm(np.cross(straight, normal)), straight @ normal
        return float(np.degrees(np.arctan2(sine, cosine)))

    def is_turned(self, orientation: Orientation) -> bool:
        """Whether a view differs from the standard one, in direction or about its normal."""
        straight, axes = standard_axes(self._geometry, orientation), self._axes[orientation]
        tolerance = np.radians(_STRAIGHT_DEGREES)
        return not (
            np.allclose(straight.right, axes.right, atol=tolerance)
            and np.allclose(straight.down, axes.down, atol=tolerance)
        )

    def turned(self, orientation: Orientation, radians: float) -> Tilt:
        """The other two views turned about the normal of one, which stays as it is.

        All three stay perpendicular to each other.

        Parameters
        ----------
        orientation : Orientation
            The view in whose picture the lines of the others are turned.
        radians : float
            By the right hand's rule about its normal, which points into the picture: clockwise as
            the picture is seen, unless it is mirrored.
        """
        normal = self._axes[orientation].normal
        return Tilt(
            self._geometry,
            {
                o: axes if o is orientation else axes.turned(normal, radians)
                for o, axes in self._axes.items()
            },
        )

    def stack(self, orientation: Orientation, through: Points) -> Stack:
        """The planes of one view, the standard ones where it is not turned.

        Parameters
        ----------
        orientation : Orientation
        through : ndarray, shape (3,)
            LPS mm of a point in one of the planes.
        """
        if not self.is_turned(orientation):
            return standard_stack(self._geometry, orientation)
        return oblique_stack(
            self._geometry, orientation, self._axes[orientation], through, self.degrees(orientation)
        )


def oblique_stack(
    geometry: Geometry,
    orientation: Orientation,
    axes: Axes,
    through: Points,
    tilt_degrees: float = 0.0,
) -> Stack:
    """Parallel planes in any direction that together hold a whole volume.

    They follow each other from the same side as those of the standard view. Pixels are square, as
    small as voxels are along either side of the picture; planes are as far apart as voxels are
    along their normal.

    Parameters
    ----------
    geometry : Geometry
        Of the volume.
    orientation : Orientation
        The view that shows them.
    axes : Axes
    through : ndarray, shape (3,)
        LPS mm of a point in one of the planes.
    tilt_degrees : float
        Angle between the planes and those of the standard view.
    """
    pixel = min(_voxel_mm(geometry, axes.right), _voxel_mm(geometry, axes.down))
    standard = standard_stack(geometry, orientation)
    onwards = np.sign(standard.step @ standard.first.normal)
    step = onwards * _voxel_mm(geometry, axes.normal)
    basis = np.stack([axes.right * pixel, axes.down * pixel, axes.normal * step], axis=1)
    corners = (geometry.corners_lps - through) @ np.linalg.inv(basis).T
    # Whole steps from the point on; rounded away from it, so that no corner is left out.
    lower = np.floor(corners.min(axis=0) + 1e-6)
    upper = np.ceil(corners.max(axis=0) - 1e-6)
    columns, rows, count = (int(n) + 1 for n in upper - lower)
    first = Plane(np.asarray(through + basis @ lower), basis[:, 0], basis[:, 1], (rows, columns))
    return Stack(orientation, first, basis[:, 2], count, tilt_degrees)


def _voxel_mm(geometry: Geometry, direction: Points) -> float:
    """How far it is along a direction until the index has changed by 1 in all."""
    steps = np.linalg.inv(geometry.affine[:3, :3]) @ direction
    return float(1 / np.linalg.norm(steps))
