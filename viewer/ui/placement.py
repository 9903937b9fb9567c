"""Where things of the patient lie in a view, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF
from PySide6.QtGui import QPolygonF, QTransform

from viewer.imaging.geometry import Points, direction_letters
from viewer.imaging.plane import Plane
from viewer.session.marks import Finding
from viewer.ui.camera import Camera

_PARALLEL = 1e-6


@dataclass(frozen=True, eq=False)
class Placement:
    """A plane as a camera shows it in a view of some size (pixels)."""

    plane: Plane
    camera: Camera
    view: QSizeF

    @cached_property
    def pixel_mm(self) -> tuple[float, float]:
        """Size of a pixel of the picture ``(height, width)``."""
        return self.plane.pixel_mm

    @cached_property
    def picture_mm(self) -> QSizeF:
        """Size of the picture."""
        rows, columns = self.plane.shape
        height, width = self.pixel_mm
        return QSizeF(columns * width, rows * height)

    @cached_property
    def to_view(self) -> QTransform:
        """From picture millimetres, counted from its top left corner, to pixels of the view."""
        return self.camera.transform(self.picture_mm, self.view)

    @cached_property
    def from_view(self) -> QTransform:
        """From pixels of the view to picture millimetres."""
        return self.to_view.inverted()[0]

    @property
    def middle(self) -> QPointF:
        """The middle of the view."""
        return QPointF(self.view.width() / 2, self.view.height() / 2)

    @property
    def pixels_per_mm(self) -> float:
        """Magnification."""
        return self.camera.scale(self.picture_mm, self.view)

    @cached_property
    def letters(self) -> tuple[str, str, str, str]:
        """Patient directions at the ``(left, right, top, bottom)`` edges of the view."""
        height, width = self.pixel_mm
        origin = self.from_view.map(QPointF(0, 0))

        def letter(dx: float, dy: float) -> str:
            step = self.from_view.map(QPointF(dx, dy)) - origin
            return direction_letters(
                self.plane.right * step.x() / width + self.plane.down * step.y() / height
            )

        return letter(-1, 0), letter(1, 0), letter(0, -1), letter(0, 1)

    def lps_at(self, position: QPointF) -> Points | None:
        """The point of the patient under a point of the view; None beside the picture."""
        at = self.from_view.map(position)
        height, width = self.pixel_mm
        row, column = at.y() / height - 0.5, at.x() / width - 0.5
        rows, columns = self.plane.shape
        if -0.5 <= row <= rows - 0.5 and -0.5 <= column <= columns - 0.5:
            return self.plane.to_lps(row, column)
        return None

    def position_of(self, lps: npt.ArrayLike) -> QPointF:
        """Where a point of the patient is drawn, projected along the normal."""
        return self.to_view.map(self._in_picture(lps))

    def lps_of(self, position: QPointF) -> Points:
        """The point of the plane under a point of the view, beside the picture too."""
        at = self.from_view.map(position)
        height, width = self.pixel_mm
        return self.plane.to_lps(at.y() / height - 0.5, at.x() / width - 0.5)

    def trace(self, lps: npt.ArrayLike, normal: Points) -> QLineF | None:
        """The line in which a plane through a point cuts the picture, as long as the picture is.

        Parameters
        ----------
        lps : array_like, shape (3,)
            LPS mm.
        normal : ndarray, shape (3,)
            Of the plane.

        Returns
        -------
        QLineF or None
            None where the plane is parallel to the picture or passes beside it.
        """
        height, width = self.pixel_mm
        along = np.cross(self._normal, normal)
        if np.linalg.norm(along) < _PARALLEL:
            return None
        way = (float(along @ self.plane.right) / width, float(along @ self.plane.down) / height)
        at, size = self._in_picture(lps), self.picture_mm
        # How far along the line it enters and leaves the picture.
        low, high = -np.inf, np.inf
        for start, step, extent in (
            (at.x(), way[0], size.width()),
            (at.y(), way[1], size.height()),
        ):
            if abs(step) < _PARALLEL:
                if not 0 <= start <= extent:
                    return None
                continue
            ends = sorted((-start / step, (extent - start) / step))
            low, high = max(low, ends[0]), min(high, ends[1])
        if low >= high:
            return None
        way_mm = QPointF(*way)
        return self.to_view.map(QLineF(at + way_mm * low, at + way_mm * high))

    def box_of(self, finding: Finding, margin_mm: float, reach_mm: float) -> QRectF | None:
        """The frame of a finding in the view; None where the plane passes it by.

        Parameters
        ----------
        finding : Finding
        margin_mm : float
            Left free around the finding.
        reach_mm : float
            How far beside the finding's box the plane may still lie.
        """
        low, high = np.array(finding.box_lps_mm)
        half = (high - low) / 2
        depth = float(np.abs(self._normal) @ half)
        if abs(float((low + half - self.plane.origin) @ self._normal)) > depth + reach_mm:
            return None
        corners = [
            self._in_picture(low + 2 * half * np.array(c)) for c in product((0, 1), repeat=3)
        ]
        frame = QPolygonF(corners).boundingRect()
        frame.adjust(-margin_mm, -margin_mm, margin_mm, margin_mm)
        return self.to_view.mapRect(frame)

    @cached_property
    def _normal(self) -> Points:
        return self.plane.normal

    def _in_picture(self, lps: npt.ArrayLike) -> QPointF:
        row, column = self.plane.to_pixel(lps)
        height, width = self.pixel_mm
        return QPointF((float(column) + 0.5) * width, (float(row) + 0.5) * height)


def camera_holding(before: Placement, plane: Plane, lps: npt.ArrayLike) -> Camera:
    """The camera that shows another plane at the same scale, a point staying where it is.

    Parameters
    ----------
    before : Placement
        Of the plane shown until now.
    plane : Plane
    lps : array_like, shape (3,)
        LPS mm of the point.
    """
    centred = camera_at(plane, before.view, before.camera, lps, before.pixels_per_mm)
    middle = before.middle
    return centred.panned(before.position_of(lps) - middle)


def camera_at(
    plane: Plane, view: QSizeF, like: Camera, lps: npt.ArrayLike, pixels_per_mm: float
) -> Camera:
    """The camera that shows a point in the middle of a view at some scale.

    Parameters
    ----------
    plane : Plane
    view : QSizeF
        Its size in pixels.
    like : Camera
        Whose turns and flips are kept.
    lps : array_like, shape (3,)
        LPS mm of the point.
    pixels_per_mm : float
    """
    fitting = replace(like, zoom=1.0, offset_px=(0.0, 0.0))
    zoom = pixels_per_mm / Placement(plane, fitting, view).pixels_per_mm
    centred = Placement(plane, replace(fitting, zoom=zoom), view)
    return centred.camera.panned(centred.middle - centred.position_of(lps))
