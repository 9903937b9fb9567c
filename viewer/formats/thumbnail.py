"""A small picture of a series of any format."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from viewer.dicom import thumbnail as dicom
from viewer.dicom.memory import require_memory
from viewer.dicom.series import Series
from viewer.formats.series import FileSeries


def thumbnail(series: Series, size: int = 96) -> npt.NDArray[np.uint8]:
    """Return the middle slice as a small picture; see ``viewer.dicom.thumbnail.thumbnail``."""
    if not isinstance(series, FileSeries):
        return dicom.thumbnail(series, size)
    middle = series.shape[0] // 2
    require_memory(series.nbytes // series.shape[0], series.content.source.path)
    _, values = next(iter(series.content.read([middle])))
    return dicom.small_picture(values, series, size)
