"""Sessions and views for tests of widgets; everything runs on Qt's offscreen platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.dicom.phantoms import marker_volume
from viewer.imaging.plane import Orientation
from viewer.imaging.voi import Window
from viewer.imaging.volume import Volume
from viewer.session.session import Session
from viewer.ui.bridge import GuiThread
from viewer.ui.slice_view import SliceView
from viewer.ui.theme import apply_theme


@pytest.fixture(autouse=True)
def _dressed(qapp) -> None:
    apply_theme(qapp, "dark")


@pytest.fixture
def session(qapp) -> Iterator[Session]:
    """A session whose replies come on the GUI thread."""
    gui = GuiThread()
    session = Session(gui.post)
    yield session
    gui.close()
    session.shutdown()


@pytest.fixture
def shown_markers(session) -> Volume:
    """The marker phantom, shown without files."""
    volume = marker_volume()
    session.display.show(volume, Window(500, 2000))
    return volume


@pytest.fixture
def make_view(qtbot: QtBot, session: Session) -> Callable[[Orientation], SliceView]:
    """Makes shown slice views of 400 × 300 pixels."""

    def make(orientation: Orientation) -> SliceView:
        view = SliceView(session, orientation)
        qtbot.addWidget(view)
        view.resize(400, 300)
        view.show()
        qtbot.waitExposed(view)
        settle(qtbot)
        return view

    return make


def settle(qtbot: QtBot) -> None:
    """Let waiting events and zero timers run."""
    for _ in range(3):
        qtbot.wait(1)


def pixels(view: SliceView) -> np.ndarray:
    """What is painted in a view, as RGB, shape (rows, columns, 3)."""
    image = view.grab().toImage().convertToFormat(view.grab().toImage().Format.Format_RGB888)
    rows, columns, stride = image.height(), image.width(), image.bytesPerLine()
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(rows, stride)
    return flat[:, : columns * 3].reshape(rows, columns, 3).copy()
