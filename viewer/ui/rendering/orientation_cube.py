"""A small cube in a picture's corner whose faces name the patient's sides."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from viewer.ui import theme
from viewer.ui.rendering.camera import Camera

#: The letter on each face, its outward direction, and where its letter's top points, in LPS.
_FACES = {
    "L": ((1, 0, 0), (0, 0, 1)),
    "R": ((-1, 0, 0), (0, 0, 1)),
    "P": ((0, 1, 0), (0, 0, 1)),
    "A": ((0, -1, 0), (0, 0, 1)),
    "H": ((0, 0, 1), (0, 1, 0)),
    "F": ((0, 0, -1), (0, 1, 0)),
}
_FACE = 100.0


def visible_faces(camera: Camera) -> list[str]:
    """The letters of the faces turned to the viewer, the most frontal first."""
    facing = {letter: -float(np.dot(out, camera.forward)) for letter, (out, _) in _FACES.items()}
    return sorted((f for f in facing if facing[f] > 0.05), key=lambda f: -facing[f])


def draw_cube(painter: QPainter, center: QPointF, edge: float, camera: Camera) -> None:
    """Draw the cube as the camera sees the patient.

    Parameters
    ----------
    painter : QPainter
    center : QPointF
    edge : length of an edge in pixels.
    camera : Camera
    """
    values = theme.tokens()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for letter in visible_faces(camera):
        out, top = (np.array(v, dtype=float) for v in _FACES[letter])
        side = np.cross(top, out)
        lightness = 100 + int(80 * (1 + float(out @ camera.forward)))
        face = _face_transform(center, edge, camera, out, side, top)
        outline = face.map(QPolygonF(QRectF(0, 0, _FACE, _FACE)))
        painter.resetTransform()
        painter.setPen(QPen(QColor(values.image_background), 1.5))
        painter.setBrush(QColor(values.overlay_text_muted).darker(lightness))
        painter.drawPolygon(outline)
        painter.setTransform(face)
        painter.setFont(theme.body_font(64, bold=True))
        painter.setPen(QColor(values.image_background))
        painter.drawText(QRectF(0, 0, _FACE, _FACE), Qt.AlignmentFlag.AlignCenter, letter)
    painter.restore()


def _face_transform(
    center: QPointF,
    edge: float,
    camera: Camera,
    out: np.ndarray,
    side: np.ndarray,
    top: np.ndarray,
) -> QTransform:
    """From a face's own square, 100 wide with its origin at the top left, to the picture."""

    def picture(direction: np.ndarray) -> np.ndarray:
        return edge * np.array([direction @ camera.right, -(direction @ camera.up)])

    across, down = picture(side) / _FACE, picture(-top) / _FACE
    corner = picture(out - side + top) / 2
    return QTransform(
        across[0], across[1], down[0], down[1], center.x() + corner[0], center.y() + corner[1]
    )
