"""The views together: what each shows, the active one, and what keys and the session ask of all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QAction

from viewer.dicom.series import Series
from viewer.imaging.plane import Orientation
from viewer.session.display import Display
from viewer.session.session import Session
from viewer.ui.camera import Camera
from viewer.ui.cine import Cine
from viewer.ui.companions import Companions
from viewer.ui.foreground import ViewOptions
from viewer.ui.layout_grid import LayoutGrid
from viewer.ui.layouts import LAYOUTS, MOST_VIEWS, LayoutName, ViewKind
from viewer.ui.lodged_volume import LodgedVolume
from viewer.ui.mouse import Tool
from viewer.ui.pane import Pane
from viewer.ui.slabs import Slabs
from viewer.ui.slice_view import SliceView
from viewer.ui.volume_view import VolumeView


class Panes(QObject):
    """All views together.

    The active pane always shows the session's active display: turning to a pane makes its series
    the active one, and a series that is activated comes into the active pane, or into all panes
    of a layout that shows one series.

    Parameters
    ----------
    session : Session
    options : ViewOptions
        What is drawn over the pictures.
    """

    #: The pointer is over this point (LPS mm, ndarray), or over none (None).
    probed = Signal(object)
    #: Another layout, or one view alone: see ``layout_name``.
    layout_changed = Signal()

    def __init__(
        self, session: Session, options: ViewOptions, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._options = options
        self._chosen: LayoutName | None = None
        self.grid = LayoutGrid([Pane(session) for _ in range(MOST_VIEWS)])
        self.volume = VolumeView()
        self._lodged = LodgedVolume(session, self.volume)
        self.cine = Cine(self)
        self.slabs = Slabs(self)
        Companions(self.grid.all_panes, session.links, self)
        self._connect()
        self.set_options(options)
        self.show_layout(LayoutName.FOUR)

    @property
    def options(self) -> ViewOptions:
        """What is drawn over the pictures."""
        return self._options

    @property
    def active(self) -> Pane:
        """The pane that keys act on."""
        return self.grid.active

    @property
    def active_slices(self) -> SliceView:
        """The slice view that keys act on: the first one while the 3D view is active."""
        if self.active.kind is not ViewKind.VOLUME:
            return self.active.slice_view
        return next(iter(self._slice_views()), self.active.slice_view)

    @property
    def slices(self) -> dict[Orientation, SliceView]:
        """The layout's slice views by orientation; of several the first."""
        return {view.orientation: view for view in reversed(list(self._slice_views()))}

    @property
    def is_settled(self) -> bool:
        """Whether the slice views in sight show what belongs there."""
        return all(view.is_settled for view in self._slice_views() if view.isVisible())

    @property
    def layout_name(self) -> LayoutName:
        """The layout in use; that of one view alone has the name of its kind."""
        alone = self.grid.alone
        return self.grid.name if alone is None else LayoutName(alone.kind)

    @property
    def chosen_layout(self) -> LayoutName:
        """The layout that was chosen, when the series in view needs another."""
        return self._chosen or self.layout_name

    # What is shown

    def show_layout(self, name: LayoutName) -> None:
        """Arrange the views another way, or show a single one of a kind."""
        self._chosen = None
        self._show_layout(name)
        self.focus()

    def toggle_maximized(self, pane: Pane | None = None) -> None:
        """Show a pane alone, or all again; the active one by default."""
        if len(self.grid.panes) > 1:
            self.grid.show_alone((pane or self.active) if self.grid.alone is None else None)

    def show_series(self, pane: Pane, series: Series) -> None:
        """Show a series in one pane, and turn to it."""
        self._put(pane, self._session.display_of(series))
        self._tell_shown()
        self.activate(pane)

    def show_kind(self, pane: Pane, kind: ViewKind) -> None:
        """Show another side of what a pane shows."""
        if kind is ViewKind.VOLUME:
            host = self._lodged.pane
            if host is not None and host is not pane:
                host.lodge(None)
                host.show_display(host.display, ViewKind(host.slice_view.orientation))
            self._lodged.move_to(pane)
        elif pane.kind is ViewKind.VOLUME:
            self._lodged.move_to(None)
        pane.show_display(pane.display, kind)
        self._lodged.refresh()

    def activate(self, pane: Pane) -> None:
        """Turn to a pane and its series."""
        self.grid.activate(pane)
        self._session.turn_to(pane.display)

    def activate_neighbour(self, step: int) -> None:
        """Turn to the next pane, going round."""
        pane = self.grid.neighbour(step)
        if self.grid.alone is not None:
            self.grid.show_alone(pane)
        self.activate(pane)
        pane.view.setFocus()

    # What keys do

    def set_options(self, options: ViewOptions) -> None:
        """Choose what is drawn over all pictures."""
        self._options = options
        for pane in self.grid.all_panes:
            pane.slice_view.set_options(options)

    def change_options(self, **values: bool) -> None:
        """Change some of what is drawn."""
        self.set_options(replace(self._options, **values))

    def set_left_tool(self, tool: Tool) -> None:
        """Choose what the left mouse button does."""
        for pane in self.grid.all_panes:
            pane.slice_view.mouse.left_tool = tool

    def reset(self) -> None:
        """Fit all pictures, upright, under the first window."""
        for display in self._session.shown:
            display.straighten()
            display.reset_window()
        for view in self._slice_views():
            view.set_camera(Camera())
        self.volume.reset()

    def turn_crosshair(self, degrees: float) -> None:
        """Turn the planes of the other views in the active view, clockwise as it is seen."""
        view = self.active_slices
        mirrored = view.camera.flipped_horizontally != view.camera.flipped_vertically
        view.display.turn(view.orientation, math.radians(-degrees if mirrored else degrees))

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
        self.active.view.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Activate the 3D view when it is pressed, and maximise it on a double click."""
        pane = self._lodged.pane
        if pane is None:
            return False
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel):
            self.activate(pane)
        elif event.type() is QEvent.Type.MouseButtonDblClick:
            self.toggle_maximized(pane)
            return True
        return False

    # Inside

    def _connect(self) -> None:
        for pane in self.grid.all_panes:
            pane.activated.connect(lambda pane=pane: self.activate(pane))
            pane.maximize_requested.connect(lambda pane=pane: self.toggle_maximized(pane))
            pane.series_dropped.connect(partial(self._take_series, pane))
            pane.slice_view.probed.connect(self.probed)
        self.volume.installEventFilter(self)
        self.grid.layout_changed.connect(self.layout_changed)
        session = self._session
        session.active_changed.connect(self._show_active)
        session.volume_changed.connect(self.cine.stop)
        session.volume_changed.connect(self._suit_layout)
        session.opening.scanned.connect(self._hang_images)

    def _take_series(self, pane: Pane, key: str, over: bool) -> None:
        series = self._session.library.find(key)
        if series is None:
            return
        if over:
            self._session.fusion.lay(pane.display, series)
            self.activate(pane)
        else:
            self.show_series(pane, series)

    def _slice_views(self) -> Iterator[SliceView]:
        return (p.slice_view for p in self.grid.panes if p.kind is not ViewKind.VOLUME)

    def _show_layout(self, name: LayoutName) -> None:
        if name not in LAYOUTS:
            kind = ViewKind(name.value)
            pane = next((p for p in self.grid.panes if p.kind is kind), None)
            if pane is None:
                pane = self.active
                self.show_kind(pane, kind)
            self.grid.show_alone(pane)
            self.activate(pane)
            return
        displays = self._displays_for(name)
        self.grid.show_layout(name)
        kinds = self.grid.layout_.kinds
        for pane, wanted, display in zip(self.grid.panes, kinds, displays, strict=True):
            self._put(pane, display, wanted or _acquired(display))
        if not any(p.kind is ViewKind.VOLUME for p in self.grid.panes):
            self._lodged.move_to(None)
        self._tell_shown()
        showing = [p for p in self.grid.panes if p.display is self._session.display]
        if self.active not in showing:
            self.activate(showing[0] if showing else self.grid.panes[0])

    def _displays_for(self, name: LayoutName) -> list[Display]:
        """What the panes of a layout show: one series, or those shown now and empty ones."""
        layout, active = LAYOUTS[name], self._session.display
        count = len(layout.kinds)
        shown = [p.display for p in self.grid.panes if p.display.series is not None]
        if layout.is_of_one_series:
            is_empty = active.series is None and active.volume is None
            return [shown[0] if shown and is_empty else active] * count
        first = [active] if active not in shown[:count] else []
        displays = list(dict.fromkeys((*first, *shown)))[:count]
        return displays + [Display() for _ in range(count - len(displays))]

    def _put(self, pane: Pane, display: Display, kind: ViewKind | None = None) -> None:
        """Show a display in a pane; the kind is kept where it is one for any series."""
        if kind is None:
            kind = pane.kind if self.grid.layout_.is_of_one_series else _acquired(display)
        if kind is not pane.kind and ViewKind.VOLUME in (kind, pane.kind):
            self.show_kind(pane, kind)
        pane.show_display(display, kind)
        self._lodged.refresh()

    def _tell_shown(self) -> None:
        self._session.show_in_views([pane.display for pane in self.grid.panes])

    def _show_active(self) -> None:
        """Bring a series that was activated into view."""
        display = self._session.display
        if self.active.display is not display:
            of_one = self.grid.layout_.is_of_one_series
            for pane in self.grid.panes if of_one else (self.active,):
                self._put(pane, display)
            self._tell_shown()
        self._lodged.refresh()

    def _suit_layout(self) -> None:
        """What has no true cross sections gets one view; the next volume has all again."""
        display = self._session.display
        if display.volume is None:
            return
        if display.no_cross_sections:
            if all(pane.display is display for pane in self.grid.panes):
                self._chosen = self.chosen_layout
                self._show_layout(LayoutName(display.acquired.value))
        elif self._chosen is not None:
            self.show_layout(self._chosen)

    def _hang_images(self, found: Sequence[Series]) -> None:
        """Show the images of a study side by side, as the views of one radiograph."""
        active = self._session.active
        if active is None or active.shape[0] > 1:
            return
        images = [s for s in found if s.shape[0] == 1 and s.study_uid == active.study_uid]
        if len(images) < 2:
            return
        self._chosen = self.chosen_layout
        self._show_layout(LayoutName.SIDE_BY_SIDE if len(images) == 2 else LayoutName.FOUR_SERIES)
        panes = self.grid.panes
        for pane, series in zip(panes, images, strict=False):
            self._put(pane, self._session.display_of(series))
        self._tell_shown()
        self.activate(panes[0])


def _acquired(display: Display) -> ViewKind:
    """What shows a series in the slices in which it was acquired."""
    return ViewKind(display.acquired.value)
