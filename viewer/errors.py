"""The viewer's errors: one root, a handful of kinds, each with what, where and the remedy."""

from __future__ import annotations

from pathlib import Path


class ViewerError(Exception):
    """Something the user asked for could not be done.

    Parameters
    ----------
    message : str
        What happened, in a sentence.
    path : Path, optional
        The file or folder concerned.
    remedy : str, optional
        What the user can do about it.
    """

    def __init__(self, message: str, path: Path | str | None = None, remedy: str = "") -> None:
        self.message = message
        self.path = Path(path) if path is not None else None
        self.remedy = remedy
        parts = [message if self.path is None else f"{self.path.name}: {message}", remedy]
        super().__init__(" ".join(p for p in parts if p))


class NotDicomError(ViewerError):
    """The file is not DICOM."""


class DamagedFileError(ViewerError):
    """The file is truncated, inconsistent or otherwise unreadable."""


class UnsupportedError(ViewerError):
    """The file is sound, but of a kind this version cannot show."""


class NothingReadableError(ViewerError):
    """Nothing in the folder could be opened as an image."""


class GeometryError(ViewerError):
    """The positions, orientations or spacings do not form the volume asked for."""
