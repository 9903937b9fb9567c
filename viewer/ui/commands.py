"""What the actions do, and when they cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from viewer.imaging.slab import Projection
from viewer.session.session import Session
from viewer.ui import layouts, theme
from viewer.ui.actions import LANGUAGES, LAYOUTS, LINKS, MEASURES, SLABS, THEMES, TOOLS, Actions
from viewer.ui.actions import ActionId as A
from viewer.ui.analysis_controller import AnalysisController
from viewer.ui.findings.follow_up import no_follow_up
from viewer.ui.findings.marking import FindingMarks
from viewer.ui.language import Language, apply_language, chosen_language, tr
from viewer.ui.layouts import LayoutName
from viewer.ui.measure.tools import MeasureTools
from viewer.ui.mouse import Tool
from viewer.ui.panes import Panes
from viewer.ui.settings import Settings
from viewer.ui.tags.window import no_tags

_PAGE = 10
_TURN_DEGREES = 5.0
_NO_VOLUME = "Open a series first."
_NEED_A_VOLUME = (
    A.AUTO_WINDOW,
    A.INVERT,
    A.FLIP_HORIZONTAL,
    A.FLIP_VERTICAL,
    A.ROTATE,
    A.RESET,
    A.PREVIOUS_SLICE,
    A.NEXT_SLICE,
    A.PAGE_BACK,
    A.PAGE_ON,
    A.FIRST_SLICE,
    A.LAST_SLICE,
    A.VIEW_MENU,
    A.CINE,
    A.CINE_FASTER,
    A.CINE_SLOWER,
    A.ACTUAL_SIZE,
    A.MAGNIFIER,
    *MEASURES,
    A.IMPORT_MEASUREMENTS,
)


_OF_ONE_SERIES = tuple(
    action
    for action, name in LAYOUTS.items()
    if name not in layouts.LAYOUTS or layouts.LAYOUTS[LayoutName(name)].is_of_one_series
)
_OF_SEVERAL_VIEWS = (A.MAXIMIZE, A.NEXT_VIEW, A.PREVIOUS_VIEW)


class Commands(QObject):
    """Joins the actions that need no dialog to what they act on, and keeps their state true."""

    def __init__(
        self,
        actions: Actions,
        session: Session,
        panes: Panes,
        measuring: MeasureTools,
        analysis: AnalysisController,
        marks: FindingMarks,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._marks = marks
        self._actions = actions
        self._session = session
        self._panes = panes
        self._measuring = measuring
        self._left_tool = Tool.WINDOW
        self._analysis = analysis
        self._settings = settings
        self._connect_looking()
        self._connect_slabs()
        self._connect_links()
        self._on_toggle(A.LAYER, lambda on: session.fusion.change(session.display, visible=on))
        session.fusion.changed.connect(self._show_layer)
        self._connect_views()
        self._connect_findings()
        self._connect_state()
        self.show_all()

    def _on(self, name: A, do: Callable[[], object]) -> None:
        self._actions[name].triggered.connect(lambda: do())

    def _on_toggle(self, name: A, do: Callable[[bool], object]) -> None:
        self._actions[name].toggled.connect(do)

    def _connect_looking(self) -> None:
        panes, session = self._panes, self._session
        for name, step in (
            (A.PREVIOUS_SLICE, -1),
            (A.NEXT_SLICE, 1),
            (A.PAGE_BACK, -_PAGE),
            (A.PAGE_ON, _PAGE),
        ):
            self._on(name, partial(panes.scroll, step))
        self._on(A.FIRST_SLICE, lambda: panes.go_to_end(last=False))
        self._on(A.LAST_SLICE, lambda: panes.go_to_end(last=True))
        self._on_toggle(A.CINE, panes.play)
        self._on(A.CINE_FASTER, lambda: panes.cine.change_speed(1))
        self._on(A.CINE_SLOWER, lambda: panes.cine.change_speed(-1))
        self._on(A.ACTUAL_SIZE, lambda: panes.active_slices.show_actual_size())
        self._on_toggle(A.SMOOTH, lambda on: self._change_options(smooth=on))
        self._on_toggle(A.MAGNIFIER, lambda on: self._change_options(magnifier=on))
        self._on(A.AUTO_WINDOW, lambda: session.display.set_auto_window())
        self._on(A.INVERT, lambda: session.display.toggle_inverted())
        self._on(A.FLIP_HORIZONTAL, lambda: panes.active_slices.flip(horizontally=True))
        self._on(A.FLIP_VERTICAL, lambda: panes.active_slices.flip(horizontally=False))
        self._on(A.ROTATE, lambda: panes.active_slices.turn())
        self._on(A.RESET, panes.reset)
        self._on(A.TURN_LEFT, lambda: panes.turn_crosshair(-_TURN_DEGREES))
        self._on(A.TURN_RIGHT, lambda: panes.turn_crosshair(_TURN_DEGREES))
        self._on(A.STRAIGHTEN, lambda: session.display.straighten())

    def _connect_slabs(self) -> None:
        panes, slabs = self._panes, self._panes.slabs
        for name, projection in SLABS.items():
            self._on(name, partial(self._project, projection))
        self._on(A.SLAB_THICKER, lambda: slabs.step(panes.active_slices, 1))
        self._on(A.SLAB_THINNER, lambda: slabs.step(panes.active_slices, -1))
        self._on(A.SLAB_OTHER, lambda: slabs.ask(panes.active_slices, panes.grid))
        self._session.slabs_changed.connect(self._show_slab)
        panes.grid.active_changed.connect(self._show_slab)

    def _connect_links(self) -> None:
        links = self._session.links
        for name, what in LINKS.items():
            self._on_toggle(name, partial(self._change_link, what))
        self._on_toggle(A.TIE_FRAMES, self._tie)
        links.changed.connect(self._show_links)

    def _change_link(self, what: str, on: bool) -> None:
        self._session.links.change(**{what: on})
        self._settings.links = self._session.links.options

    def _tie(self, on: bool) -> None:
        if on:
            self._session.links.tie(self._session.display)
        else:
            self._session.links.untie()
        self._show_links()

    def _show_links(self) -> None:
        links = self._session.links
        for name, what in LINKS.items():
            self._actions.check(name, getattr(links.options, what))
        self._actions.check(A.TIE_FRAMES, links.is_tied)
        frames = {d.frame_of_reference for d in self._session.shown} - {""}
        alone = "Show series of two frames of reference beside each other first."
        self._actions.refuse(A.TIE_FRAMES, "" if links.is_tied or len(frames) > 1 else alone)

    def _connect_views(self) -> None:
        panes = self._panes
        for name, layout in LAYOUTS.items():
            self._on(name, partial(panes.show_layout, LayoutName(layout)))
        for name, tool in TOOLS.items():
            self._on(name, partial(self._take, Tool(tool)))
        for name, kind in MEASURES.items():
            self._on(name, partial(self._measuring.choose, kind))
        for name, chosen in THEMES.items():
            self._on(name, partial(self._choose_theme, chosen))
        for name, language in LANGUAGES.items():
            self._on(name, partial(self._choose_language, language))
        self._on(A.MAXIMIZE, lambda: panes.toggle_maximized())
        self._on(A.VIEW_MENU, lambda: panes.active.open_menu())
        self._on(A.NEXT_VIEW, lambda: panes.activate_neighbour(1))
        self._on(A.PREVIOUS_VIEW, lambda: panes.activate_neighbour(-1))
        self._on_toggle(A.CROSSHAIR, lambda on: self._change_options(crosshair=on))
        self._on_toggle(A.REFERENCE_LINES, lambda on: self._change_options(reference_lines=on))
        self._on_toggle(A.TEXTS, lambda on: self._change_options(texts=on))
        self._on_toggle(A.OVERLAY_PLANES, lambda on: self._change_options(overlay_planes=on))
        self._on_toggle(A.SHUTTER, lambda on: self._change_options(shutter=on))

    def _connect_findings(self) -> None:
        session = self._session
        self._on(A.UNDO, session.history.undo)
        self._on(A.REDO, session.history.redo)
        self._on(A.DELETE, session.delete_selected)
        self._on(A.NEXT_FINDING, lambda: session.jump_to_neighbour(1))
        self._on(A.PREVIOUS_FINDING, lambda: session.jump_to_neighbour(-1))
        self._on_toggle(A.OVERLAY, session.results.show_overlay)
        self._on(A.ANALYZE, self._analysis.start)
        self._on(A.CANCEL, self._cancel)

    def _connect_state(self) -> None:
        session = self._session
        session.library.changed.connect(self._show_open)
        session.volume_changed.connect(self._show_volume)
        session.window_changed.connect(self._show_window)
        session.planes_changed.connect(self._show_planes)
        session.history.changed.connect(self._show_history)
        session.results.findings_changed.connect(self._show_findings)
        session.results.selection_changed.connect(self._show_findings)
        session.results.overlay_changed.connect(self._show_overlay)
        session.measurements.changed.connect(self._show_measurements)
        session.measurements.selection_changed.connect(self._show_deletion)
        self._measuring.changed.connect(self._show_tool)
        session.opening.activity_changed.connect(self._show_running)
        self._analysis.changed.connect(self._show_running)
        self._panes.layout_changed.connect(self._show_layout)
        self._panes.cine.running_changed.connect(lambda on: self._actions.check(A.CINE, on))

    def show_all(self) -> None:
        """Say of every action what can be said of it now."""
        self._show_open()
        self._show_volume()
        self._show_window()
        self._show_history()
        self._show_findings()
        self._show_overlay()
        self._show_running()
        self._show_layout()
        options = self._panes.options
        self._actions.check(A.CROSSHAIR, options.crosshair)
        self._actions.check(A.REFERENCE_LINES, options.reference_lines)
        self._actions.check(A.TEXTS, options.texts)
        self._actions.check(A.SMOOTH, options.smooth)
        self._actions.check(A.OVERLAY_PLANES, options.overlay_planes)
        self._actions.check(A.SHUTTER, options.shutter)
        self._show_tool()
        self._show_measurements()
        for name, chosen in THEMES.items():
            self._actions.check(name, chosen == theme.chosen_theme())
        for name, language in LANGUAGES.items():
            self._actions.check(name, language is chosen_language())

    def _show_open(self) -> None:
        why = "" if self._session.library.series else "Nothing is open."
        for name in (A.CLOSE_ALL, A.FIND_SERIES, A.EXPORT, A.SAVE_SESSION):
            self._actions.refuse(name, why)

    def _show_volume(self) -> None:
        why = _NO_VOLUME if self._session.display.volume is None else ""
        for name in _NEED_A_VOLUME:
            self._actions.refuse(name, why)
        for name in _OF_ONE_SERIES:
            self._actions.refuse(name, self._session.no_cross_sections if not why else "")
        self._show_several()
        self._show_links()
        self._show_layer()
        self._show_planes()
        self._show_slab()
        display, series = self._session.display, self._session.active
        self._actions.refuse(A.TAGS, no_tags(series))
        for name in (A.AUTO_WINDOW, A.INVERT):
            self._actions.refuse(name, why or display.no_window)
        for name in (A.TOOL_WINDOW, A.TOOL_REGION):
            self._actions.refuse(name, display.no_window)
        self._show_measurements()
        planes = series is not None and any(s.has_overlays for s in series.slices)
        self._actions.refuse(
            A.OVERLAY_PLANES, why or ("" if planes else "The files hold no overlay planes.")
        )
        self._actions.refuse(
            A.SHUTTER, why or ("" if display.shutter else "The files hold no display shutter.")
        )

    def _project(self, projection: Projection | None) -> None:
        self._panes.slabs.project(self._panes.active_slices, projection)

    def _show_slab(self) -> None:
        slab, display = self._panes.slabs.of(self._panes.active_slices), self._session.display
        why = _NO_VOLUME if display.volume is None else display.no_slab
        for name, projection in SLABS.items():
            self._actions.check(name, projection is (slab.projection if slab else None))
            self._actions.refuse(name, why)
        self._actions.refuse(A.SLAB_OTHER, why)
        for name in (A.SLAB_THICKER, A.SLAB_THINNER):
            self._actions.refuse(name, why or ("" if slab else "The slices are single planes."))

    def _show_layer(self) -> None:
        layer = self._session.fusion.over(self._session.display)
        self._actions.check(A.LAYER, layer is not None and layer.visible)
        self._actions.refuse(A.LAYER, "" if layer else "No series lies over this one.")

    def _show_planes(self) -> None:
        display = self._session.display
        why = _NO_VOLUME if display.volume is None else display.no_cross_sections
        for name in (A.TURN_LEFT, A.TURN_RIGHT):
            self._actions.refuse(name, why)
        straight = "" if display.is_oblique else "All planes are the standard ones."
        self._actions.refuse(A.STRAIGHTEN, why or straight)

    def _show_window(self) -> None:
        self._actions.check(A.INVERT, self._session.display.inverted)

    def _show_history(self) -> None:
        history = self._session.history
        for name, word, label in (
            (A.UNDO, "Undo", history.undo_label),
            (A.REDO, "Redo", history.redo_label),
        ):
            self._actions[name].setText(f"{tr(word)} {tr(label)}" if label else tr(word))
            self._actions.refuse(name, "" if label else f"There is nothing to {word.lower()}.")

    def _show_findings(self) -> None:
        results = self._session.results
        if results.result is None:
            why = "Analyze the series first."
        else:
            why = "" if results.shown else "There are no findings above the threshold."
        for name in (A.NEXT_FINDING, A.PREVIOUS_FINDING):
            self._actions.refuse(name, why)
        for name in (A.ACCEPT_FINDING, A.COMMENT_FINDING, A.REDRAW_FINDING):
            self._actions.refuse(name, self._marks.refusal)
        self._actions.check(A.ACCEPT_FINDING, self._marks.accepted)
        self._actions.refuse(A.FOLLOW_UP, no_follow_up(self._session))
        self._show_deletion()
        self._show_overlay()

    def _show_deletion(self) -> None:
        what = self._session.deletion
        self._actions[A.DELETE].setText(tr(what or "Delete"))
        self._actions.refuse(A.DELETE, "" if what else "Select a measurement or a finding first.")

    def _show_measurements(self) -> None:
        self._show_deletion()
        there = bool(self._session.open_measurements)
        self._actions.refuse(A.EXPORT_MEASUREMENTS, "" if there else "Measure something first.")

    def _show_tool(self) -> None:
        for name, kind in MEASURES.items():
            if kind is self._measuring.kind:
                self._actions.check(name, True)
        if self._measuring.kind is None:
            (name,) = (name for name, tool in TOOLS.items() if tool == self._left_tool)
            self._actions.check(name, True)

    def _show_overlay(self) -> None:
        results = self._session.results
        there = results.heatmap is not None
        self._actions.check(A.OVERLAY, there and results.overlay.visible)
        self._actions.refuse(A.OVERLAY, "" if there else "Analyze the series first.")

    def _show_running(self) -> None:
        self._actions.refuse(A.ANALYZE, self._analysis.refusal)
        self._actions.refuse(A.MODEL_CARD, self._analysis.no_card)
        busy = self._session.opening.activity is not None or self._analysis.progress is not None
        self._actions.refuse(A.CANCEL, "" if busy else "Nothing is going on.")

    def _show_several(self) -> None:
        """Going from view to view needs others beside a view that is alone for good."""
        of_one = self._panes.grid.layout_.is_of_one_series
        there = self._session.display.volume is not None
        why = self._session.no_cross_sections if of_one and there else ""
        for name in _OF_SEVERAL_VIEWS:
            self._actions.refuse(name, why)

    def _show_layout(self) -> None:
        self._show_several()
        for name, layout in LAYOUTS.items():
            self._actions.check(name, layout == self._panes.layout_name)

    def _change_options(self, **values: bool) -> None:
        self._panes.change_options(**values)
        self._settings.view_options = self._panes.options

    def _choose_theme(self, name: theme.ThemeName) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._settings.theme = name
        theme.apply_theme(app, name)

    def _choose_language(self, language: Language) -> None:
        app = QApplication.instance()
        assert app is not None
        self._settings.language = language
        apply_language(app, language)

    def _take(self, tool: Tool) -> None:
        """Give the left mouse button something else to do than to measure."""
        self._left_tool = tool
        self._panes.set_left_tool(tool)
        self._measuring.choose(None)

    def _cancel(self) -> None:
        if self._analysis.progress is not None:
            self._analysis.cancel()
        else:
            self._session.opening.cancel()
