"""Slice views that measure, driven by the mouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.dicom.phantoms import marker_volume
from viewer.imaging.plane import Orientation
from viewer.imaging.roi.figure import Kind
from viewer.imaging.voi import Window
from viewer.session.measurements import Measurement
from viewer.session.session import Session
from viewer.ui.measure.layer import MeasureLayer
from viewer.ui.measure.tools import MeasureTools
from viewer.ui.slice_view import SliceView

LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
Place = tuple[int, int]


@dataclass
class Hand:
    """A view with its layer, and the mouse over it."""

    view: SliceView
    layer: MeasureLayer
    tools: MeasureTools
    session: Session
    qtbot: QtBot

    @property
    def kept(self) -> tuple[Measurement, ...]:
        return self.session.measurements.kept

    def press(self, at: Place) -> None:
        self.qtbot.mousePress(self.view.viewport(), LEFT, pos=QPoint(*at))

    def move(self, *places: Place, button: Qt.MouseButton = LEFT) -> None:
        viewport = self.view.viewport()
        for at in places:
            here = QPointF(QPoint(*at))
            event = QMouseEvent(
                QEvent.Type.MouseMove,
                here,
                viewport.mapToGlobal(here),
                NO_BUTTON,
                button,
                Qt.KeyboardModifier.NoModifier,
            )
            QApplication.sendEvent(viewport, event)

    def release(self, at: Place) -> None:
        self.qtbot.mouseRelease(self.view.viewport(), LEFT, pos=QPoint(*at))

    def drag(self, *places: Place) -> None:
        self.press(places[0])
        self.move(*places[1:])
        self.release(places[-1])

    def click(self, *places: Place) -> None:
        for at in places:
            self.move(at, button=NO_BUTTON)
            self.press(at)
            self.release(at)

    def draw(self, kind: Kind, *places: Place) -> Measurement:
        """Draw by clicks, put the tool away, and give what was made."""
        self.tools.choose(kind)
        if kind is Kind.FREEHAND:
            self.drag(*places)
        else:
            self.click(*places)
        self.tools.choose(None)
        return self.kept[-1]

    def lps(self, at: Place) -> np.ndarray:
        found = self.view.placement.lps_at(QPointF(QPoint(*at)))
        assert found is not None
        return found

    def labels(self) -> list[list[str]]:
        return [list(s.lines) for s in self.layer.sketches]


@pytest.fixture
def make_hand(qtbot, session, make_view) -> Callable[..., Hand]:
    """Makes a view of a phantom; several share session and tools."""
    tools = MeasureTools(session)

    def make(orientation: Orientation = Orientation.AXIAL, stack: str | None = "axial") -> Hand:
        if stack is not None:
            session.display.show(marker_volume(stack), Window(500, 2000))
        view = make_view(orientation)
        return Hand(view, MeasureLayer(view, session, tools), tools, session, qtbot)

    return make


@pytest.fixture
def hand(make_hand) -> Hand:
    return make_hand()
