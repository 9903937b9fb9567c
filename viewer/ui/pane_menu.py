"""The menu in the corner of each view: what it shows of its series, and how."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from viewer.imaging.slab import Projection
from viewer.session.session import Session
from viewer.ui import captions
from viewer.ui.language import tr
from viewer.ui.layouts import ViewKind
from viewer.ui.pane import Pane
from viewer.ui.panes import Panes
from viewer.ui.slabs import THICKNESSES_MM


class PaneMenus(QObject):
    """Fills the menus of all views as they are opened.

    Parameters
    ----------
    panes : Panes
    session : Session
    """

    def __init__(self, panes: Panes, session: Session) -> None:
        super().__init__(panes)
        self._session = session
        self._panes = panes
        for pane in panes.grid.all_panes:
            pane.menu_requested.connect(partial(self._fill, pane))

    def _fill(self, pane: Pane, menu: QMenu) -> None:
        menu.clear()
        why = pane.display.no_cross_sections
        for kind in ViewKind:
            action = menu.addAction(tr(kind.caption), partial(self._panes.show_kind, pane, kind))
            _check(action, kind is pane.kind)
            action.setEnabled(not why or kind is pane.kind)
            action.setToolTip(tr(why))
        menu.addSeparator()
        if pane.kind is not ViewKind.VOLUME:
            self._add_slab(pane, menu.addMenu(tr("Slab")))
            self._add_layers(pane, menu.addMenu(tr("Series on Top")))

    def _add_layers(self, pane: Pane, menu: QMenu) -> None:
        fusion, base = self._session.fusion, pane.display
        layer = fusion.over(base)
        menu.setToolTipsVisible(True)
        none = menu.addAction(tr("None"), partial(fusion.lay, base, None))
        _check(none, layer is None)
        for series in self._session.library.series:
            if base.series is not None and series.key == base.series.key:
                continue
            title = captions.series_title(series)
            action = menu.addAction(title, partial(fusion.lay, base, series))
            _check(action, layer is not None and layer.display.series is series)
            why = fusion.refusal(base, series)
            action.setEnabled(not why)
            action.setToolTip(tr(why) if why else captions.slices_line(series))

    def _add_slab(self, pane: Pane, menu: QMenu) -> None:
        view, slabs = pane.slice_view, self._panes.slabs
        slab, why = slabs.of(view), pane.display.no_slab
        menu.setToolTipsVisible(True)
        for projection in (None, *Projection):
            action = menu.addAction(
                tr(captions.projection(projection)), partial(slabs.project, view, projection)
            )
            _check(action, projection is (slab.projection if slab is not None else None))
        menu.addSeparator()
        for thickness in THICKNESSES_MM:
            action = menu.addAction(
                f"{thickness:g} mm", partial(slabs.set_thickness, view, thickness)
            )
            _check(action, slab is not None and slab.thickness_mm == thickness)
        menu.addAction(tr("Other Thickness…"), partial(slabs.ask, view, pane))
        for action in menu.actions():
            action.setEnabled(not why)
            action.setToolTip(tr(why))


def _check(action: QAction, on: bool) -> None:
    action.setCheckable(True)
    action.setChecked(on)
