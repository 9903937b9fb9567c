"""What is painted over a rendered picture: findings, the cursor, the hint in an empty pane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from viewer.ui import theme
from viewer.ui.rendering.camera import Camera

_LEAST_RADIUS = 4.0
_CURSOR_SHARE = 1 / 30


@dataclass(frozen=True, eq=False)
class Marker:
    """A finding in the 3D pane: a sphere's outline, seen through everything before it.

    Parameters
    ----------
    center_lps : array_like, shape (3,), mm
    radius_mm : float
    selected : bool
    """

    center_lps: npt.ArrayLike
    radius_mm: float
    selected: bool = False


def draw_marker(painter: QPainter, size: QSizeF, camera: Camera, marker: Marker) -> None:
    """Draw a finding's outline, brighter where it is selected."""
    values = theme.tokens()
    at, scale = camera.project(marker.center_lps, size.width(), size.height())
    radius = max(float(scale) * marker.radius_mm, _LEAST_RADIUS) + 2
    color = values.finding_selected if marker.selected else values.finding
    width = 2.5 if marker.selected else 1.5
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(QColor(values.overlay_shadow), width + 2), QPen(QColor(color), width)):
        painter.setPen(pen)
        painter.drawEllipse(QPointF(*at), radius, radius)


def draw_cursor(
    painter: QPainter, size: QSizeF, camera: Camera, lps: npt.NDArray[np.float64]
) -> None:
    """Draw three short lines through the cursor, along the patient's axes."""
    values = theme.tokens()
    reach = camera.height_mm * _CURSOR_SHARE
    colors = (values.crosshair_sagittal, values.crosshair_coronal, values.crosshair_axial)
    for axis, color in zip(np.eye(3), colors, strict=True):
        ends, _ = camera.project(
            [lps - reach * axis, lps + reach * axis], size.width(), size.height()
        )
        painter.setPen(QPen(QColor(color), 1.5))
        painter.drawLine(QPointF(*ends[0]), QPointF(*ends[1]))


def draw_hint(painter: QPainter, area: QRectF, text: str) -> None:
    """Draw a quiet text in the middle of an empty pane."""
    values = theme.tokens()
    margin = values.space_xl
    painter.setFont(theme.body_font())
    painter.setPen(QColor(values.overlay_text_muted))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(area.adjusted(margin, margin, -margin, -margin), int(flags), text)
