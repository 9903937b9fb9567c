"""Arrays of 8-bit grey or colour values as pixmaps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap


def pixmap(values: npt.NDArray[np.uint8], box: QSize) -> QPixmap:
    """A picture, fitted into a box.

    Parameters
    ----------
    values : ndarray of uint8, shape (rows, columns, 3), (3, rows, columns) or (1, rows, columns)
    box : QSize
        In logical pixels.
    """
    if values.shape[0] in (1, 3) and values.shape[-1] != 3:
        values = np.moveaxis(values, 0, 2)
    if values.shape[2] == 1:
        values = np.repeat(values, 3, axis=2)
    values = np.ascontiguousarray(values)
    rows, columns, _ = values.shape
    content = values.tobytes()  # outlives the image
    image = QImage(content, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image).scaled(
        box, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
