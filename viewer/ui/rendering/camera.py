"""``Camera``: from where a volume is looked at, as a value; no VTK, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from viewer.imaging.geometry import Geometry, Points

#: The standard directions of view, by the letter of the side that faces the viewer: the direction
#: into the picture and the one upwards, in LPS.
_FACING: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "A": ((0, 1, 0), (0, 0, 1)),
    "P": ((0, -1, 0), (0, 0, 1)),
    "L": ((-1, 0, 0), (0, 0, 1)),
    "R": ((1, 0, 0), (0, 0, 1)),
    "H": ((0, 0, -1), (0, -1, 0)),
    "F": ((0, 0, 1), (0, -1, 0)),
}
FACING = tuple(_FACING)

#: Share of the picture's height that a volume fills at first.
_FILL = 0.86
_NEAREST, _FARTHEST = 0.02, 4.0


@dataclass(frozen=True, eq=False)
class Camera:
    """A perspective camera that looks at a point and turns around it.

    Zooming narrows the angle and leaves the camera where it is, so that it never enters the volume.

    Parameters
    ----------
    center : ndarray, shape (3,)
        LPS mm of the point in the middle of the picture.
    forward, up : ndarray, shape (3,)
        Unit vectors into and up the picture, in LPS.
    height_mm : float
        What the picture's height shows at the distance of ``center``.
    distance_mm : float
        From the camera to ``center``.
    diameter_mm : float
        Of the sphere around everything there is to see; zooming is limited by it.
    """

    center: Points
    forward: Points
    up: Points
    height_mm: float
    distance_mm: float
    diameter_mm: float

    @classmethod
    def facing(cls, side: str, geometry: Geometry) -> Camera:
        """A camera before one side of a volume, named by its patient letter, as in ``"A"``."""
        forward, up = (np.array(v, dtype=float) for v in _FACING[side])
        corners = geometry.corners_lps - geometry.center_lps
        diameter = float(2 * np.linalg.norm(corners, axis=1).max())
        extent = max(np.ptp(corners @ up), np.ptp(corners @ np.cross(forward, up)))
        height = float(extent) / _FILL
        return cls(geometry.center_lps, forward, up, height, 2.5 * diameter, diameter)

    @property
    def right(self) -> Points:
        """Unit vector to the picture's right, in LPS."""
        return np.asarray(np.cross(self.forward, self.up))

    @property
    def position(self) -> Points:
        """LPS mm of the camera itself."""
        return self.center - self.distance_mm * self.forward

    @property
    def angle_degrees(self) -> float:
        """The vertical angle of view."""
        return float(np.degrees(2 * np.arctan2(self.height_mm / 2, self.distance_mm)))

    def rotated(self, right: float, down: float) -> Camera:
        """Turned as if the volume's front were dragged right and down, in radians."""
        forward = _turn(self.forward, self.up, -right)
        side = np.cross(forward, self.up)
        forward = _turn(forward, side, -down)
        up = np.cross(side, forward)
        unit = forward / np.linalg.norm(forward)
        return replace(self, forward=unit, up=up / np.linalg.norm(up))

    def panned(self, right: float, down: float) -> Camera:
        """Moved so that the volume follows the hand, in shares of the picture's height."""
        return replace(
            self, center=self.center + self.height_mm * (down * self.up - right * self.right)
        )

    def zoomed(self, factor: float) -> Camera:
        """Magnified by a factor."""
        height = np.clip(
            self.height_mm / factor, _NEAREST * self.diameter_mm, _FARTHEST * self.diameter_mm
        )
        return replace(self, height_mm=float(height))

    def project(
        self, lps: npt.ArrayLike, width: float, height: float
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Where points fall in a picture.

        Parameters
        ----------
        lps : array_like, shape (…, 3)
        width, height : size of the picture in pixels.

        Returns
        -------
        xy : ndarray, shape (…, 2)
            Pixels from the top-left corner, right and down.
        pixels_per_mm : ndarray, shape (…)
            Scale at the points' depth.
        """
        offset = np.asarray(lps, dtype=np.float64) - self.position
        depth = np.maximum(offset @ self.forward, 1e-6)
        scale = height / self.height_mm * self.distance_mm / depth
        x = width / 2 + scale * (offset @ self.right)
        y = height / 2 - scale * (offset @ self.up)
        return np.stack([x, y], axis=-1), scale


def _turn(vector: Points, axis: Points, angle: float) -> Points:
    """Rotate a vector about a unit axis (Rodrigues), right-handed, in radians."""
    axis = axis / np.linalg.norm(axis)
    return np.asarray(
        vector * np.cos(angle)
        + np.cross(axis, vector) * np.sin(angle)
        + axis * (axis @ vector) * (1 - np.cos(angle))
    )
