"""A series while it is dragged from the list into a view."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

#: What a dragged series carries: its key.
SERIES_MIME = "application/x-hounsfield-series"


def dragged(key: str) -> QMimeData:
    """What to drag for the series with this key."""
    data = QMimeData()
    data.setData(SERIES_MIME, key.encode())
    return data


def dragged_series(data: QMimeData) -> str | None:
    """The key of the series that is dragged, if one is."""
    if not data.hasFormat(SERIES_MIME):
        return None
    return bytes(data.data(SERIES_MIME).data()).decode()
