"""The one 3D view, in whichever pane it is lodged, and what it shows there."""

from __future__ import annotations

from viewer.imaging.volume import Volume
from viewer.session.display import Display
from viewer.session.session import Session
from viewer.ui.pane import Pane
from viewer.ui.volume_view import VolumeView


class LodgedVolume:
    """Keeps the 3D view true to the display of its pane.

    There is one 3D view, as its process holds a volume of its own.

    Parameters
    ----------
    session : Session
    view : VolumeView
    """

    def __init__(self, session: Session, view: VolumeView) -> None:
        self._session = session
        self._view = view
        self._pane: Pane | None = None
        self._display: Display | None = None
        self._volume: Volume | None = None
        session.results.findings_changed.connect(self._show_findings)
        session.results.selection_changed.connect(self._show_findings)

    @property
    def pane(self) -> Pane | None:
        """Where the 3D view is lodged."""
        return self._pane

    def move_to(self, pane: Pane | None) -> None:
        """Lodge the 3D view in another pane, or in none."""
        if pane is self._pane:
            return
        if self._pane is not None:
            self._pane.lodge(None)
        self._pane = pane
        if pane is not None:
            pane.lodge(self._view)
        else:
            self._view.hide()
            self._view.setParent(None)

    def refresh(self) -> None:
        """Show what the pane shows."""
        display = self._pane.display if self._pane is not None else None
        if display is not self._display:
            if self._display is not None:
                self._unfollow(self._display)
            self._display = display
            if display is not None:
                self._follow(display)
        self._show_volume()

    def _follow(self, display: Display) -> None:
        display.volume_changed.connect(self._show_volume)
        display.completed.connect(self._show_volume)
        display.cursor_moved.connect(self._show_cursor)

    def _unfollow(self, display: Display) -> None:
        display.volume_changed.disconnect(self._show_volume)
        display.completed.disconnect(self._show_volume)
        display.cursor_moved.disconnect(self._show_cursor)

    def _show_volume(self) -> None:
        """The 3D view waits for the whole volume."""
        display = self._display
        volume = display.volume if display is not None and display.is_complete else None
        if volume is not self._volume:
            self._volume = volume
            self._view.set_volume(volume)
        self._show_cursor()
        self._show_findings()

    def _show_cursor(self) -> None:
        display = self._display
        if display is not None and display.is_complete and display.cursor is not None:
            self._view.set_cursor(display.cursor)

    def _show_findings(self) -> None:
        if self._display is None:
            return
        review = self._session.review_of(self._display)
        self._view.set_findings(
            [
                (f.center_lps_mm, max(f.diameters_mm[0] / 2, 1.0), f is review.selected)
                for f in review.shown
            ]
        )
