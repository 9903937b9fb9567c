"""Views beside each other: the lines in which they cut each other, and the zoom that they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QLineF, QObject, QTimer

from viewer.imaging.plane import section
from viewer.session.links import Links
from viewer.ui.layouts import ViewKind
from viewer.ui.pane import Pane
from viewer.ui.placement import Placement
from viewer.ui.slice_view import SliceView


class Companions(QObject):
    """Tells each view of the others.

    Parameters
    ----------
    panes : sequence of Pane
    links : Links
        Which series belong together.
    """

    def __init__(self, panes: Sequence[Pane], links: Links, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self._links = links
        self._busy = False
        for pane in panes:
            view = pane.slice_view
            view.references = partial(self._lines_on, view)
            view.slice_changed.connect(self._repaint)
            view.camera_changed.connect(partial(self._share_zoom, view))
            view.opened.connect(partial(self._join_later, view))

    def _views(self) -> Iterator[SliceView]:
        """The slice views in sight."""
        for pane in self._panes:
            if pane.isVisible() and pane.kind is not ViewKind.VOLUME:
                yield pane.slice_view

    def _repaint(self) -> None:
        for view in self._views():
            view.viewport().update()

    def _lines_on(self, view: SliceView) -> list[tuple[QLineF, str]]:
        """Where the slices of other views cut the one of this view, and the colours of theirs.

        Those of the same series are the crosshair's, where it is shown.
        """
        placement, lines = view.placement, []
        if placement is None:
            return []
        for other in self._views():
            shown = other.placement
            by_crosshair = other.display is view.display and view.options.crosshair
            if other is view or shown is None or by_crosshair:
                continue
            line = self._line(view, placement, other, shown)
            if line is not None:
                lines.append((line, f"crosshair_{other.orientation}"))
        return lines

    def _line(
        self, view: SliceView, placement: Placement, other: SliceView, shown: Placement
    ) -> QLineF | None:
        moved = self._links.moved(shown.plane.origin, other.display, view.display)
        if moved is None:
            return None
        ends = section(placement.plane, replace(shown.plane, origin=moved))
        if ends is None:
            return None
        return QLineF(placement.position_of(ends[0]), placement.position_of(ends[1]))

    def _share_zoom(self, view: SliceView) -> None:
        """Show the views of the same orientation of linked series at the same scale and place."""
        if not self._busy and self._links.options.zoom:
            for other in self._alike(view):
                self._bring(other, view)

    def _join_later(self, view: SliceView) -> None:
        """Join the others once the views have found their sizes."""
        QTimer.singleShot(0, self, partial(self._join, view))

    def _join(self, view: SliceView) -> None:
        """Show a series that has come into view like one that was there before."""
        if view.isVisible() and self._links.options.zoom:
            for other in self._alike(view):
                self._bring(view, other)
                return

    def _alike(self, view: SliceView) -> Iterator[SliceView]:
        """The other views of linked series that look the same way."""
        linked = set(self._links.linked(view.display))
        for other in self._views():
            if other.display in linked and other.orientation is view.orientation:
                yield other

    def _bring(self, view: SliceView, other: SliceView) -> None:
        """Show in one view the part that another one shows, at the same scale."""
        placement = other.placement
        if placement is None:
            return
        middle = placement.lps_of(placement.middle)
        there = self._links.moved(middle, other.display, view.display)
        if there is not None:
            self._busy = True
            view.look_at(there, placement.pixels_per_mm, other.camera)
            self._busy = False
