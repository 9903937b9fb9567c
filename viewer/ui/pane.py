"""A pane: the frame of one view, with what it shows, its menu, and a place to drop a series on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from viewer.imaging.plane import Orientation
from viewer.session.display import Display
from viewer.session.session import Session
from viewer.ui import theme
from viewer.ui.icons import IconName, icon
from viewer.ui.language import tr
from viewer.ui.layouts import ViewKind
from viewer.ui.series.dragging import dragged_series
from viewer.ui.slice_view import SliceView

_EMPTY = "Drag a series here,\nor click one in the list"
_NAME_LEFT, _NAME_TOP = 12, 8


class Pane(QFrame):
    """One view: of slices, or the 3D view while it is lodged here.

    Parameters
    ----------
    session : Session
    """

    #: The user turned to this pane.
    activated = Signal()
    maximize_requested = Signal()
    #: A series was dropped here: its key, and whether it is to lie over the one shown.
    series_dropped = Signal(str, bool)
    #: The menu in the corner is about to be shown: what to fill.
    menu_requested = Signal(QMenu)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slice_view = SliceView(session, Orientation.AXIAL)
        self._session = session
        self._kind = ViewKind.AXIAL
        self._guest: QWidget | None = None
        self._empty = QLabel(self)
        self._menu_button = QToolButton(self)
        self._drop = _DropHint(self)
        self._build()
        self._follow(self.display)

    @property
    def display(self) -> Display:
        """What the pane shows."""
        return self.slice_view.display

    @property
    def kind(self) -> ViewKind:
        """What of it the pane shows."""
        return self._kind

    @property
    def view(self) -> QWidget:
        """The view in sight."""
        return self._guest if self._guest is not None else self.slice_view

    def show_display(self, display: Display, kind: ViewKind) -> None:
        """Show another series, or show it another way; 3D needs the 3D view lodged here."""
        self._unfollow(self.display)
        self._kind = kind
        self.slice_view.show_display(display, kind.orientation or self.slice_view.orientation)
        self._follow(display)
        self.setObjectName(f"{kind}_pane")
        self._show_state()

    def lodge(self, guest: QWidget | None) -> None:
        """Take the 3D view in, in place of the slices, or let it go."""
        if guest is self._guest:
            return
        if self._guest is not None:
            self._inside.removeWidget(self._guest)
        self._guest = guest
        if guest is not None:
            self._inside.addWidget(guest)
            guest.show()
        self.slice_view.setVisible(guest is None)
        self._menu_button.raise_()
        self._drop.raise_()
        self._show_state()

    def menu(self) -> QMenu:
        """The menu of what the pane can show."""
        menu = self._menu_button.menu()
        self.menu_requested.emit(menu)
        return menu

    def open_menu(self) -> None:
        """Open the menu where its button is."""
        menu = self.menu()
        menu.popup(self._menu_button.mapToGlobal(self._menu_button.rect().bottomLeft()))

    # Qt's events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept series."""
        if dragged_series(event.mimeData()) is None:
            event.ignore()  # files are the window's
            return
        self._offer(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Say what a drop would do."""
        self._offer(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the offer back."""
        self._drop.hide()
        self._show_state()

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell what was dropped."""
        self._drop.hide()
        self._show_state()
        key = dragged_series(event.mimeData())
        if key is not None:
            event.acceptProposedAction()
            self.series_dropped.emit(key, self._is_over(event))

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._show_state()
            self.slice_view.viewport().update()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what floats over the view in its place."""
        super().resizeEvent(event)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let a press on the empty pane's text activate it."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self.activated.emit()
        return False

    # Inside

    def _build(self) -> None:
        theme.set_style(self, pane=True, active=False)
        self.setAcceptDrops(True)
        # Drops on the view are the pane's.
        self.slice_view.setAcceptDrops(False)
        self.slice_view.viewport().setAcceptDrops(False)
        self.slice_view.activated.connect(self.activated)
        self.slice_view.maximize_requested.connect(self.maximize_requested)
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(1, 1, 1, 1)
        self._inside.setSpacing(0)
        self._inside.addWidget(self.slice_view)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setObjectName("empty_pane")
        self._empty.setStyleSheet(f"color: {theme.tokens().overlay_text_muted}")
        self._empty.installEventFilter(self)
        self._menu_button.setIcon(icon(IconName.EXPAND, "overlay_text_muted"))
        self._menu_button.setProperty("onImage", True)
        self._menu_button.setObjectName("view_menu")
        self._menu_button.setStyleSheet(
            "QToolButton { padding: 0; } QToolButton::menu-indicator { image: none; width: 0; }"
        )
        self._menu_button.setFixedSize(20, 20)
        self._menu_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._menu_button.setCursor(Qt.CursorShape.ArrowCursor)
        self._menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._menu_button)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self.menu_requested.emit(menu))
        self._menu_button.setMenu(menu)
        for floating in (self._empty, self._menu_button, self._drop):
            floating.raise_()
        self._drop.hide()

    def _follow(self, display: Display) -> None:
        display.volume_changed.connect(self._show_state)

    def _unfollow(self, display: Display) -> None:
        display.volume_changed.disconnect(self._show_state)

    def _show_state(self) -> None:
        empty = self.display.volume is None
        self._empty.setText(tr("Loading…" if self.display.series is not None else _EMPTY))
        self._menu_button.setToolTip(tr("What this view shows"))
        self._menu_button.setAccessibleName(tr("What this view shows"))
        self._empty.setVisible(empty and self._guest is None)
        self._menu_button.setVisible(not empty)
        self._place()

    def _place(self) -> None:
        inside = self.rect().adjusted(1, 1, -1, -1)
        self._empty.setGeometry(inside)
        self._drop.setGeometry(inside)
        if self._guest is not None:
            self._menu_button.move(inside.right() - self._menu_button.width() - 4, 5)
            return
        font = theme.body_font(theme.tokens().font_caption + 1, bold=True)
        shown = self._kind.caption if self.display.is_in_patient_space else tr("Image")
        width = QFontMetrics(font).horizontalAdvance(shown)
        self._menu_button.move(QPoint(_NAME_LEFT + width + 4, _NAME_TOP))

    def _offer(self, event: QDragMoveEvent) -> None:
        over, why = self._is_over(event), ""
        series = self._session.library.find(dragged_series(event.mimeData()) or "")
        if over and series is not None:
            why = self._session.fusion.refusal(self.display, series)
        if why:
            event.ignore()
        else:
            event.acceptProposedAction()
        self._empty.hide()
        self._drop.offer(tr(why or ("Lay over this" if over else "Show here")))

    def _is_over(self, event: QDropEvent) -> bool:
        """Whether a drop lays the series over the one shown: with Ctrl, over slices."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return control and self._guest is None and self.display.volume is not None


class _DropHint(QWidget):
    """Says over a whole pane what dropping a series there would do."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = ""

    def offer(self, text: str) -> None:
        """Show the offer."""
        self._text = text
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame, a tint and the words."""
        values = theme.tokens()
        painter = QPainter(self)
        tint = QColor(values.accent_fill)
        tint.setAlphaF(0.25)
        painter.fillRect(self.rect(), tint)
        painter.setPen(QPen(QColor(values.accent_fill_hover), 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.setFont(theme.body_font(values.font_title, bold=True))
        around = QMargins(values.space_l, values.space_m, values.space_l, values.space_m)
        place = QRect(QPoint(0, 0), painter.fontMetrics().boundingRect(self._text).size())
        place += around
        place.moveCenter(self.rect().center())
        painter.setBrush(QColor(values.accent_fill))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(place, values.radius, values.radius)
        painter.setPen(QColor(values.on_accent))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
