"""Measuring in one view: draws what lies in its slice and turns the mouse into changes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QLineEdit

from viewer.imaging.geometry import Points
from viewer.imaging.roi.figure import AREAS, Kind
from viewer.session.measurements import Measurement
from viewer.session.session import Session
from viewer.ui.measure import painting, wording
from viewer.ui.measure.draft import Draft
from viewer.ui.measure.sketch import Grip, Part, Sketch, lps_of, sketch
from viewer.ui.measure.tools import MeasureTools
from viewer.ui.placement import Placement
from viewer.ui.slice_view import SliceView
from viewer.ui.view_item import ViewItem

_DRAGGED_PX = 4  # a press that moved less is a click
_FREEHAND_STEP_PX = 2.0
_FREEHAND_TOLERANCE_PX = 0.6
_CLOSE_PX = 10.0
_OF_VALUES = frozenset((*AREAS, Kind.PROBE))
_NOT_OF_SLAB = "Middle plane, not slab"
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@dataclass
class _Grab:
    """A measurement held by the mouse: what it was, and where it was taken."""

    grip: Grip
    press: QPointF
    lps: Points
    changed: Measurement | None = None


class MeasureLayer(QObject):
    """The measurements over one slice view.

    Parameters
    ----------
    view : SliceView
        Owns the layer.
    session : Session
    tools : MeasureTools
        What the left mouse button draws.
    """

    def __init__(self, view: SliceView, session: Session, tools: MeasureTools) -> None:
        super().__init__(view)
        self.setObjectName("measure_layer")
        self._view = view
        self._viewport = view.viewport()
        self._session = session
        self._measurements = session.measurements
        self._tools = tools
        self._draft: Draft | None = None
        self._drawing: Measurement | None = None
        self._grab: _Grab | None = None
        self._hovered: int | None = None
        self._press: QPointF | None = None
        self._dragged = False
        self._item = ViewItem(view, self.paint, z=1.0)
        view.installEventFilter(self)
        self._viewport.installEventFilter(self)
        for signal in (
            self._measurements.changed,
            self._measurements.selection_changed,
            session.readings.changed,
        ):
            signal.connect(self._repaint)
        tools.changed.connect(self._show_tool)
        self._show_tool()

    @property
    def sketches(self) -> list[Sketch]:
        """What lies in the slice, the selected one last, so that it is on top."""
        placement, stack = self._view.placement, self._view.stack
        if placement is None or stack is None:
            return []
        reach = stack.spacing_mm / 2
        found = [
            sketch(m, self._lines(m), placement)
            for m in self._session.measurements_on(self._view.display)
            if m.figure.lies_in(placement.plane, reach)
        ]
        selected = self._measurements.selected
        return sorted(found, key=lambda s: selected is not None and s.measurement.id == selected.id)

    def paint(self, painter: QPainter) -> None:
        """Draw all that lies in the slice."""
        selected = self._measurements.selected
        for drawn in self.sketches:
            one = drawn.measurement
            painting.paint(
                painter,
                drawn,
                selected=selected is not None and one.id == selected.id,
                hovered=one.id == self._hovered,
            )

    def grip_at(self, position: QPointF) -> Grip | None:
        """What of which measurement can be taken hold of at a point of the view; the topmost.

        Labels are in the way of a tool that draws, and let it through.
        """
        found = (s.grip_at(position) for s in reversed(self.sketches))
        drawing = self._tools.kind is not None
        return next(
            (grip for grip in found if grip and not (drawing and grip.part is Part.LABEL)), None
        )

    def cancel(self) -> bool:
        """Give up what is being drawn or moved; whether there was anything."""
        busy = self._draft is not None or self._grab is not None
        self._draft = self._drawing = self._grab = self._press = None
        if busy:
            self._measurements.preview(None)
        return busy

    def rename(self, measurement: Measurement) -> None:
        """Let the name be written over the image."""
        drawn = next((s for s in self.sketches if s.measurement.id == measurement.id), None)
        if drawn is not None:
            name = measurement.name if wording.is_named(measurement) else ""
            self._write(drawn, name, lambda text: self._measurements.rename(measurement, text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the presses that mean a measurement; all others go on to the view."""
        if isinstance(event, QKeyEvent) and watched is self._view:
            return self._key(event)
        if watched is not self._viewport:
            return False
        if event.type() is QEvent.Type.Leave:
            self._hover(None)
        if not isinstance(event, QMouseEvent):
            return False
        placement, at = self._view.placement, event.position()
        if placement is None:
            return False
        match event.type():
            case QEvent.Type.MouseButtonPress:
                return self._pressed(event, placement, at)
            case QEvent.Type.MouseMove:
                self._moved(placement, at, event.buttons())
                return False  # the view tells what is under the pointer
            case QEvent.Type.MouseButtonRelease:
                return self._released(event, placement, at)
            case QEvent.Type.MouseButtonDblClick:
                return self._double_clicked(event, placement, at)
        return False

    # The mouse

    def _pressed(self, event: QMouseEvent, placement: Placement, at: QPointF) -> bool:
        grip = self.grip_at(at) if self._draft is None else None
        if event.button() is _RIGHT and grip is not None:
            self._measurements.select(grip.measurement.id)
            self._tools.open_menu(grip.measurement, self, event.globalPosition().toPoint())
            return True
        plain = not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.button() is not _LEFT or not plain or self._view.is_taken(at):
            return False
        kind = self._tools.kind
        if grip is None and kind is None and self._draft is None:
            self._measurements.select(None)
            return False
        if grip is None and self._draft is None and placement.lps_at(at) is None:
            return False
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._view.activated.emit()
        self._press, self._dragged = at, False
        lps = lps_of(at, placement)
        if self._draft is not None:
            self._go_on(placement, at, lps)
        elif grip is not None:
            self._measurements.select(grip.measurement.id)
            self._grab = _Grab(grip, at, lps)
        elif kind is not None:
            self._begin(kind, placement, lps)
        return True

    def _moved(self, placement: Placement, at: QPointF, buttons: Qt.MouseButton) -> None:
        lps = lps_of(at, placement)
        dragging = bool(buttons & _LEFT) and self._press is not None and self._is_drag(at)
        if self._draft is not None:
            if not self._is_current(placement):
                self.cancel()
                return
            if self._draft.kind is Kind.FREEHAND and dragging and self._too_near(placement, at):
                return
            self._draft.move(lps, dragging=dragging)
            self._preview_draft()
        elif self._grab is not None:
            if self._is_drag(at):
                self._grab.changed = _changed(self._grab, at, placement)
                self._measurements.preview(self._grab.changed)
        elif not buttons:
            self._hover(self.grip_at(at))

    def _released(self, event: QMouseEvent, placement: Placement, at: QPointF) -> bool:
        if event.button() is not _LEFT or self._press is None:
            return False
        dragged, lps = self._is_drag(at), lps_of(at, placement)
        self._press = None
        if self._grab is not None:
            grab, self._grab = self._grab, None
            if grab.changed is not None:
                self._measurements.put(grab.changed, "Move")
        elif self._draft is not None:
            self._draft.release(lps, dragged=dragged)
            if self._draft.kind is Kind.FREEHAND and dragged:
                self._draft.close()
                self._finish(placement)
            else:
                self._settle(placement)
        return True

    def _double_clicked(self, event: QMouseEvent, placement: Placement, at: QPointF) -> bool:
        if event.button() is not _LEFT:
            return False
        if self._draft is not None:
            if self._draft.kind is Kind.FREEHAND:
                self._draft.close()
                self._finish(placement)
                return True
            return self._pressed(event, placement, at)
        grip = self.grip_at(at)
        if grip is not None:
            self.rename(grip.measurement)
            return True
        return self._tools.kind is not None and self._pressed(event, placement, at)

    def _is_drag(self, at: QPointF) -> bool:
        """Whether the button is down for a drag: also where that comes back to its start."""
        if self._press is not None:
            away = (at - self._press).manhattanLength() >= _DRAGGED_PX
            self._dragged = self._dragged or away
        return self._dragged

    def _too_near(self, placement: Placement, at: QPointF) -> bool:
        assert self._draft is not None
        last = placement.position_of(self._draft.last)
        return (at - last).manhattanLength() < _FREEHAND_STEP_PX

    def _is_current(self, placement: Placement) -> bool:
        """Whether the slice is still the one that the figure is being drawn in."""
        assert self._draft is not None
        assert self._drawing is not None
        in_plane = abs(placement.plane.distance_mm(self._draft.start)) < 1e-6
        return in_plane and self._drawing.series == self._series

    def _hover(self, grip: Grip | None) -> None:
        hovered = grip.measurement.id if grip is not None else None
        if hovered != self._hovered:
            self._hovered = hovered
            self._repaint()
        self._show_cursor(grip)

    # Drawing a new one

    def _begin(self, kind: Kind, placement: Placement, lps: Points) -> None:
        self._draft = Draft(kind, placement.plane, lps)
        drawing = self._drawing = self._measurements.begin(self._draft.figure, self._series)
        self._settle(placement)
        self._measurements.select(drawing.id)

    def _go_on(self, placement: Placement, at: QPointF, lps: Points) -> None:
        assert self._draft is not None
        if not self._is_current(placement):
            self.cancel()
            return
        start = placement.position_of(self._draft.start)
        near = (at - start).manhattanLength() <= _CLOSE_PX
        if self._draft.kind is Kind.FREEHAND and near and self._draft.figure.is_whole:
            self._draft.close()
            self._finish(placement)
            return
        self._draft.press(lps)
        self._settle(placement)

    def _settle(self, placement: Placement) -> None:
        """Finish what is complete; show the rest."""
        assert self._draft is not None
        if self._draft.is_complete:
            self._finish(placement)
        else:
            self._preview_draft()

    def _preview_draft(self) -> None:
        assert self._draft is not None
        assert self._drawing is not None
        self._drawing = replace(self._drawing, figure=self._draft.figure)
        self._measurements.preview(self._drawing)

    def _finish(self, placement: Placement) -> None:
        assert self._draft is not None
        assert self._drawing is not None
        tolerance = _FREEHAND_TOLERANCE_PX / placement.pixels_per_mm
        figure = self._draft.figure.simplified(tolerance)
        made = replace(self._drawing, figure=figure)
        self._draft = self._drawing = self._press = None
        if not figure.is_whole or _is_point(made):
            self._measurements.preview(None)
        elif made.kind is Kind.TEXT:
            self._measurements.preview(made)
            self._ask_text(made)
        else:
            self._measurements.put(made)

    # Names and texts

    def _ask_text(self, made: Measurement) -> None:
        drawn = next((s for s in self.sketches if s.measurement.id == made.id), None)
        if drawn is None:
            self._measurements.preview(None)
            return

        def keep(text: str) -> None:
            if text.strip():
                self._measurements.put(replace(made, name=text.strip()))
            else:
                self._measurements.preview(None)

        self._write(drawn, "", keep)

    def _write(self, drawn: Sketch, text: str, done: Callable[[str], None]) -> None:
        _Editor(self._view, drawn.label.topLeft().toPoint(), text, done)

    # Keys

    def _key(self, event: QKeyEvent) -> bool:
        """Esc gives up what is begun, then the selection, then the tool, before it means others."""
        if event.key() != Qt.Key.Key_Escape:
            return False
        idle = self._draft is None and self._grab is None
        if idle and self._measurements.selected is None and self._tools.kind is None:
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() is QEvent.Type.KeyPress:
            if self.cancel():
                return True
            if self._measurements.selected is not None:
                self._measurements.select(None)
            else:
                self._tools.choose(None)
        return True

    # Inside

    @property
    def _series(self) -> str:
        series = self._view.display.series
        return series.key if series is not None else ""

    def _lines(self, measurement: Measurement) -> list[str]:
        """What is written beside a figure; an outline that is not closed has no values yet."""
        is_open = measurement.kind is Kind.FREEHAND and measurement is self._measurements.drawn
        if is_open or not measurement.figure.is_whole:
            return []
        lines = wording.label(measurement, self._session.readings.of(measurement))
        view = self._view
        if measurement.kind in _OF_VALUES and view.display.slab(view.orientation) is not None:
            lines.append(_NOT_OF_SLAB)
        return lines

    def _repaint(self) -> None:
        self._viewport.update()

    def _show_tool(self) -> None:
        self.cancel()
        self._show_cursor(None)

    def _show_cursor(self, grip: Grip | None) -> None:
        if grip is not None:
            shape = (
                Qt.CursorShape.SizeAllCursor
                if grip.part is not Part.HANDLE
                else Qt.CursorShape.PointingHandCursor
            )
            self._viewport.setCursor(shape)
        elif self._tools.kind is not None:
            self._viewport.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self._viewport.unsetCursor()


def _changed(grab: _Grab, at: QPointF, placement: Placement) -> Measurement:
    """The measurement as it is when what was taken is dragged to a point of the view."""
    was, part = grab.grip.measurement, grab.grip.part
    if part is Part.LABEL and was.kind is not Kind.TEXT:
        place = grab.grip.label + (at - grab.press)
        return replace(was, label=_point(lps_of(place, placement, beside=True)))
    by = lps_of(at, placement) - grab.lps
    if part is Part.HANDLE:
        handle = was.figure.handles[grab.grip.handle]
        return replace(was, figure=was.figure.with_handle(grab.grip.handle, handle + by))
    label = None if was.label is None else _point(was.label + by)
    return replace(was, figure=was.figure.moved(by), label=label)


def _point(lps: Points) -> tuple[float, float, float]:
    x, y, z = lps.tolist()
    return x, y, z


def _is_point(made: Measurement) -> bool:
    """Whether what needs an extent has none."""
    points = made.figure.points
    return made.kind not in (Kind.PROBE, Kind.TEXT) and bool((points == points[0]).all())


class _Editor(QLineEdit):
    """A line of text written over the image: Enter keeps it, Esc does not."""

    def __init__(self, view: SliceView, at: QPoint, text: str, done: Callable[[str], None]) -> None:
        super().__init__(text, view.viewport())
        self._view = view
        self.setObjectName("measurement_text")
        self.setAccessibleName("Text of the measurement")
        self.setPlaceholderText("Text, then Enter")
        self.setFixedWidth(180)
        self._text_before = text
        self._done: Callable[[str], None] | None = done
        inside = view.viewport().rect().adjusted(0, 0, -self.width(), -self.sizeHint().height())
        self.move(
            min(max(at.x(), 0), max(inside.right(), 0)),
            min(max(at.y(), 0), max(inside.bottom(), 0)),
        )
        self.editingFinished.connect(lambda: self._finish(self.text()))
        self.show()
        self.selectAll()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Keep Esc and the letters that are shortcuts elsewhere."""
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves things as they were."""
        if event.key() == Qt.Key.Key_Escape:
            self._finish(self._text_before)
        else:
            super().keyPressEvent(event)

    def _finish(self, text: str) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(text)
            self.hide()
            self._view.setFocus()
            self.deleteLater()
