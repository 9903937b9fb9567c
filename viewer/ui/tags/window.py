"""The tag browser's window. It follows the active series and the slice in view."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QSplitter,
    QTableView,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from viewer.dicom.attributes import AttributeTable, Place
from viewer.dicom.series import Series
from viewer.dicom.source import Source
from viewer.session.session import Session
from viewer.ui import theme
from viewer.ui.icons import IconName, icon
from viewer.ui.language import Texts, tr
from viewer.ui.parts import label
from viewer.ui.tags.model import Column, TagModel, TagSearch, ValuesModel, summary
from viewer.ui.tags.reader import TagReader

_NO_DICOM = "The active series is not DICOM: it has no tags."
_SIZE = QSize(980, 680)
_WIDTHS = {Column.TAG: 164, Column.NAME: 256, Column.VR: 48, Column.VALUE: 340}


class TagsWindow(QDialog):
    """Every attribute of the file in view, with a search, and one attribute's value everywhere.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tags_window")
        self._texts = Texts()
        self._texts.say(self.setWindowTitle, "Tags")
        self._session = session
        self._series: Series | None = None
        self._files: tuple[Source, ...] = ()
        self.reader = TagReader(session.jobs, self)
        self.model = TagModel()
        self.found = TagSearch(self.model)
        self.values = ValuesModel()
        self.search = QLineEdit()
        self.only_varying = QCheckBox()
        self.tree, self.table = QTreeView(), QTableView()
        self._where, self._state = label(role="muted"), label(role="muted")
        self._copy_cell = QAction(self)
        self._copy_row = QAction(self)
        self._copy_values = QAction(self)
        self._build()
        self._connect()
        self.resize(_SIZE)

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._show_where()
            if self.model.table.files:
                self._state.setText(summary(self.model.table))
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow what has changed meanwhile."""
        super().showEvent(event)
        self._follow_series()
        self.search.setFocus()

    def copy_cell(self) -> None:
        """Copy the text of the current cell."""
        view: QAbstractItemView = self.table if self.table.hasFocus() else self.tree
        _copy(str(view.currentIndex().data() or ""))

    def copy_row(self) -> None:
        """Copy tag, name, value representation and value, separated by tabs."""
        index = self.tree.currentIndex()
        columns = (Column.TAG, Column.NAME, Column.VR, Column.VALUE)
        _copy("\t".join(str(index.siblingAtColumn(c).data() or "") for c in columns))

    def copy_values(self) -> None:
        """Copy the current attribute's value in every file, a line each."""
        place = self._place()
        if place:
            values = self.model.table.values(place)
            names = (file.path.name for file in self.model.table.files)
            _copy("\n".join(f"{n}\t{v or ''}" for n, v in zip(names, values, strict=True)))

    # Inside

    def _build(self) -> None:
        space = theme.tokens()
        self.search.addAction(icon(IconName.SEARCH), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setClearButtonEnabled(True)
        for set_text, text in (
            (self.search.setPlaceholderText, "Search tags, keywords, VR and values"),
            (self.search.setAccessibleName, "Search"),
            (self.only_varying.setText, "Only what &varies"),
            (
                self.only_varying.setToolTip,
                "Leave out what is the same in all files of the series",
            ),
            (self.tree.setAccessibleName, "Attributes"),
            (self.table.setAccessibleName, "Values in all files"),
            (self.table.setToolTip, "Double-click to go to the slice"),
            (self._copy_cell.setText, "Copy Cell"),
            (self._copy_row.setText, "Copy Row"),
            (self._copy_values.setText, "Copy the Values of All Files"),
        ):
            self._texts.say(set_text, text)
        self._build_tree()
        self._build_table()
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.tree)
        splitter.addWidget(self.table)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        for row in (top, bottom):
            row.setSpacing(space.space_l)
        top.addWidget(self.search, 1)
        top.addWidget(self.only_varying)
        bottom.addWidget(self._where, 1)
        bottom.addWidget(self._state)
        column = QVBoxLayout(self)
        column.setContentsMargins(space.space_l, space.space_l, space.space_l, space.space_m)
        column.setSpacing(space.space_m)
        column.addLayout(top)
        column.addWidget(splitter, 1)
        column.addLayout(bottom)

    def _build_tree(self) -> None:
        tree = self.tree
        tree.setModel(self.found)
        tree.setUniformRowHeights(True)
        tree.setAlternatingRowColors(True)
        tree.setIndentation(14)
        tree.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        for column, width in _WIDTHS.items():
            tree.setColumnWidth(column, width)
        tree.header().setStretchLastSection(True)
        self._copy_cell.setShortcut(QKeySequence.StandardKey.Copy)
        self._copy_row.setShortcut("Ctrl+Shift+C")
        for action in (self._copy_cell, self._copy_row, self._copy_values):
            self.addAction(action)

    def _build_table(self) -> None:
        table = self.table
        table.setModel(self.values)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(0, 56)
        header.resizeSection(2, 260)
        table.hide()

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.only_varying.toggled.connect(self._show_only_varying)
        self.tree.selectionModel().currentRowChanged.connect(lambda: self._show_values())
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.table.doubleClicked.connect(lambda index: self._go_to(index.row()))
        self._copy_cell.triggered.connect(self.copy_cell)
        self._copy_row.triggered.connect(self.copy_row)
        self._copy_values.triggered.connect(self.copy_values)
        self.reader.read.connect(self._show_table)
        self.reader.progressed.connect(self._show_progress)
        self.reader.failed.connect(lambda error: self._state.setText(str(error)))
        self._session.active_changed.connect(self._follow_series)
        self._session.cursor_moved.connect(self._follow_slice)

    def _follow_series(self) -> None:
        series = self._session.active
        files = tuple(dict.fromkeys(s.source for s in series.slices)) if series is not None else ()
        self._series = series
        if not self.isVisible() or files == self._files:
            return
        self._files = files
        self.model.show_table(AttributeTable(()), 0)
        self._where.setText("" if files else tr(_NO_DICOM))
        self._state.setText(tr("Reading…") if files else "")
        if files:
            self.reader.start(files, self._file_in_view())
        else:
            self.reader.stop()

    def _follow_slice(self) -> None:
        if self.isVisible() and len(self.model.table.files) == len(self._files):
            self.model.show_file(self._file_in_view())
            self._show_where()

    def _show_table(self, table: AttributeTable) -> None:
        is_whole = len(table.files) == len(self._files)
        current, opened = self._place(), self._opened()
        self.model.show_table(table, self._file_in_view() if is_whole else 0)
        for place in opened:
            self.tree.expand(self.found.mapFromSource(self.model.index_of(place)))
        self._expand_found()
        self._make_current(current)
        self._state.setText(summary(table))
        self._show_where()
        self._show_values()

    def _show_progress(self, done: int, total: int) -> None:
        if total > 1:
            self._state.setText(tr("Comparing {n} of {total} files…", n=done, total=total))

    def _show_where(self) -> None:
        files = self.model.table.files
        if not files:
            return
        number = self._files.index(files[self.model.file]) + 1
        name = files[self.model.file].path.name
        total = len(self._files)
        text = "File {number} of {total}: {name}" if total > 1 else "File: {name}"
        self._where.setText(tr(text, number=number, total=total, name=name))

    def _search(self, text: str) -> None:
        self.found.search(text)
        self._expand_found()

    def _show_only_varying(self, on: bool) -> None:
        self.found.show_only_varying(on)
        self._expand_found()

    def _expand_found(self) -> None:
        """What is found lies in sequences, too."""
        if self.found.is_active:
            self.tree.expandAll()

    def _show_values(self) -> None:
        place = self._place()
        shown = bool(place) and self.model.table.distinct(place) > 1
        self.values.show_values(self.model.table, place if shown else ())
        self.table.setVisible(shown)
        self._copy_values.setEnabled(bool(place))

    def _show_menu(self, position: QPoint) -> None:
        if not self.tree.indexAt(position).isValid():
            return
        menu = QMenu(self)
        menu.addActions([self._copy_cell, self._copy_row, self._copy_values])
        menu.popup(self.tree.viewport().mapToGlobal(position))

    def _go_to(self, number: int) -> None:
        """Bring the views to the slice that was read from a file."""
        series, display = self._series, self._session.display
        volume, cursor = display.volume, display.cursor
        if series is None or volume is None or cursor is None or display.series is None:
            return
        source = self._files[number]
        for k, placement in enumerate(series.placements):
            if placement.below is not None and series.slices[placement.below].source == source:
                x, y, _ = volume.geometry.to_index(cursor)
                display.move_cursor(volume.geometry.to_lps((x, y, k)))
                return

    def _file_in_view(self) -> int:
        """The number of the file that the slice under the cursor was read from."""
        series, display = self._series, self._session.display
        if series is None or display.volume is None or display.cursor is None:
            return len(self._files) // 2
        k = int(np.rint(display.volume.geometry.to_index(display.cursor)[2]))
        below = series.placements[min(max(k, 0), len(series.placements) - 1)].below
        return 0 if below is None else self._files.index(series.slices[below].source)

    def _place(self) -> Place:
        index = self.found.mapToSource(self.tree.currentIndex())
        return self.model.place(index) if index.isValid() else ()

    def _opened(self) -> list[Place]:
        """The sequences and items that are open."""
        opened: list[Place] = []

        def visit(parent: QModelIndex) -> None:
            for row in range(self.found.rowCount(parent)):
                index = self.found.index(row, 0, parent)
                if self.tree.isExpanded(index):
                    opened.append(self.model.place(self.found.mapToSource(index)))
                    visit(index)

        visit(QModelIndex())
        return opened

    def _make_current(self, place: Place) -> None:
        index = self.found.mapFromSource(self.model.index_of(place))
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag
            self.tree.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)


def no_tags(series: Series | None) -> str:
    """Why there are no tags to be shown; empty where there are."""
    if series is None:
        return "Open a series first."
    return "" if series.slices else _NO_DICOM


def _copy(text: str) -> None:
    QApplication.clipboard().setText(text)
