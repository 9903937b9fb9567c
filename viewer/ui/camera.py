"""How a picture lies in a view: centre, zoom, rotation, flips."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QTransform

_ZOOM_RANGE = (0.1, 60.0)


@dataclass(frozen=True)
class Camera:
    """Maps millimetres in a picture to the pixels of a view.

    Parameters
    ----------
    offset_px : tuple of float
        Where the picture's centre lies from the middle of the view.
    zoom : float
        1 fits the whole picture into the view.
    quarter_turns : int
        Clockwise, on the screen.
    flipped_horizontally, flipped_vertically : bool
        Mirrored on the screen, after the rotation.
    """

    offset_px: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0
    quarter_turns: int = 0
    flipped_horizontally: bool = False
    flipped_vertically: bool = False

    def scale(self, picture_mm: QSizeF, view_px: QSizeF) -> float:
        """Pixels per millimetre."""
        size = picture_mm.transposed() if self.quarter_turns % 2 else picture_mm
        fit = min(view_px.width() / size.width(), view_px.height() / size.height())
        return self.zoom * fit

    def transform(self, picture_mm: QSizeF, view_px: QSizeF) -> QTransform:
        """From picture millimetres to view pixels."""
        scale = self.scale(picture_mm, view_px)
        transform = QTransform()
        transform.translate(
            view_px.width() / 2 + self.offset_px[0], view_px.height() / 2 + self.offset_px[1]
        )
        transform.scale(
            -1 if self.flipped_horizontally else 1, -1 if self.flipped_vertically else 1
        )
        transform.rotate(90 * self.quarter_turns)
        transform.scale(scale, scale)
        transform.translate(-picture_mm.width() / 2, -picture_mm.height() / 2)
        return transform

    def panned(self, delta_px: QPointF) -> Camera:
        """The picture moved on the screen."""
        x, y = self.offset_px
        return replace(self, offset_px=(x + delta_px.x(), y + delta_px.y()))

    def zoomed(self, factor: float, anchor_px: QPointF, view_px: QSizeF) -> Camera:
        """Nearer or farther, the point under ``anchor_px`` staying where it is."""
        zoom = min(max(self.zoom * factor, _ZOOM_RANGE[0]), _ZOOM_RANGE[1])
        factor = zoom / self.zoom
        ax, ay = anchor_px.x() - view_px.width() / 2, anchor_px.y() - view_px.height() / 2
        x, y = self.offset_px
        return replace(self, zoom=zoom, offset_px=(ax + (x - ax) * factor, ay + (y - ay) * factor))

    def resized(self, before: QSizeF, after: QSizeF) -> Camera:
        """The same part of the picture in a view of another size."""
        ratio = min(after.width() / before.width(), after.height() / before.height())
        x, y = self.offset_px
        return replace(self, offset_px=(x * ratio, y * ratio))

    def rotated(self) -> Camera:
        """A quarter turn clockwise on the screen, about the middle of the view."""
        x, y = self.offset_px
        mirrored = self.flipped_horizontally != self.flipped_vertically
        turn = -1 if mirrored else 1
        return replace(self, quarter_turns=(self.quarter_turns + turn) % 4, offset_px=(-y, x))

    def flipped(self, *, horizontally: bool) -> Camera:
        """Mirrored on the screen, about the middle of the view."""
        x, y = self.offset_px
        if horizontally:
            return replace(
                self, flipped_horizontally=not self.flipped_horizontally, offset_px=(-x, y)
            )
        return replace(self, flipped_vertically=not self.flipped_vertically, offset_px=(x, -y))
