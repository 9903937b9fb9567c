"""The attributes of files as a tree, what is searched for in it, and one attribute's values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor

from viewer.dicom.attributes import AttributeTable, Place
from viewer.ui import captions, theme
from viewer.ui.language import tr

_Index = QModelIndex | QPersistentModelIndex
_ABSENT = "not there"


class Column(IntEnum):
    """The columns of the tree."""

    TAG = 0
    NAME = 1
    VR = 2
    VALUE = 3
    DIFFERS = 4


_TITLES = ("Tag", "Attribute", "VR", "Value", "In the series")


@dataclass(eq=False)
class _Node:
    """An attribute or an item of a sequence."""

    place: Place
    above: _Node | None
    row: int
    below: list[_Node] = field(default_factory=list)


class TagModel(QAbstractItemModel):
    """A tree of attributes with their values in one of the files."""

    def __init__(self) -> None:
        super().__init__()
        self._table = AttributeTable(())
        self._file = 0
        self._top = _Node((), None, 0)
        self._nodes: dict[Place, _Node] = {}

    @property
    def table(self) -> AttributeTable:
        """What is shown."""
        return self._table

    @property
    def file(self) -> int:
        """The number of the file whose values are shown."""
        return self._file

    def show_table(self, table: AttributeTable, file: int) -> None:
        """Show other files."""
        self.beginResetModel()
        self._table, self._file = table, file
        self._top = _Node((), None, 0)
        self._nodes = {(): self._top}
        for place in table.places:
            above = self._nodes[place[:-1]]
            node = _Node(place, above, len(above.below))
            above.below.append(node)
            self._nodes[place] = node
        self.endResetModel()

    def show_file(self, file: int) -> None:
        """Show the values of another file."""
        if file == self._file:
            return
        self._file = file
        for node in self._nodes.values():
            if node.below:
                first, last = node.below[0], node.below[-1]
                self.dataChanged.emit(
                    self.createIndex(first.row, Column.VALUE, first),
                    self.createIndex(last.row, Column.VALUE, last),
                )

    def place(self, index: _Index) -> Place:
        """Where in the files an index stands."""
        return self._node(index).place

    def index_of(self, place: Place) -> QModelIndex:
        """The index of a place; invalid where there is none."""
        node = self._nodes.get(place)
        return self.createIndex(node.row, 0, node) if node is not None and place else QModelIndex()

    def varies(self, index: _Index) -> bool:
        """Whether the files differ in an attribute."""
        return self._table.distinct(self.place(index)) > 1

    def search_text(self, index: _Index) -> str:
        """All that a search looks at, in lower case."""
        place = self.place(index)
        attribute = self._table.attribute(place)
        bare = attribute.tag.strip("()")
        value = self._table.value(place, self._file) or ""
        text = f"{attribute.tag} {bare.replace(',', '')} {attribute.name} {attribute.vr} {value}"
        return text.lower()

    # Qt's model

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """An index below another one."""
        below = self._node(parent).below
        if not (0 <= row < len(below) and 0 <= column < len(Column)):
            return QModelIndex()
        return self.createIndex(row, column, below[row])

    def parent(self, index: _Index) -> QModelIndex:  # type: ignore[override]
        """The sequence or item around an index."""
        above = self._node(index).above
        if above is None or above is self._top:
            return QModelIndex()
        return self.createIndex(above.row, 0, above)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many attributes or items are below."""
        return len(self._node(parent).below) if parent.column() <= 0 else 0

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Always the same."""
        return len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """The titles."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return tr(_TITLES[section])
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words and colours."""
        place = self._node(index).place
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._words(place, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._color(place, index.column())
        return None

    # Inside

    def _node(self, index: _Index) -> _Node:
        node = index.internalPointer() if index.isValid() else self._top
        assert isinstance(node, _Node)
        return node

    def _words(self, place: Place, column: int) -> str:
        table = self._table
        attribute = table.attribute(place)
        if column == Column.VALUE:
            value = table.value(place, self._file)
            return tr(_ABSENT) if value is None else value
        if column == Column.DIFFERS:
            different = table.distinct(place)
            return tr("varies: {n} values", n=different) if different > 1 else ""
        return (attribute.tag, attribute.name, attribute.vr)[column]

    def _color(self, place: Place, column: int) -> QColor | None:
        values = theme.tokens()
        if column == Column.DIFFERS:
            return QColor(values.accent)
        absent = self._table.value(place, self._file) is None
        faint = column in (Column.TAG, Column.VR) or self._table.attribute(place).is_private
        return QColor(values.text_muted) if absent or faint else None


class TagSearch(QSortFilterProxyModel):
    """Only the attributes that hold all words, with the sequences around them."""

    def __init__(self, model: TagModel) -> None:
        super().__init__()
        self._model = model
        self._words: tuple[str, ...] = ()
        self._only_varying = False
        self.setSourceModel(model)
        self.setRecursiveFilteringEnabled(True)
        self.setAutoAcceptChildRows(True)

    @property
    def is_active(self) -> bool:
        """Whether anything is left out."""
        return bool(self._words) or self._only_varying

    def search(self, text: str) -> None:
        """Look for words in tag, name, value representation and value."""
        self._words = tuple(text.lower().split())
        self.invalidate()

    def show_only_varying(self, on: bool) -> None:
        """Leave out what is the same in all files."""
        self._only_varying = on
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: _Index) -> bool:
        """Whether an attribute is shown for its own sake."""
        index = self._model.index(row, 0, parent)
        if self._only_varying and not self._model.varies(index):
            return False
        if not self._words:
            return True
        text = self._model.search_text(index)
        return all(word in text for word in self._words)


class ValuesModel(QAbstractTableModel):
    """One attribute's value in each file."""

    def __init__(self) -> None:
        super().__init__()
        self._files: tuple[str, ...] = ()
        self._values: tuple[str | None, ...] = ()

    def show_values(self, table: AttributeTable, place: Place) -> None:
        """Show the values of another attribute; of none where the place is empty."""
        self.beginResetModel()
        self._files = tuple(file.path.name for file in table.files) if place else ()
        self._values = table.values(place) if place else ()
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many files there are."""
        return 0 if parent.isValid() else len(self._values)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Number, value, file."""
        return 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """The titles."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return tr(("No.", "Value", "File")[section])
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words and colours."""
        value = self._values[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            words = (str(index.row() + 1), tr(_ABSENT) if value is None else value)
            return (*words, self._files[index.row()])[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and (value is None or index.column() != 1):
            return QColor(theme.tokens().text_muted)
        return None


def summary(table: AttributeTable) -> str:
    """How much there is."""
    tags = sum(1 for place in table.places if table.attribute(place).tag)
    varying = sum(1 for p in table.places if table.attribute(p).tag and table.distinct(p) > 1)
    parts = [captions.count(tags, "attribute"), captions.count(len(table.files), "file")]
    if len(table.files) > 1:
        parts.append(tr("{n} vary", n=varying))
    return " · ".join(parts)
