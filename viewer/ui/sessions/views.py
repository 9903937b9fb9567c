"""How the views are laid out, written down and put back."""

from __future__ import annotations

from viewer.session.document import PaneDocument, ViewsDocument
from viewer.session.library import Library
from viewer.ui.layouts import LAYOUTS, LayoutName, ViewKind
from viewer.ui.panes import Panes


def describe_views(panes: Panes) -> ViewsDocument:
    """Write down which view shows what."""
    grid = panes.grid
    return ViewsDocument(
        layout=grid.name,
        panes=tuple(
            PaneDocument(
                series_key=pane.display.series.key if pane.display.series is not None else None,
                kind=pane.kind,
            )
            for pane in grid.panes
        ),
        active=grid.panes.index(grid.active),
        alone=grid.panes.index(grid.alone) if grid.alone is not None else None,
    )


def show_views(panes: Panes, saved: ViewsDocument, library: Library) -> None:
    """Lay the views out as they were, as far as their series are there.

    Layouts and kinds that this version does not know are passed over.
    """
    if saved.layout in list(LAYOUTS):
        panes.show_layout(LayoutName(saved.layout))
    shown = panes.grid.panes
    for pane, one in zip(shown, saved.panes, strict=False):
        series = library.find(one.series_key or "")
        if series is not None:
            panes.show_series(pane, series)
        if one.kind in list(ViewKind) and one.kind != pane.kind:
            panes.show_kind(pane, ViewKind(one.kind))
    if saved.alone is not None and saved.alone < len(shown):
        panes.grid.show_alone(shown[saved.alone])
    if saved.active < len(shown):
        panes.activate(shown[saved.active])
