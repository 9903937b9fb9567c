"""Series that are looked at together: the same place in the patient, the same window."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from psygnal import Signal

from viewer.imaging.geometry import Points
from viewer.imaging.voi import VoiLut
from viewer.session.display import Display


@dataclass(frozen=True)
class LinkOptions:
    """What series of one frame of reference share."""

    position: bool = True
    zoom: bool = True
    window: bool = False


class Links:
    """Keeps the series in view together by where they lie in the patient.

    Series of one frame of reference share its coordinates. Those of another, as a prior
    examination has, can be tied to them where they are: from then on they keep the distance that
    their cursors have at that moment.
    """

    #: Other things are shared, or other frames of reference are tied together.
    changed = Signal()

    def __init__(self) -> None:
        self._options = LinkOptions()
        self._displays: tuple[Display, ...] = ()
        self._replies: dict[Display, dict[str, Callable[[], None]]] = {}
        self._shifts: dict[str, Points] = {}
        self._busy = False

    @property
    def options(self) -> LinkOptions:
        """What linked series share."""
        return self._options

    @options.setter
    def options(self, options: LinkOptions) -> None:
        self._options = options
        self.changed.emit()

    @property
    def is_tied(self) -> bool:
        """Whether series of different frames of reference are tied together."""
        return bool(self._shifts)

    def change(self, **values: bool) -> None:
        """Share other things."""
        self.options = replace(self._options, **values)

    def follow(self, displays: Collection[Display]) -> None:
        """Keep these displays together, and no others."""
        for display in set(self._displays) - set(displays):
            for name, reply in self._replies.pop(display).items():
                getattr(display, name).disconnect(reply)
        fresh = [d for d in displays if d not in self._displays]
        for display in fresh:
            replies: dict[str, Callable[[], None]] = {
                "volume_changed": partial(self._await, display),
                "cursor_moved": partial(self._share_position, display),
                "window_changed": partial(self._share_window, display),
            }
            self._replies[display] = replies
            for name, reply in replies.items():
                getattr(display, name).connect(reply)
        self._displays = tuple(displays)
        for display in fresh:
            self._join(display)

    def tie(self, active: Display) -> None:
        """Tie all frames of reference in view together as their cursors lie now.

        Parameters
        ----------
        active : Display
            Whose frame of reference the others are measured from.
        """
        origin, frame = active.cursor, active.frame_of_reference
        if origin is None or not frame:
            return
        shifts = {frame: np.zeros(3)}
        for display in self._displays:
            if display.cursor is not None and display.frame_of_reference:
                shifts.setdefault(display.frame_of_reference, origin - display.cursor)
        if len(shifts) > 1:
            self._shifts = shifts
            self.changed.emit()

    def untie(self) -> None:
        """Let each frame of reference go its own way."""
        self._shifts = {}
        self.changed.emit()

    def moved(self, lps: Points, source: Display, target: Display) -> Points | None:
        """Where a point of one series lies in another.

        Parameters
        ----------
        lps : ndarray, shape (3,)
            LPS mm in the frame of reference of ``source``.
        source, target : Display

        Returns
        -------
        ndarray, shape (3,), or None
            LPS mm in that of ``target``; None where it is not known.
        """
        here, there = source.frame_of_reference, target.frame_of_reference
        if source is target or (here and here == there):
            return lps
        if here in self._shifts and there in self._shifts:
            return np.asarray(lps + self._shifts[here] - self._shifts[there])
        return None

    def linked(self, display: Display) -> Iterator[Display]:
        """The other series in view whose places in the patient are known from this one's."""
        for other in self._displays:
            known = self.moved(np.zeros(3), display, other) is not None
            if known and other is not display and other.volume is not None:
                yield other

    def _await(self, display: Display) -> None:
        if display.volume is None:
            self._join(display)

    def _join(self, display: Display) -> None:
        """Bring a series that comes into view to where the others are, once it is there."""
        if self._busy or not self._options.position or display.series is None:
            return
        for other in self.linked(display):
            self._bring(display, other)
            return

    def _share_position(self, display: Display) -> None:
        if self._busy or not self._options.position:
            return
        for other in self.linked(display):
            self._bring(other, display)

    def _bring(self, display: Display, other: Display) -> None:
        """Move the cursor of one series to that of another, if it has slices there."""
        lps = self.moved(other.cursor, other, display) if other.cursor is not None else None
        if lps is not None and _reaches(display, lps):
            with self._alone():
                display.move_cursor(lps)

    def _share_window(self, display: Display) -> None:
        if self._busy or not self._options.window or isinstance(display.window, VoiLut):
            return
        for other in self.linked(display):
            if _unit(other) == _unit(display):
                with self._alone():
                    other.set_window(display.window)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let what follows not be shared in its turn."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False


def _reaches(display: Display, lps: Points) -> bool:
    """Whether a series has a slice at a point, or may have one when it is loaded."""
    if display.volume is None:
        return True
    grid = display.volume.geometry
    beside = (lps - grid.clamp(lps)) @ grid.normal
    return bool(abs(beside) <= grid.spacing_mm[0])


def _unit(display: Display) -> str:
    return display.volume.unit if display.volume is not None else ""
