"""The side of the window for segments: the list with volumes, the brush, the range of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QColorDialog,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSlider,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.imaging.labels import Segment
from viewer.imaging.segment.summary import Summary, summarize
from viewer.imaging.voi import VoiLut
from viewer.session.jobs import Job
from viewer.session.session import Session
from viewer.ui import captions, theme
from viewer.ui.language import Texts, tr
from viewer.ui.segment.tools import SegmentTools
from viewer.ui.segment.work import SegmentWork

_NOTHING = (
    "Nothing is segmented yet. Choose the brush and paint in a slice view, "
    "or take a range of values."
)
_NAME, _VOLUME, _MEAN = range(3)
_COUNT_AFTER_MS = 250
_RADIUS_STEPS = 10  # of the slider, for one mm
_RANGE = 100_000.0


class SegmentPanel(QFrame):
    """Lists the segments of the active series, and holds the settings of the tools.

    Parameters
    ----------
    session : Session
    tools : SegmentTools
    work : SegmentWork
    actions : sequence of QAction
        Shown as buttons: tools first, then rules.
    """

    def __init__(
        self,
        session: Session,
        tools: SegmentTools,
        work: SegmentWork,
        actions: tuple[tuple[QAction, ...], ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("segment_panel")
        self.setProperty("panel", True)
        self._session = session
        self._tools = tools
        self._work = work
        self._summaries: Mapping[int, Summary] = {}
        self._counting: Job | None = None
        self._texts = Texts()
        self._hint = QLabel()
        self.table = QTableWidget(0, 3)
        self.radius = QSlider(Qt.Orientation.Horizontal)
        self._radius_text = QLabel()
        self.ball, self.within = QCheckBox(), QCheckBox()
        self.low, self.high = QDoubleSpinBox(), QDoubleSpinBox()
        self.from_window = QPushButton()
        self._timer = QTimer(self, singleShot=True, interval=_COUNT_AFTER_MS)
        self._build(actions)
        self._connect()
        self._show_segments()
        self._show_settings()

    @property
    def summaries(self) -> Mapping[int, Summary]:
        """What is known of each segment, by its number."""
        return self._summaries

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() is QEvent.Type.LanguageChange:
            self._texts.show()
        super().changeEvent(event)

    def _build(self, actions: tuple[tuple[QAction, ...], ...]) -> None:
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setContentsMargins(space.space_m, space.space_m, space.space_m, space.space_m)
        column.setSpacing(space.space_m)
        for row_of in actions:
            column.addLayout(_buttons(row_of))
        self._texts.say(self._hint.setText, _NOTHING)
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "muted")
        column.addWidget(self._hint)
        column.addWidget(self._set_up_table(), 1)
        column.addWidget(self._title("Brush"))
        column.addLayout(self._brush())
        column.addWidget(self._title("Values"))
        column.addLayout(self._values())
        column.addStretch(0)

    def _set_up_table(self) -> QTableWidget:
        table, space = self.table, theme.tokens()
        table.setObjectName("segment_table")
        table.setAccessibleName("Segments")
        for number, title in enumerate(("Segment", "Volume", "Mean ± SD")):
            item = QTableWidgetItem()
            table.setHorizontalHeaderItem(number, item)
            self._texts.say(item.setText, title)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(space.control_height)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        return table

    def _brush(self) -> QGridLayout:
        self.radius.setRange(5, 300)
        self.radius.setAccessibleName("Radius of the brush")
        self._texts.say(self.ball.setText, "Reach into the slices beside")
        self._texts.say(self.ball.setToolTip, "A ball instead of a disc in the slice")
        radius = QLabel()
        self._texts.say(radius.setText, "Radius")
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.addWidget(radius, 0, 0)
        grid.addWidget(self.radius, 0, 1)
        grid.addWidget(self._radius_text, 0, 2)
        grid.addWidget(self.ball, 1, 0, 1, 3)
        self._radius_text.setMinimumWidth(
            self._radius_text.fontMetrics().horizontalAdvance("00.0 mm")
        )
        return grid

    def _values(self) -> QGridLayout:
        for box, name in ((self.low, "Lowest value"), (self.high, "Highest value")):
            box.setRange(-_RANGE, _RANGE)
            box.setDecimals(1)
            box.setAccessibleName(name)
        self._texts.say(self.within.setText, "Paint only these values")
        self._texts.say(self.from_window.setText, "From Window")
        self._texts.say(
            self.from_window.setToolTip, "Take the values from black to white of the window"
        )
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        grid.addWidget(self.low, 0, 0)
        grid.addWidget(QLabel("–"), 0, 1)
        grid.addWidget(self.high, 0, 2)
        grid.addWidget(self.within, 1, 0, 1, 2)
        grid.addWidget(self.from_window, 1, 2)
        return grid

    def _title(self, text: str) -> QLabel:
        label = QLabel()
        self._texts.say(label.setText, text)
        label.setProperty("role", "section")
        return label

    def _connect(self) -> None:
        session, tools = self._session, self._tools
        session.segmentations.changed.connect(lambda _: self._show_segments())
        session.active_changed.connect(self._show_active)
        session.volume_changed.connect(self._suggest_values)
        tools.changed.connect(self._show_settings)
        self.table.itemChanged.connect(self._rename)
        self.table.itemSelectionChanged.connect(self._select)
        self.table.cellDoubleClicked.connect(self._recolor)
        self.radius.valueChanged.connect(lambda v: tools.set(radius_mm=v / _RADIUS_STEPS))
        self.ball.toggled.connect(lambda on: tools.set(is_ball=on))
        self.within.toggled.connect(lambda on: tools.set(within=on))
        self.low.valueChanged.connect(lambda v: tools.set(low=v))
        self.high.valueChanged.connect(lambda v: tools.set(high=v))
        self.from_window.clicked.connect(self._take_window)
        self._timer.timeout.connect(self._count)

    # The list

    def _show_active(self) -> None:
        self._summaries = {}
        self._show_segments()

    def _show_segments(self) -> None:
        found = self._work.segmentation
        segments = found.segments if found is not None else ()
        self._hint.setVisible(not segments)
        self.table.setVisible(bool(segments))
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(segments))
            for row, segment in enumerate(segments):
                self._fill(row, segment)
            if found is not None and found.active is not None:
                self.table.selectRow([s.number for s in segments].index(found.active))
        if found is not None:
            self._timer.start()

    def _fill(self, row: int, segment: Segment) -> None:
        summary = self._summaries.get(segment.number)
        name = QTableWidgetItem(_swatch(segment), segment.name)
        name.setToolTip(tr("Double-click the name to change it, the volume to change the colour"))
        texts = (_milliliters(summary), _mean(summary, self._unit))
        self.table.setItem(row, _NAME, name)
        for column, text in zip((_VOLUME, _MEAN), texts, strict=True):
            item = QTableWidgetItem(text)
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            item.setToolTip(_details(summary, self._unit))
            self.table.setItem(row, column, item)

    @property
    def _unit(self) -> str:
        volume = self._session.display.volume
        return volume.unit if volume is not None else ""

    def _count(self) -> None:
        """Measure all segments in the background; an earlier measuring is given up."""
        found, volume = self._work.segmentation, self._session.display.volume
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        if found is None or volume is None or found.geometry.shape != volume.geometry.shape:
            return

        def done(summaries: dict[int, Summary]) -> None:
            self._counting = None
            self._summaries = summaries
            with QSignalBlocker(self.table):
                for row, segment in enumerate(found.segments):
                    self._fill(row, segment)

        self._counting = self._session.jobs.submit(
            lambda _: summarize(volume, found.labels),
            on_done=done,
            on_failed=self._work.failed.emit,
        )

    def _segment(self, row: int) -> Segment | None:
        found = self._work.segmentation
        return found.segments[row] if found is not None and row < len(found.segments) else None

    def _rename(self, item: QTableWidgetItem) -> None:
        segment = self._segment(item.row())
        if item.column() != _NAME or segment is None:
            return
        name = item.text().strip()
        if name:
            label = f"Rename {segment.name}"
            self._session.segmentations.change(self._work.key, replace(segment, name=name), label)
        self._show_segments()

    def _select(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        segment = self._segment(rows[0].row()) if rows else None
        if segment is not None:
            self._session.segmentations.select(self._work.key, segment.number)

    def _recolor(self, row: int, column: int) -> None:
        segment = self._segment(row)
        if column == _NAME or segment is None:
            return
        dialog = QColorDialog(QColor(*(segment.color or (255, 255, 255))), self)
        dialog.setWindowTitle(f"Colour of {segment.name}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda color: self.recolor(segment, color))
        dialog.open()

    def recolor(self, segment: Segment, color: QColor) -> None:
        """Show a segment in another colour."""
        rgb = (color.red(), color.green(), color.blue())
        self._session.segmentations.change(
            self._work.key, replace(segment, color=rgb), f"Recolour {segment.name}"
        )

    # The settings

    def _show_settings(self) -> None:
        settings = self._tools.settings
        widgets = (self.radius, self.ball, self.within, self.low, self.high)
        blockers = [QSignalBlocker(widget) for widget in widgets]
        self.radius.setValue(round(settings.radius_mm * _RADIUS_STEPS))
        self._radius_text.setText(f"{settings.radius_mm:.1f} mm")
        self.ball.setChecked(settings.is_ball)
        self.within.setChecked(settings.within)
        if settings.low is not None:
            self.low.setValue(settings.low)
        if settings.high is not None:
            self.high.setValue(settings.high)
        del blockers

    def _suggest_values(self) -> None:
        """Begin with the values that the window shows, until others are chosen."""
        if self._tools.settings.values is None and self._session.display.volume is not None:
            self._take_window()

    def _take_window(self) -> None:
        voi = self._session.display.window
        low, high = (voi.as_window() if isinstance(voi, VoiLut) else voi).limits
        self._tools.set(low=low, high=high)


def _buttons(actions: tuple[QAction, ...]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.tokens().space_xs)
    for action in actions:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row.addWidget(button)
    row.addStretch(1)
    return row


def _swatch(segment: Segment) -> QIcon:
    pixmap = QPixmap(14, 14)
    pixmap.fill(QColor(*(segment.color or (255, 255, 255))))
    return QIcon(pixmap)


def _milliliters(summary: Summary | None) -> str:
    if summary is None:
        return ""
    return (
        f"{summary.volume_ml:.2f} ml" if summary.volume_ml < 100 else f"{summary.volume_ml:.0f} ml"
    )


def _mean(summary: Summary | None, unit: str) -> str:
    if summary is None or summary.statistics is None:
        return ""
    digits = 0 if unit == "HU" else 2
    sd = summary.statistics.sd
    spread = f" ± {captions.number(sd, digits)}" if sd is not None else ""
    return f"{captions.number(summary.statistics.mean, digits)}{spread} {unit}".strip()


def _details(summary: Summary | None, unit: str) -> str:
    if summary is None:
        return ""
    lines = [f"{summary.count} voxels, {summary.volume_ml:.3f} ml"]
    statistics = summary.statistics
    if statistics is not None:
        ends = (
            f"{captions.number(statistics.minimum, 1)} to {captions.number(statistics.maximum, 1)}"
        )
        lines.append(f"{ends} {unit}".strip())
    return "\n".join(lines)
