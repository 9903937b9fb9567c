"""The graphics items of a slice: the picture and what is laid over it, in picture millimetres."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget


class SlicePicture:
    """A picture with a heatmap and graphics on it, placed by one transform.

    Parameters
    ----------
    scene : QGraphicsScene
        Gets the items.
    """

    def __init__(self, scene: QGraphicsScene) -> None:
        self._root = pg.ItemGroup()
        self._base = pg.ImageItem(axisOrder="row-major")
        self._layer = _PremultipliedItem()
        self._color = _PremultipliedItem()
        self._graphics = _PremultipliedItem()
        self._items = (self._base, self._layer, self._color, self._graphics)
        for item in self._items:
            item.setParentItem(self._root)
        self._root.setVisible(False)
        scene.addItem(self._root)

    def place(self, to_view: QTransform, pixel_mm: tuple[float, float]) -> None:
        """Put the pictures, whose pixels are ``(height, width)`` mm, where ``to_view`` says."""
        height, width = pixel_mm
        self._root.setTransform(to_view)
        for item in self._items:
            item.setTransform(QTransform.fromScale(width, height))

    def set_picture(self, picture: npt.NDArray[np.uint8]) -> None:
        """Show a grey picture, shape (rows, columns), or one of RGB, shape (rows, columns, 3)."""
        self._base.setImage(picture, autoLevels=False)
        self._root.setVisible(True)

    def set_layer(self, picture: npt.NDArray[np.uint8] | None) -> None:
        """Lay another volume over the picture, premultiplied RGBA, shape (rows, columns, 4)."""
        self._layer.set_picture(picture)

    def set_color(self, picture: npt.NDArray[np.uint8] | None) -> None:
        """Lay a premultiplied RGBA picture, shape (rows, columns, 4), over the other."""
        self._color.set_picture(picture)

    def set_graphics(self, picture: npt.NDArray[np.uint8] | None) -> None:
        """Lay graphics over both, premultiplied RGBA, shape (rows, columns, 4)."""
        self._graphics.set_picture(picture)

    def paint_magnified(self, painter: QPainter, about: QPointF, factor: float) -> None:
        """Paint all once more, larger about a point of the scene."""
        larger = QTransform.fromTranslate(-about.x(), -about.y())
        larger *= QTransform.fromScale(factor, factor)
        larger *= QTransform.fromTranslate(about.x(), about.y())
        if not self._root.isVisible():
            return
        for item in self._items:
            painter.save()
            painter.setTransform(item.sceneTransform() * larger, True)
            item.paint(painter, QStyleOptionGraphicsItem())
            painter.restore()

    def clear(self) -> None:
        """Show nothing."""
        self._root.setVisible(False)
        self._layer.set_picture(None)
        self._color.set_picture(None)
        self._graphics.set_picture(None)


class _PremultipliedItem(QGraphicsItem):
    """Premultiplied RGBA, which Qt blends as it is; pyqtgraph's item takes it for straight."""

    def __init__(self) -> None:
        super().__init__()
        self._pixels: npt.NDArray[np.uint8] | None = None
        self._image = QImage()
        self._place = QRectF()

    def set_picture(self, pixels: npt.NDArray[np.uint8] | None) -> None:
        cut = _colored_part(pixels) if pixels is not None else None
        if cut is None and self._pixels is None:
            return
        self.prepareGeometryChange()
        if pixels is None or cut is None:
            self._pixels, self._image = None, QImage()
        else:
            rows, columns = cut
            # The QImage borrows the array's memory.
            self._pixels = part = np.ascontiguousarray(pixels[rows, columns])
            layout = QImage.Format.Format_RGBA8888_Premultiplied
            self._image = QImage(part.data, part.shape[1], part.shape[0], part.strides[0], layout)
            self._place = QRectF(columns.start, rows.start, part.shape[1], part.shape[0])
        self.update()

    def boundingRect(self) -> QRectF:
        return self._place

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> Any:
        if not self._image.isNull():
            painter.drawImage(self._place, self._image)


def _colored_part(pixels: npt.NDArray[np.uint8]) -> tuple[slice, slice] | None:
    """The smallest block that holds all that is not transparent, with a pixel around it.

    Blending is what an overlay costs, and most of it is empty.
    """
    opaque = pixels[..., 3] > 0
    rows, columns = np.flatnonzero(opaque.any(axis=1)), np.flatnonzero(opaque.any(axis=0))
    if rows.size == 0:
        return None
    return (
        slice(max(int(rows[0]) - 1, 0), int(rows[-1]) + 2),
        slice(max(int(columns[0]) - 1, 0), int(columns[-1]) + 2),
    )
