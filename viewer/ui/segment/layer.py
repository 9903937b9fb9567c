"""Labels over one view's picture, and the brush that changes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QTransform

from viewer.imaging.geometry import Points
from viewer.imaging.labels import labels_in
from viewer.imaging.plane import Plane
from viewer.imaging.segment.brush import stroke
from viewer.imaging.segment.part import Part
from viewer.imaging.volume import Volume
from viewer.session.segmentation import Segmentation
from viewer.session.session import Session
from viewer.ui import theme
from viewer.ui.placement import Placement
from viewer.ui.segment.tools import SegmentTool, SegmentTools
from viewer.ui.segment.work import SegmentWork
from viewer.ui.slice_view import SliceView
from viewer.ui.view_item import ViewItem

_FILL, _EDGE = 0.30, 0.95
_LEFT = Qt.MouseButton.LeftButton


class SegmentLayer(QObject):
    """Draws the labels of the series in a view; turns presses into strokes while a tool is in hand.

    Parameters
    ----------
    view : SliceView
        Owns the layer.
    session : Session
    tools : SegmentTools
    work : SegmentWork
    """

    def __init__(
        self, view: SliceView, session: Session, tools: SegmentTools, work: SegmentWork
    ) -> None:
        super().__init__(view)
        self.setObjectName("segment_layer")
        self._view = view
        self._viewport = view.viewport()
        self._session = session
        self._tools = tools
        self._work = work
        self._last: Points | None = None
        self._erasing = False
        self._pointer: QPointF | None = None
        self._image: tuple[tuple[Any, ...], QImage] | None = None
        self._item = ViewItem(view, self.paint, z=0.5)
        view.installEventFilter(self)
        self._viewport.installEventFilter(self)
        session.segmentations.changed.connect(self._repaint)
        tools.changed.connect(self._show_tool)

    def paint(self, painter: QPainter) -> None:
        """Draw the labels, and the brush under the pointer."""
        placement = self._view.placement
        if placement is None:
            return
        image = self._labels(placement)
        if image is not None:
            height, width = placement.pixel_mm
            painter.save()
            to_view = QTransform.fromScale(width, height) * placement.to_view
            painter.setWorldTransform(to_view, True)
            painter.drawImage(QPointF(0, 0), image)
            painter.restore()
        if self._pointer is not None and self._tools.tool in (
            SegmentTool.BRUSH,
            SegmentTool.ERASER,
        ):
            self._draw_brush(painter, self._pointer, placement)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the presses that paint; all others go on to the view."""
        if self._tools.tool is None:
            return False
        if isinstance(event, QKeyEvent) and watched is self._view:
            return self._key(event)
        if watched is not self._viewport:
            return False
        if event.type() is QEvent.Type.Leave:
            self._point(None)
        placement = self._view.placement
        if not isinstance(event, QMouseEvent) or placement is None:
            return False
        match event.type():
            case QEvent.Type.MouseButtonPress | QEvent.Type.MouseButtonDblClick:
                return self._pressed(event, placement)
            case QEvent.Type.MouseMove:
                self._point(event.position())
                if self._last is not None:
                    self._dab(placement, event.position())
            case QEvent.Type.MouseButtonRelease:
                return self._released(event)
        return False

    # The mouse

    def _pressed(self, event: QMouseEvent, placement: Placement) -> bool:
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        at = event.position()
        if event.button() is not _LEFT or shift or self._view.is_on_gauge(at):
            return False
        lps = placement.lps_at(at)
        if lps is None:
            return False
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._view.activated.emit()
        if self._tools.tool is SegmentTool.GROW:
            self._work.grow(lps)
            return True
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self._erasing = (self._tools.tool is SegmentTool.ERASER) != control
        if not self._erasing:
            self._work.ensure_segment()
        self._last = lps
        self._dab(placement, at)
        return True

    def _released(self, event: QMouseEvent) -> bool:
        if event.button() is not _LEFT or self._last is None:
            return False
        self._end()
        return True

    def _end(self) -> None:
        self._last = None
        found = self._segmentation
        segment = found.find(found.active) if found is not None else None
        if segment is not None:
            what = "Erase" if self._erasing else "Paint"
            self._session.segmentations.end_stroke(f"{what} {segment.name}")

    def _dab(self, placement: Placement, at: QPointF) -> None:
        """Paint from where the brush was to a point of the view."""
        volume, start = self._view.display.volume, self._last
        if volume is None or start is None:
            return
        end = _under(placement, at)
        settings = self._tools.settings
        plane = placement.plane
        if abs(plane.distance_mm(start)) > 1e-3:  # another slice was turned to meanwhile
            start = end
        normal = None if settings.is_ball else plane.normal
        part = stroke(volume.geometry, start, end, settings.radius_mm, normal)
        if part is not None and settings.within and settings.values is not None:
            part = _within(part, volume, settings.values)
        self._session.segmentations.paint(self._key_of_series, part, erase=self._erasing)
        self._last = end

    def _key(self, event: QKeyEvent) -> bool:
        """Esc puts the tool away."""
        if event.key() != Qt.Key.Key_Escape:
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() is QEvent.Type.KeyPress:
            self._tools.choose(None)
        return True

    def _point(self, at: QPointF | None) -> None:
        self._pointer = at
        self._repaint()

    # Inside

    @property
    def _key_of_series(self) -> str:
        series = self._view.display.series
        return series.key if series is not None else ""

    @property
    def _segmentation(self) -> Segmentation | None:
        return self._session.segmentations.of(self._key_of_series)

    def _labels(self, placement: Placement) -> QImage | None:
        """The labels of the slice as a picture, made once for as long as they are the same."""
        found = self._segmentation
        if found is None:
            return None
        plane = placement.plane
        made_of = (found, found.version, found.segments, found.active, _identity(plane))
        if self._image is None or self._image[0] != made_of:
            self._image = made_of, _picture(found, plane)
        return self._image[1]

    def _draw_brush(self, painter: QPainter, at: QPointF, placement: Placement) -> None:
        radius = self._tools.settings.radius_mm * placement.pixels_per_mm
        found = self._segmentation
        segment = found.find(found.active) if found is not None else None
        erasing = self._tools.tool is SegmentTool.ERASER
        rgb = segment.color if segment is not None and segment.color and not erasing else None
        color = QColor(*rgb) if rgb is not None else QColor(theme.tokens().overlay_text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        shadow = QColor(theme.tokens().overlay_shadow)
        shadow.setAlphaF(0.6)
        for pen in (QPen(shadow, 3.0), QPen(color, 1.5)):
            painter.setPen(pen)
            painter.drawEllipse(at, radius, radius)

    def _repaint(self, *_: object) -> None:
        self._viewport.update()

    def _show_tool(self) -> None:
        if self._last is not None:
            self._end()
        if self._tools.tool is not None:
            self._viewport.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self._pointer = None
            self._viewport.unsetCursor()
        self._repaint()


def _under(placement: Placement, at: QPointF) -> Points:
    """The point of the plane under a point of the view, also beside the picture."""
    place = placement.from_view.map(at)
    height, width = placement.pixel_mm
    return placement.plane.to_lps(place.y() / height - 0.5, place.x() / width - 0.5)


def _within(part: Part, volume: Volume, values: tuple[float, float]) -> Part:
    voxels = volume.voxels[part.box]
    return part.where(np.asarray((voxels >= values[0]) & (voxels <= values[1])))


def _identity(plane: Plane) -> tuple[Any, ...]:
    return (plane.origin.tobytes(), plane.right.tobytes(), plane.down.tobytes(), plane.shape)


def _picture(found: Segmentation, plane: Plane) -> QImage:
    """Labels as premultiplied RGBA: faint within, clear along the edges."""
    labels = np.ascontiguousarray(labels_in(found.labels, found.geometry, plane))
    colors = np.zeros((256, 4), np.float64)
    for segment in found.segments:
        colors[segment.number] = [*(segment.color or (255, 255, 255)), 255]
    fill, edge = ((colors * share).astype(np.uint8) for share in (_FILL, _EDGE))
    picture: npt.NDArray[np.uint8] = fill[labels]
    at_edge = _edges(labels)
    picture[at_edge] = edge[labels[at_edge]]
    rows, columns = labels.shape
    kind = QImage.Format.Format_RGBA8888_Premultiplied
    return QImage(picture.tobytes(), columns, rows, 4 * columns, kind).copy()


def _edges(labels: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Pixels of a label beside which another one begins."""
    edge = np.zeros(labels.shape, bool)
    for axis in (0, 1):
        differs = np.diff(labels.astype(np.int16), axis=axis) != 0
        before, after = [slice(None)] * 2, [slice(None)] * 2
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        edge[tuple(before)] |= differs
        edge[tuple(after)] |= differs
    return np.asarray(edge & (labels > 0))
