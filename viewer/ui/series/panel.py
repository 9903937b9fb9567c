"""What is open: a filter, and below it patients, studies and their series."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.session.session import Session
from viewer.ui import theme
from viewer.ui.icons import IconName, icon
from viewer.ui.language import Texts, tr
from viewer.ui.series.delegate import SeriesDelegate
from viewer.ui.series.model import Role, SeriesModel, SeriesRow

_EMPTY = "Nothing is open. Open a folder, or drop one here."
_NO_MATCH = "No series matches the filter."
#: Rows that are laid out in one turn of the event loop.
_BATCH = 200


class SeriesPanel(QFrame):
    """The list of series; a click opens one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("series_panel")
        self.setProperty("panel", True)
        self._session = session
        self.model = SeriesModel(session)
        self.list = SeriesList(self.model)
        self.filter = FilterField()
        self._nothing = QLabel()
        self._stack = QStackedWidget()
        self._build()
        self.list.chosen.connect(self._open)
        self.filter.textChanged.connect(self.model.set_filter)
        self.filter.left_downwards.connect(self.list.take_focus)
        self.model.rowsInserted.connect(self._show_emptiness)
        self.model.rowsRemoved.connect(self._show_emptiness)
        session.library.changed.connect(self._show_emptiness)
        self._show_emptiness()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._show_emptiness()
            self.list.viewport().update()
        super().changeEvent(event)

    def show_names(self, shown: bool) -> None:
        """Show or hide patients' names."""
        self.model.show_names(shown)

    def start_filtering(self) -> None:
        """Put the caret into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def _build(self) -> None:
        space = theme.tokens()
        self._nothing.setWordWrap(True)
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.setContentsMargins(space.space_m, space.space_m, space.space_m, 0)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._nothing)
        head = QVBoxLayout()
        head.setContentsMargins(space.space_s, space.space_s, space.space_s, space.space_xs)
        head.addWidget(self.filter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    def _open(self, index: QModelIndex) -> None:
        row = index.data(Role.ROW)
        if isinstance(row, SeriesRow):
            self._session.activate(row.series)

    def _show_emptiness(self) -> None:
        is_open = bool(self._session.library.series)
        self.filter.setVisible(is_open)
        self._nothing.setText(tr(_NO_MATCH if is_open else _EMPTY))
        self._stack.setCurrentWidget(self.list if self.model.rowCount() else self._nothing)


class FilterField(QLineEdit):
    """Words to look for. Esc clears it, the down arrow goes on to the list."""

    left_downwards = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = Texts()
        self._texts.say(self.setPlaceholderText, "Filter series")
        self._texts.say(self.setAccessibleName, "Filter series")
        self.setClearButtonEnabled(True)
        sign = icon(IconName.SEARCH, "text_muted")
        self.addAction(sign, QLineEdit.ActionPosition.LeadingPosition)

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and the arrow."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)


class SeriesList(QListView):
    """The rows themselves."""

    #: A series was clicked, or entered with Return.
    chosen = Signal(QModelIndex)

    def __init__(self, model: SeriesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(SeriesDelegate(self))
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_BATCH)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Series")
        # A click leaves the keys with the views.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.clicked.connect(self.chosen)

    def take_focus(self) -> None:
        """Go to the first series, if none is current."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.currentIndex().isValid():
            keys = self.moveCursor(
                QAbstractItemView.CursorAction.MoveHome, Qt.KeyboardModifier.NoModifier
            )
            self.setCurrentIndex(keys)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the current series with Return."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def viewportSizeHint(self) -> QSize:
        """As small as the panel wants to be."""
        return QSize(0, 0)
