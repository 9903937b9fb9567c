"""What the actions of segmenting do, and when they cannot be done."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from viewer.session.session import Session
from viewer.ui.actions import SEGMENT_TOOLS, TOOLS, Actions
from viewer.ui.actions import ActionId as A
from viewer.ui.measure.tools import MeasureTools
from viewer.ui.panes import Panes
from viewer.ui.segment.tools import SegmentTool, SegmentTools
from viewer.ui.segment.work import SegmentWork


class SegmentCommands(QObject):
    """Joins the actions to tools and operations, and keeps one tool in hand at a time."""

    def __init__(
        self,
        actions: Actions,
        session: Session,
        panes: Panes,
        measuring: MeasureTools,
        tools: SegmentTools,
        work: SegmentWork,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._session = session
        self._panes = panes
        self._measuring = measuring
        self._tools = tools
        self._work = work
        for name, tool in SEGMENT_TOOLS.items():
            actions[name].triggered.connect(partial(self._take, SegmentTool(tool)))
        for name in TOOLS:
            actions[name].triggered.connect(lambda _=False: tools.choose(None))
        for name, do in (
            (A.SEGMENT_NEW, work.add),
            (A.SEGMENT_REMOVE, work.remove),
            (A.SEGMENT_THRESHOLD, work.threshold),
            (A.SEGMENT_FILL, work.fill),
            (A.SEGMENT_SMOOTH, work.smooth),
            (A.BRUSH_LARGER, lambda: tools.resize(1)),
            (A.BRUSH_SMALLER, lambda: tools.resize(-1)),
        ):
            actions[name].triggered.connect(lambda _=False, do=do: do())
        measuring.changed.connect(self._give_way)
        tools.changed.connect(self._show_tool)
        work.changed.connect(self._show)
        session.volume_changed.connect(self._show)
        session.active_changed.connect(self._show)
        session.segmentations.changed.connect(lambda _: self._show())
        self._show()

    def _take(self, tool: SegmentTool, _checked: bool = False) -> None:
        self._tools.choose(tool)
        self._measuring.choose(None)
        self._show_tool()

    def _give_way(self) -> None:
        if self._measuring.kind is not None:
            self._tools.choose(None)
        elif self._tools.tool is not None:
            self._show_tool()

    def _show_tool(self) -> None:
        for name, tool in SEGMENT_TOOLS.items():
            if tool == self._tools.tool:
                self._actions.check(name, True)
        if self._tools.tool is None and self._measuring.kind is None:
            left = self._panes.active_slices.mouse.left_tool
            (name,) = (name for name, tool in TOOLS.items() if tool == left)
            self._actions.check(name, True)
        self._show()

    def _show(self) -> None:
        work = self._work
        no_series = "" if self._session.display.volume is not None else "Open a series first."
        for name in (A.SEGMENT_NEW, A.SEGMENT_BRUSH, A.SEGMENT_ERASER, A.IMPORT_SEGMENTS):
            self._actions.refuse(name, no_series)
        for name in (A.SEGMENT_GROW, A.SEGMENT_THRESHOLD):
            self._actions.refuse(name, work.no_rule)
        for name in (A.SEGMENT_REMOVE, A.SEGMENT_FILL, A.SEGMENT_SMOOTH, A.EXPORT_SEGMENTS):
            self._actions.refuse(name, work.no_segment)
        no_brush = "" if self._tools.tool is not None else "Take the brush first."
        for name in (A.BRUSH_LARGER, A.BRUSH_SMALLER):
            self._actions.refuse(name, no_series or no_brush)
