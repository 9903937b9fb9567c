"""From a drag of the mouse to another camera."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt

from viewer.ui.rendering.camera import Camera

_RADIANS_PER_HEIGHT = np.pi
_ZOOM_PER_HEIGHT = 4.0
_ZOOM_PER_NOTCH = 1.15


def dragged(
    camera: Camera, step: QPointF, buttons: Qt.MouseButton, modifiers: Qt.KeyboardModifier
) -> Camera:
    """The camera after a step of a drag.

    Left turns, middle or Shift+left moves, right magnifies (upwards) or shrinks.

    Parameters
    ----------
    camera : Camera
    step : QPointF
        Right and down, in shares of the picture's height.
    buttons, modifiers : what is held down.
    """
    left = bool(buttons & Qt.MouseButton.LeftButton)
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    if buttons & Qt.MouseButton.MiddleButton or (left and shift):
        return camera.panned(step.x(), step.y())
    if left:
        return camera.rotated(_RADIANS_PER_HEIGHT * step.x(), _RADIANS_PER_HEIGHT * step.y())
    if buttons & Qt.MouseButton.RightButton:
        return camera.zoomed(_ZOOM_PER_HEIGHT ** -step.y())
    return camera


def wheeled(camera: Camera, eighths: int) -> Camera:
    """The camera after a turn of the wheel, in eighths of a degree, away from the hand."""
    return camera.zoomed(_ZOOM_PER_NOTCH ** (eighths / 120))
