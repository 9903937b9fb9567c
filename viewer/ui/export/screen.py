"""What is on the screen as a picture: without the patient's name, with the disclaimer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from viewer.export.frames import with_disclaimer
from viewer.ui.actions import ActionId as A

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow


def draw_view(window: MainWindow, scale: int = 1) -> Image.Image:
    """The active view.

    Parameters
    ----------
    window : MainWindow
    scale : int
        Pixels of the picture along a pixel of the screen; texts and lines become finer, too.

    Returns
    -------
    PIL.Image.Image
        RGB.
    """
    with _nameless(window):
        return with_disclaimer(_drawn(window.panes.active.view, scale))


def draw_window(window: MainWindow, scale: int = 1) -> Image.Image:
    """The whole window, as ``draw_view`` draws a view."""
    with _nameless(window):
        return with_disclaimer(_drawn(window, scale))


@contextmanager
def _nameless(window: MainWindow) -> Iterator[None]:
    """Names of patients are hidden meanwhile."""
    shown = window.actions_[A.PATIENT_NAMES]
    before, options = shown.isChecked(), window.panes.options
    window.panes.set_options(replace(options, patient_names=False))
    window.series_panel.show_names(False)
    try:
        yield
    finally:
        window.series_panel.show_names(before)
        window.panes.set_options(options)


def _drawn(widget: QWidget, scale: int) -> Image.Image:
    image = QImage(widget.size() * scale, QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(scale)
    # A view of graphics has another method of this name, which leaves out what lies over them.
    QWidget.render(widget, image, QPoint(0, 0))
    size = image.width(), image.height()
    return Image.frombytes(
        "RGB", size, bytes(image.constBits()), "raw", "RGB", image.bytesPerLine(), 1
    )
