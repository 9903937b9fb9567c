"""What is open: studies and their series as cards."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from viewer.dicom.report import Severity
from viewer.dicom.series import Series, StudyInfo
from viewer.session.session import Session
from viewer.ui import captions, theme
from viewer.ui.elided_label import ElidedLabel

_THUMBNAIL = 64


class SeriesPanel(QFrame):
    """The list of series; a click opens one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("series_panel")
        self.setProperty("panel", True)
        self._session = session
        self._show_names = False
        self._cards: dict[str, SeriesCard] = {}
        self._list = QVBoxLayout()
        self._build()
        session.library.changed.connect(self._fill)
        session.active_changed.connect(self._mark_active)
        session.opening.thumbnail_ready.connect(self._show_thumbnail)
        self._fill()

    @property
    def cards(self) -> tuple[SeriesCard, ...]:
        """The cards from top to bottom."""
        return tuple(self._cards.values())

    def show_names(self, shown: bool) -> None:
        """Show or hide patients' names."""
        self._show_names = shown
        self._fill()

    def _build(self) -> None:
        space = theme.tokens()
        inside = QFrame()
        inside.setProperty("panel", True)
        inside.setLayout(self._list)
        self._list.setContentsMargins(space.space_s, space.space_s, space.space_s, space.space_s)
        self._list.setSpacing(space.space_s)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        frame = QVBoxLayout(self)
        frame.setContentsMargins(0, 0, 0, 0)
        frame.addWidget(area)

    def _fill(self) -> None:
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._cards = {}
        for study, members in self._session.library.studies:
            self._list.addWidget(self._study_header(study))
            for series in members:
                self._list.addWidget(self._card(series))
        if not self._cards:
            self._list.addWidget(_muted("Nothing is open. Open a folder, or drop one here."))
        self._list.addStretch(1)
        self._mark_active()

    def _study_header(self, study: StudyInfo) -> QWidget:
        header = QWidget()
        lines = QVBoxLayout(header)
        lines.setContentsMargins(theme.tokens().space_xs, theme.tokens().space_xs, 0, 0)
        lines.setSpacing(2)
        name = ElidedLabel(captions.patient(study, show_name=self._show_names))
        name.setProperty("role", "title" if self._show_names else "muted")
        lines.addWidget(name)
        text = captions.study_line(study)
        if text:
            caption = ElidedLabel(text)
            caption.setProperty("role", "caption")
            lines.addWidget(caption)
        return header

    def _card(self, series: Series) -> SeriesCard:
        card = SeriesCard(series)
        picture = self._session.opening.thumbnail(series.key)
        if picture is not None:
            card.set_thumbnail(picture)
        card.chosen.connect(lambda: self._session.activate(series))
        self._cards[series.key] = card
        return card

    def _mark_active(self) -> None:
        active = self._session.active
        for key, card in self._cards.items():
            card.set_active(active is not None and key == active.key)

    def _show_thumbnail(self, key: str) -> None:
        picture = self._session.opening.thumbnail(key)
        if key in self._cards and picture is not None:
            self._cards[key].set_thumbnail(picture)


class SeriesCard(QFrame):
    """One series: thumbnail, what it is, how large, and whether something is wrong with it."""

    chosen = Signal()

    def __init__(self, series: Series, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.series = series
        self._picture = QLabel()
        self.setObjectName("series_card")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Series {captions.series_title(series)}")
        theme.set_style(self, card=True, selected=False)
        self._build()

    def set_thumbnail(self, picture: npt.NDArray[np.uint8]) -> None:
        """Show the series' thumbnail: grey, shape (rows, columns), or RGB, (rows, columns, 3)."""
        rows, columns = picture.shape[:2]
        picture = np.ascontiguousarray(picture)
        in_color = picture.ndim == 3
        layout = QImage.Format.Format_RGB888 if in_color else QImage.Format.Format_Grayscale8
        image = QImage(picture.data, columns, rows, picture.strides[0], layout)
        size = QSize(_THUMBNAIL, _THUMBNAIL) * self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(image.copy()).scaled(
            size,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self._picture.setPixmap(pixmap)

    def set_active(self, active: bool) -> None:
        """Mark the card of the series in view."""
        theme.set_style(self, selected=active)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the series."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the series with Return."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        space = theme.tokens()
        row = QHBoxLayout(self)
        row.setContentsMargins(space.space_s, space.space_s, space.space_s, space.space_s)
        row.setSpacing(space.space_m)
        self._picture.setFixedSize(_THUMBNAIL, _THUMBNAIL)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setObjectName("thumbnail")
        row.addWidget(self._picture)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        series = self.series
        title = ElidedLabel(captions.series_title(series))
        lines.addWidget(title)
        lines.addWidget(_caption(captions.slices_line(series)))
        lines.addWidget(_caption(captions.voxel_line(series)))
        badge = self._badge()
        if badge is not None:
            lines.addWidget(badge, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addStretch(1)
        row.addLayout(lines, 1)

    def _badge(self) -> QLabel | None:
        notes = [n for n in self.series.report if n.severity is not Severity.INFO]
        if not notes:
            return None
        badge = QLabel(captions.count(len(notes), "warning"))
        badge.setProperty("role", "badge")
        badge.setToolTip("\n".join(f"• {n.message}" for n in notes))
        return badge


def _caption(text: str) -> QLabel:
    label = ElidedLabel(text)
    label.setProperty("role", "caption")
    return label


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", "muted")
    return label
