"""What is painted over the picture of a view, in the pixels of the view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QStyleOptionGraphicsItem, QWidget


class ViewItem(QGraphicsItem):
    """As large as the view, whose scene's coordinates are its pixels.

    Parameters
    ----------
    view : QGraphicsView
        Its scene gets the item.
    paint : callable
        Receives the painter.
    z : float
        Higher ones are painted over lower ones; the picture's is 0.
    """

    def __init__(self, view: QGraphicsView, paint: Callable[[QPainter], None], z: float) -> None:
        super().__init__()
        self._view = view
        self._paint = paint
        self.setZValue(z)
        view.scene().addItem(self)

    def boundingRect(self) -> QRectF:
        """All of the view."""
        return QRectF(self._view.viewport().rect())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Let the owner paint."""
        painter.save()
        self._paint(painter)
        painter.restore()
