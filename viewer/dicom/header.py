"""What one file says about its images: attributes by keyword, for the file and for each frame."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from viewer.dicom.report import Note
from viewer.dicom.source import Source
from viewer.dicom.tags import Scalar, Values


@dataclass(frozen=True)
class Frame:
    """The attributes of one frame: its own, else those shared by all, else the file's."""

    index: int
    values: Values

    def text(self, keyword: str) -> str:
        """A value as text, the parts of several joined by a backslash; empty where absent."""
        value = self.values.get(keyword, "")
        return "\\".join(map(str, value)) if isinstance(value, tuple) else str(value)

    def parts(self, keyword: str) -> tuple[Scalar, ...]:
        """All values of an attribute."""
        value = self.values.get(keyword, ())
        return value if isinstance(value, tuple) else (value,)

    def numbers(self, keyword: str, count: int) -> tuple[float, ...] | None:
        """Exactly ``count`` numbers, or None."""
        parts = self.parts(keyword)
        # The parts of a value are either all text or all numbers.
        if len(parts) != count or isinstance(parts[0], str):
            return None
        return cast(tuple[float, ...], parts)

    def number(self, keyword: str) -> float | None:
        """The first number of an attribute, or None."""
        value = self.values.get(keyword)
        if isinstance(value, tuple):
            value = value[0]
        return None if value is None or isinstance(value, str) else float(value)

    def integer(self, keyword: str) -> int | None:
        """The first number of an attribute as an integer, or None."""
        number = self.number(keyword)
        return int(number) if number is not None else None


@dataclass(frozen=True)
class Header:
    """The header of one file.

    Parameters
    ----------
    source : Source
    transfer_syntax : str
        UID; the one that the bytes follow where the file does not name any.
    values : mapping of keyword to value
    per_frame : tuple of mappings
        Of a multi-frame file with functional groups (PS3.3 C.7.6.16).
    pixel_offset : int, optional
        Where the value of Pixel Data starts; None where it is not in the file as such (deflated).
    notes : tuple of Note
        What had to be assumed to read it.
    """

    source: Source
    transfer_syntax: str
    values: Values
    per_frame: tuple[Values, ...] = field(default=())
    pixel_offset: int | None = None
    notes: tuple[Note, ...] = ()

    @property
    def frames(self) -> Iterator[Frame]:
        """Each frame with its attributes."""
        if self.per_frame:
            for index, own in enumerate(self.per_frame):
                yield Frame(index, ChainMap(dict(own), dict(self.values)))
            return
        root = Frame(0, self.values)
        number = root.integer("NumberOfFrames") or 1
        if number == 1:
            yield root
            return
        # The file's one position is not that of each frame.
        shared = {k: v for k, v in self.values.items() if k != "ImagePositionPatient"}
        for index, position in enumerate(_frame_positions(root, number)):
            own = {"ImagePositionPatient": position} if position is not None else {}
            yield Frame(index, ChainMap(own, shared))


def _frame_positions(root: Frame, number: int) -> Sequence[tuple[float, float, float] | None]:
    """Positions of a dose's frames: offsets along the normal (PS3.3 C.8.8.3.2)."""
    first = root.numbers("ImagePositionPatient", 3)
    cosines = root.numbers("ImageOrientationPatient", 6)
    offsets = root.numbers("GridFrameOffsetVector", number)
    if first is None or cosines is None or offsets is None:
        return [None] * number
    normal = np.cross(cosines[:3], cosines[3:])
    # Offsets are relative to the first position, or else are positions themselves.
    points = np.array(first) + np.outer(np.array(offsets) - offsets[0], normal)
    return [(float(x), float(y), float(z)) for x, y, z in points]
