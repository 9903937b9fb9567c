"""Which figure the left mouse button draws, and what can be done to one that is there."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from viewer.imaging.roi.figure import Kind
from viewer.session.measurements import Measurement
from viewer.session.session import Session
from viewer.ui.measure.colors import add_colors


class Renamer(Protocol):
    """Lets the reader write a name."""

    def rename(self, measurement: Measurement) -> None: ...  # noqa: D102


class MeasureTools(QObject):
    """The tool in hand, the same in all views.

    Parameters
    ----------
    session : Session
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._kind: Kind | None = None

    @property
    def kind(self) -> Kind | None:
        """What the left button draws; None while it does something else."""
        return self._kind

    def choose(self, kind: Kind | None) -> None:
        """Take another tool, or put all of them away."""
        if kind is not self._kind:
            self._kind = kind
            self.changed.emit()

    def open_menu(self, measurement: Measurement, renamer: Renamer, at: QPoint) -> None:
        """Offer what can be done to a measurement, at a point of the screen."""
        menu = self.menu(measurement, renamer)
        menu.popup(at)

    def menu(self, measurement: Measurement, renamer: Renamer) -> QMenu:
        """What can be done to a measurement; gone when it is closed."""
        measurements = self._session.measurements
        parent = self.parent()
        menu = QMenu(parent if isinstance(parent, QWidget) else None)
        menu.setObjectName("measurement_menu")
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addAction("Rename…").triggered.connect(lambda: renamer.rename(measurement))
        colors = menu.addMenu("Colour")
        add_colors(
            colors, measurement.color, lambda color: measurements.recolor(measurement, color)
        )
        menu.addSeparator()
        menu.addAction(f"Delete {measurement.name}").triggered.connect(
            lambda: measurements.remove([measurement])
        )
        return menu
