"""What the mouse does in a slice view: which drag is which, and how far it goes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QPointF, Qt

from viewer.imaging.voi import VoiFunction, Window

_CLICK_PX = 4  # a press that moved less is a click
_FINE = 0.25
_NARROWEST = 1e-3  # a width of values that are no integers
_WHEEL_NOTCH = 120  # Qt: eighths of a degree in one notch of an ordinary wheel
_ZOOM_PER_PX = 1.008
_ZOOM_PER_NOTCH = 1.15


class Tool(StrEnum):
    """What a drag does."""

    WINDOW = "window"
    PAN = "pan"
    ZOOM = "zoom"
    CROSSHAIR = "crosshair"
    SLICES = "slices"
    TURN = "turn"
    REGION = "region"


def tool_for(
    button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, left: Tool = Tool.WINDOW
) -> Tool | None:
    """The tool that a mouse button stands for; ``left`` is the one chosen for the left button."""
    if button is Qt.MouseButton.MiddleButton:
        return Tool.PAN
    if button is Qt.MouseButton.RightButton:
        return Tool.ZOOM
    if button is Qt.MouseButton.LeftButton:
        return Tool.PAN if modifiers & Qt.KeyboardModifier.ShiftModifier else left
    return None


def dragged_window(start: Window, right_px: float, up_px: float) -> Window:
    """A window after a drag: right is wider, up is brighter.

    The gain is 1 HU per pixel up to a width of 256 and grows with the width from there. Values that
    are no integers have a gain in proportion to the width.
    """
    if start.function is VoiFunction.LINEAR_EXACT:
        gain = start.width / 256
        width = max(_NARROWEST, start.width + right_px * gain)
        return Window(start.center - up_px * gain, width, function=start.function)
    gain = max(1.0, start.width / 256)
    return Window(round(start.center - up_px * gain), max(1, round(start.width + right_px * gain)))


class Target(Protocol):
    """What the mouse acts on."""

    def current_window(self) -> Window: ...  # noqa: D102
    def set_window(self, window: Window) -> None: ...  # noqa: D102
    def pan(self, delta: QPointF) -> None: ...  # noqa: D102
    def zoom(self, factor: float, anchor: QPointF) -> None: ...  # noqa: D102
    def point_at(self, position: QPointF) -> None: ...  # noqa: D102
    def is_on_gauge(self, position: QPointF) -> bool: ...  # noqa: D102
    def scrub(self, position: QPointF) -> None: ...  # noqa: D102
    def is_on_handle(self, position: QPointF) -> bool: ...  # noqa: D102
    def turn_planes(self, before: QPointF, after: QPointF) -> None: ...  # noqa: D102
    def frame(self, press: QPointF, at: QPointF) -> None: ...  # noqa: D102
    def take_frame(self) -> None: ...  # noqa: D102
    def scroll_slices(self, slices: int) -> None: ...  # noqa: D102
    def click(self, position: QPointF) -> None: ...  # noqa: D102


@dataclass
class _Drag:
    button: Qt.MouseButton
    tool: Tool
    press: QPointF
    last: QPointF
    window: Window
    right: float = 0.0
    up: float = 0.0
    moved: bool = False


class Mouse:
    """Turns mouse events of one view into what they mean."""

    def __init__(self, target: Target) -> None:
        self.left_tool = Tool.WINDOW
        self._target = target
        self._drag: _Drag | None = None
        self._wheel = 0.0

    def press(self, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, at: QPointF) -> None:
        """A button went down; a second one is ignored until the first is up."""
        tool = tool_for(button, modifiers, self.left_tool)
        if button is Qt.MouseButton.LeftButton and self._target.is_on_gauge(at):
            tool = Tool.SLICES
        elif button is Qt.MouseButton.LeftButton and self._target.is_on_handle(at):
            tool = Tool.TURN
        if tool is not None and self._drag is None:
            self._drag = _Drag(button, tool, at, at, self._target.current_window())
            self._follow(tool, at)

    def move(self, modifiers: Qt.KeyboardModifier, at: QPointF) -> None:
        """The pointer moved, with a button down or without."""
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        drag = self._drag
        if drag is None:
            if shift:
                self._target.point_at(at)
            return
        delta, drag.last = at - drag.last, at
        drag.moved = drag.moved or (at - drag.press).manhattanLength() >= _CLICK_PX
        if drag.tool is Tool.WINDOW:
            speed = _FINE if shift else 1.0
            drag.right += delta.x() * speed
            drag.up -= delta.y() * speed
            if drag.moved:
                self._target.set_window(dragged_window(drag.window, drag.right, drag.up))
        elif drag.tool is Tool.PAN:
            self._target.pan(delta)
        elif drag.tool is Tool.TURN:
            self._target.turn_planes(at - delta, at)
        elif drag.tool is Tool.REGION:
            self._target.frame(drag.press, at)
        elif drag.tool is Tool.ZOOM:
            self._target.zoom(_ZOOM_PER_PX ** -delta.y(), drag.press)
        else:
            self._follow(drag.tool, at)

    def _follow(self, tool: Tool, at: QPointF) -> None:
        """What goes to where the pointer is, from the press on."""
        if tool is Tool.CROSSHAIR:
            self._target.point_at(at)
        elif tool is Tool.SLICES:
            self._target.scrub(at)

    def release(self, button: Qt.MouseButton, at: QPointF) -> None:
        """A button went up; one that did not move was a click."""
        drag = self._drag
        if drag is None or drag.button is not button:
            return
        self._drag = None
        if drag.tool is Tool.REGION and drag.moved:
            self._target.take_frame()
        plain = button is Qt.MouseButton.LeftButton and drag.tool not in (Tool.SLICES, Tool.TURN)
        if not drag.moved and plain:
            self._target.click(at)

    def wheel(self, modifiers: Qt.KeyboardModifier, delta: float, at: QPointF) -> None:
        """The wheel turned by ``delta`` eighths of a degree, away from the user if positive."""
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self._target.zoom(_ZOOM_PER_NOTCH ** (delta / _WHEEL_NOTCH), at)
            return
        self._wheel += delta
        notches = int(self._wheel / _WHEEL_NOTCH)
        if notches:
            self._wheel -= notches * _WHEEL_NOTCH
            self._target.scroll_slices(-notches)
