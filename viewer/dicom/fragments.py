"""Where a frame's bytes lie in encapsulated pixel data (PS3.5 A.4)."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import IO

from pydicom.encaps import get_frame

from viewer.dicom.source import Source

_ITEM, _SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"


class CutOffError(ValueError):
    """The file ends within the frame."""


def read_frame(source: Source, offset: int, index: int, frames: int) -> bytes:
    """Read the bytes of one compressed frame.

    Parameters
    ----------
    source : Source
    offset : int
        Where the value of Pixel Data starts.
    index : int
        Of the frame, from 0.
    frames : int
        How many there are.

    Raises
    ------
    CutOffError
        The file ends within the frame: a decoder might fill the rest with anything.
    ValueError
        The fragments make no sense.
    """
    with source.open() as file:
        if frames == 1:
            file.seek(offset)
            _item(file)  # the offset table
            return b"".join(_fragments(file))
        bounds = _frame_bounds(source, offset, frames, source.stamp())
        if bounds is None:
            # Several fragments a frame and no table: pydicom looks for the ends of code streams.
            file.seek(offset)
            return get_frame(file, index, number_of_frames=frames)
        if index >= len(bounds) - 1:
            raise CutOffError("the frame is not there")
        file.seek(bounds[index])
        return b"".join(_fragments(file, bounds[index + 1]))


@lru_cache(maxsize=64)
def _frame_bounds(
    source: Source, offset: int, frames: int, stamp: tuple[int, int]
) -> tuple[int, ...] | None:
    """Where each frame's fragments start, and where the last one's end; None where not known.

    ``stamp`` makes a changed file another one.
    """
    with source.open() as file:
        file.seek(offset)
        table = _item(file) or b""
        start = file.tell()
        starts, end = _fragment_starts(file)
    offsets = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
    if len(offsets) == frames:
        return (*(start + o for o in offsets), end)
    return None if len(starts) > frames else (*starts, end)


def _item(file: IO[bytes]) -> bytes | None:
    """The value of the next item; None at the end of the sequence or of the file."""
    head = file.read(8)
    if len(head) < 8 or head[:4] == _SEQUENCE_END:
        return None
    if head[:4] != _ITEM:
        raise ValueError("the pixel data are not made of items")
    length = struct.unpack("<I", head[4:])[0]
    value = file.read(length)
    if len(value) < length:
        raise CutOffError(f"{len(value):,} of {length:,} bytes of the frame are there")
    return value


def _fragments(file: IO[bytes], end: int | None = None) -> list[bytes]:
    """The values of the items up to a place, or to the end of the sequence."""
    fragments: list[bytes] = []
    while end is None or file.tell() < end:
        fragment = _item(file)
        if fragment is None:
            break
        fragments.append(fragment)
    if not fragments:
        raise CutOffError("the frame is not there")
    return fragments


def _fragment_starts(file: IO[bytes]) -> tuple[list[int], int]:
    """Where each item starts, and where the last one ends, without reading their values."""
    starts: list[int] = []
    while True:
        at = file.tell()
        head = file.read(8)
        if len(head) < 8 or head[:4] != _ITEM:
            return starts, at
        starts.append(at)
        file.seek(at + 8 + struct.unpack("<I", head[4:])[0])
