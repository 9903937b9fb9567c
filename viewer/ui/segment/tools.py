"""The tool in hand for segmenting, and how it is set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, Signal

_LEAST_MM, _MOST_MM, _STEP = 0.5, 60.0, 1.25


class SegmentTool(StrEnum):
    """What the left mouse button does to the active segment."""

    BRUSH = "brush"
    ERASER = "eraser"
    GROW = "grow"


@dataclass(frozen=True)
class BrushSettings:
    """How brush and rules work.

    Parameters
    ----------
    radius_mm : float
    is_ball : bool
        Whether the brush reaches into the slices beside.
    low, high : float, optional
        The values that rules take, in the volume's unit; None until they are set.
    within : bool
        Whether the brush too takes only these.
    """

    radius_mm: float = 6.0
    is_ball: bool = False
    low: float | None = None
    high: float | None = None
    within: bool = False

    @property
    def values(self) -> tuple[float, float] | None:
        """The range, if it is set."""
        if self.low is None or self.high is None:
            return None
        return min(self.low, self.high), max(self.low, self.high)


class SegmentTools(QObject):
    """The same in all views."""

    #: Another tool, or other settings.
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tool: SegmentTool | None = None
        self._settings = BrushSettings()

    @property
    def tool(self) -> SegmentTool | None:
        """The tool in hand; None while the left button does something else."""
        return self._tool

    @property
    def settings(self) -> BrushSettings:
        """How it is set."""
        return self._settings

    def choose(self, tool: SegmentTool | None) -> None:
        """Take another tool, or put all of them away."""
        if tool is not self._tool:
            self._tool = tool
            self.changed.emit()

    def set(self, **values: Any) -> None:
        """Change settings by their names."""
        settings = replace(self._settings, **values)
        if settings != self._settings:
            self._settings = settings
            self.changed.emit()

    def resize(self, steps: int) -> None:
        """Make the brush larger by steps, or smaller."""
        radius = self._settings.radius_mm * _STEP**steps
        self.set(radius_mm=round(min(max(radius, _LEAST_MM), _MOST_MM), 1))
