"""The views of the window: three slice views and the 3D view, made, linked and laid out."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QAction

from viewer.imaging.plane import Orientation
from viewer.session.session import Session
from viewer.ui.camera import Camera
from viewer.ui.cine import Cine
from viewer.ui.foreground import ViewOptions
from viewer.ui.layout_grid import LayoutGrid, LayoutName
from viewer.ui.mouse import Tool
from viewer.ui.slice_view import SliceView
from viewer.ui.volume_view import VolumeView

_ORIENTATIONS = {
    LayoutName.AXIAL: Orientation.AXIAL,
    LayoutName.CORONAL: Orientation.CORONAL,
    LayoutName.SAGITTAL: Orientation.SAGITTAL,
}


class Panes(QObject):
    """All views together.

    Parameters
    ----------
    session : Session
    options : ViewOptions
        What is drawn over the pictures.
    """

    #: The pointer is over this point (LPS mm, ndarray), or over none (None).
    probed = Signal(object)

    def __init__(
        self, session: Session, options: ViewOptions, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._options = options
        self._suited = False
        self.slices = {name: SliceView(session, o) for name, o in _ORIENTATIONS.items()}
        self.volume = VolumeView()
        self.cine = Cine(self)
        self.grid = LayoutGrid(
            (
                self.slices[LayoutName.AXIAL],
                self.volume,
                self.slices[LayoutName.CORONAL],
                self.slices[LayoutName.SAGITTAL],
            )
        )
        self._connect()
        self.set_options(options)

    @property
    def options(self) -> ViewOptions:
        """What is drawn over the pictures."""
        return self._options

    @property
    def active_slices(self) -> SliceView:
        """The slice view that keys act on: the axial one while the 3D view is active."""
        return self.slices.get(self.grid.active, self.slices[LayoutName.AXIAL])

    def set_options(self, options: ViewOptions) -> None:
        """Choose what is drawn over all pictures."""
        self._options = options
        for view in self.slices.values():
            view.set_options(options)

    def change_options(self, **values: bool) -> None:
        """Change some of what is drawn."""
        self.set_options(replace(self._options, **values))

    def set_left_tool(self, tool: Tool) -> None:
        """Choose what the left mouse button does."""
        for view in self.slices.values():
            view.mouse.left_tool = tool

    def reset(self) -> None:
        """Fit all pictures, upright, under the first window."""
        for view in self.slices.values():
            view.set_camera(Camera())
        self.volume.reset()
        self._session.display.reset_window()

    def scroll(self, slices: int) -> None:
        """Go on by some slices in the active view."""
        self.active_slices.scroll_slices(slices)

    def go_to_end(self, *, last: bool) -> None:
        """Go to the first or the last slice of the active view."""
        stack = self.active_slices.stack
        if stack is not None:
            self.active_slices.go_to(stack.count - 1 if last else 0)

    def play(self, on: bool) -> None:
        """Play the active view's slices, or stop."""
        if on:
            self.cine.start(self.active_slices)
        else:
            self.cine.stop()

    def listen_to(self, actions: list[QAction]) -> None:
        """Let the keys of these actions work while a view has the focus."""
        self.grid.addActions(actions)

    def focus(self) -> None:
        """Give the keys to the active view."""
        self.grid.view(self.grid.active).setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Activate the 3D view when it is pressed, and maximise it on a double click."""
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel):
            self.grid.activate(LayoutName.VOLUME)
        elif event.type() is QEvent.Type.MouseButtonDblClick:
            self.grid.toggle_maximized(LayoutName.VOLUME)
            return True
        return False

    def _connect(self) -> None:
        for name, view in self.slices.items():
            view.activated.connect(lambda name=name: self.grid.activate(name))
            view.maximize_requested.connect(lambda name=name: self.grid.toggle_maximized(name))
            view.probed.connect(self.probed)
        self.volume.installEventFilter(self)
        session = self._session
        session.active_changed.connect(self._show_volume)
        session.cursor_moved.connect(self._show_cursor)
        session.volume_changed.connect(self.cine.stop)
        session.volume_changed.connect(self._suit_layout)
        session.results.findings_changed.connect(self._show_findings)
        session.results.selection_changed.connect(self._show_findings)

    def _suit_layout(self) -> None:
        """What has no true cross sections gets one view; the next volume has all four again."""
        volume = self._session.display.volume
        if volume is None:
            return
        if self._session.no_cross_sections:
            count = volume.geometry.shape[0]
            stacks = ((name, view.stack) for name, view in self.slices.items())
            along = [name for name, stack in stacks if stack is not None and stack.count == count]
            self.grid.show_layout(along[0])
            self._suited = True
        elif self._suited:
            self.grid.show_layout(LayoutName.FOUR)
            self._suited = False

    def _show_volume(self) -> None:
        """The 3D view waits for the whole volume."""
        for view in self.slices.values():
            view.show_display(self._session.display, view.orientation)
        volume = self._session.display.volume if self._session.is_complete else None
        self.volume.set_volume(volume)
        self._show_cursor()
        self._show_findings()

    def _show_cursor(self) -> None:
        cursor = self._session.display.cursor
        if cursor is not None and self._session.is_complete:
            self.volume.set_cursor(cursor)

    def _show_findings(self) -> None:
        selected = self._session.results.selected
        self.volume.set_findings(
            [
                (f.center_lps_mm, max(f.diameters_mm[0] / 2, 1.0), f is selected)
                for f in self._session.results.shown
            ]
        )
