"""Paints the rows of the list of series: headings of studies, and series as cards."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from viewer.dicom.report import Severity
from viewer.dicom.series import Series
from viewer.ui import captions, theme
from viewer.ui.series.model import Role, SeriesRow, StudyRow

_THUMBNAIL = 64
_BETWEEN_LINES = 2
_BADGE_MARGIN = 6

_Index = QModelIndex | QPersistentModelIndex


class SeriesDelegate(QStyledItemDelegate):
    """Draws only what is in view, so that a thousand series cost no more than ten."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """As high as its lines; as wide as the list."""
        space, row = theme.tokens(), index.data(Role.ROW)
        if isinstance(row, SeriesRow):
            return QSize(0, _THUMBNAIL + 3 * space.space_s)
        height = sum(_line_height(size) for size in _heading_sizes(row))
        return QSize(0, height + space.space_m)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw a row."""
        row = index.data(Role.ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if isinstance(row, SeriesRow):
            _Card(painter, option, index).draw(row.series)
        elif isinstance(row, StudyRow):
            _draw_heading(painter, option.rect, row)
        painter.restore()


class _Card:
    """One series: thumbnail, what it is, how large, and whether something is wrong with it."""

    def __init__(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        self._painter = painter
        self._space = theme.tokens()
        self._state = option.state
        self._active = bool(index.data(Role.IS_ACTIVE))
        self._picture = index.data(Qt.ItemDataRole.DecorationRole)
        gap = self._space.space_s
        self._rect = option.rect.adjusted(gap, 0, -gap, -gap)

    def draw(self, series: Series) -> None:
        self._draw_frame()
        space, gap = self._space, self._space.space_s
        frame = QRect(self._rect.topLeft() + QPoint(gap, gap), QSize(_THUMBNAIL, _THUMBNAIL))
        self._painter.fillRect(frame, QColor(space.image_background))
        if isinstance(self._picture, QPixmap):
            size = self._picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(frame.topLeft(), size)
            target.moveCenter(frame.center())
            self._painter.drawPixmap(target, self._picture)
        left = frame.right() + space.space_m
        width = self._rect.right() - space.space_s - left
        lines = _Lines(self._painter, QRect(left, frame.top(), width, frame.height()))
        lines.add(captions.series_title(series), space.font_body, space.text)
        lines.add(captions.slices_line(series), space.font_caption, space.text_muted)
        lines.add(captions.voxel_line(series), space.font_caption, space.text_muted)
        self._draw_badge(series, lines.rest)

    def _draw_frame(self) -> None:
        space, state = self._space, QStyle.StateFlag
        border = space.border
        if self._state & state.State_MouseOver:
            border = space.border_strong
        if self._active:
            border = space.accent
        if self._state & state.State_HasFocus:
            border = space.text
        self._painter.setPen(QPen(QColor(border), 1))
        self._painter.setBrush(
            QColor(space.surface_selected if self._active else space.surface_raised)
        )
        frame = self._rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        self._painter.drawRoundedRect(frame, space.radius_large, space.radius_large)

    def _draw_badge(self, series: Series, room: QRect) -> None:
        text = captions.problems(series)
        if not text:
            return
        space = self._space
        grave = any(n.severity is Severity.ERROR for n in series.report)
        color, surface = (
            (space.error, space.error_surface) if grave else (space.warn, space.warn_surface)
        )
        self._painter.setFont(theme.body_font(space.font_caption, bold=True))
        metrics = self._painter.fontMetrics()
        size = QSize(
            metrics.horizontalAdvance(text) + 2 * _BADGE_MARGIN, metrics.height() + _BETWEEN_LINES
        )
        badge = QRect(room.topLeft(), size)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(surface))
        self._painter.drawRoundedRect(badge, space.radius, space.radius)
        self._painter.setPen(QColor(color))
        self._painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


class _Lines:
    """Lines of text, one below the other, each cut where it is too long."""

    def __init__(self, painter: QPainter, room: QRect) -> None:
        self._painter = painter
        self.rest = QRect(room)

    def add(self, text: str, size: int, color: str, *, bold: bool = False) -> None:
        font = theme.body_font(size, bold=bold)
        metrics = QFontMetrics(font)
        self._painter.setFont(font)
        self._painter.setPen(QColor(color))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.rest.width())
        baseline = QPointF(self.rest.left(), self.rest.top() + metrics.ascent())
        self._painter.drawText(baseline, shown)
        self.rest.setTop(self.rest.top() + metrics.height() + _BETWEEN_LINES)


def _draw_heading(painter: QPainter, rect: QRect, row: StudyRow) -> None:
    space = theme.tokens()
    inside = rect.adjusted(space.space_m, space.space_xs, -space.space_m, 0)
    lines = _Lines(painter, inside)
    if row.patient:
        color = space.text if row.is_named else space.text_muted
        lines.add(
            row.patient,
            space.font_title if row.is_named else space.font_body,
            color,
            bold=row.is_named,
        )
    if row.study:
        lines.add(row.study, space.font_caption, space.text_muted)


def _heading_sizes(row: StudyRow) -> list[int]:
    space = theme.tokens()
    sizes = []
    if row.patient:
        sizes.append(space.font_title if row.is_named else space.font_body)
    if row.study:
        sizes.append(space.font_caption)
    return sizes


def _line_height(size: int) -> int:
    return QFontMetrics(theme.body_font(size)).height() + _BETWEEN_LINES
