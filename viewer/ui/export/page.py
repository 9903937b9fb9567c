"""A page of the dialog: the options of one kind of export, and the work they make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLayout,
    QVBoxLayout,
    QWidget,
)

from viewer.export.order import Order, export
from viewer.export.output import OnProgress
from viewer.names import safe_name
from viewer.session.display import Display
from viewer.ui import theme
from viewer.ui.export.exporter import Work
from viewer.ui.icons import IconName
from viewer.ui.language import Texts
from viewer.ui.parts import label

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

NO_SERIES = "Open a series first."
STILL_READING = "The series is still being read."


@dataclass(frozen=True)
class Kind:
    """What is taken out, in words.

    Parameters
    ----------
    title, about : str
    icon : IconName
    name : str
        Of the file or folder by default, after the series'.
    """

    title: str
    about: str
    icon: IconName
    name: str = ""


class Page(QWidget):
    """The options of one kind of export.

    Parameters
    ----------
    window : MainWindow
        Whose views and series are taken out.
    """

    #: An option has changed, and with it perhaps ``suffix`` or ``refusal``.
    changed = Signal()

    kind: Kind

    def __init__(self, window: MainWindow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.window_ = window
        space = theme.tokens()
        self.form = QFormLayout()
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setHorizontalSpacing(space.space_l)
        self.form.setVerticalSpacing(space.space_m)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.note = label(role="muted", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space.space_m)
        self.words = Texts()
        title, about = label(role="title"), label(role="muted", wraps=True)
        self.words.say(title.setText, self.kind.title)
        self.words.say(about.setText, self.kind.about)
        column.addWidget(title)
        column.addWidget(about)
        column.addSpacing(space.space_s)
        column.addLayout(self.form)
        column.addWidget(self.note)
        column.addStretch()
        self.build()
        self.refresh()

    @property
    def suffix(self) -> str:
        """The end of the file's name; empty for a folder."""
        return ""

    @property
    def name(self) -> str:
        """A name for the file or folder, which tells of no patient."""
        series = self.display.series
        of_series = (series.modality, series.description) if series is not None else ("hounsfield",)
        return safe_name("_".join(p for p in (*of_series, self.kind.name) if p), "export")

    @property
    def display(self) -> Display:
        """What the active view shows."""
        return self.window_.session.display

    def build(self) -> None:
        """Add the options."""

    def refresh(self) -> None:
        """Follow what is shown."""

    def refusal(self) -> str:
        """Why it cannot be taken out; empty when it can."""
        return NO_SERIES if self.display.volume is None else ""

    def work(self) -> Work:
        """What the exporter is to do, with the options as they are now."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.words.show()
            self.refresh()
        super().changeEvent(event)

    def row(self, name: str, content: QWidget | QLayout) -> None:
        """Add an option with its name."""
        named = QLabel()
        self.words.say(named.setText, name)
        if isinstance(content, QWidget):
            named.setBuddy(content)
            self.form.addRow(named, content)
        else:
            self.form.addRow(named, content)

    def choice(self, name: str, entries: dict[str, object], tip: str = "") -> QComboBox:
        """Add a list to choose from; its data are the values."""
        box = QComboBox()
        for number, (text, value) in enumerate(entries.items()):
            box.addItem("", value)
            self.words.say(partial(box.setItemText, number), text)
        if tip:
            self.words.say(box.setToolTip, tip)
        box.currentIndexChanged.connect(self.changed)
        self.row(name, box)
        return box

    def tick(self, name: str, *, on: bool, tip: str = "") -> QCheckBox:
        """Add a box to tick."""
        box = QCheckBox()
        self.words.say(box.setText, name)
        box.setChecked(on)
        if tip:
            self.words.say(box.setToolTip, tip)
        self.form.addRow("", box)
        return box


def series_work(display: Display, order: Order, cautions: tuple[str, ...] = ()) -> Work:
    """What the exporter does with the series of a display."""
    series, volume = display.series, display.volume
    assert series is not None
    assert volume is not None

    def write(path: Path, replace: bool, on_progress: OnProgress) -> tuple[str, ...]:
        export(series, volume, order, path, replace=replace, on_progress=on_progress)
        return cautions

    return write
