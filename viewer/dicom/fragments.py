"""Where a frame's bytes lie in encapsulated pixel data (PS3.5 A.4)."""

from __future__ import annotations

import struct
from typing import IO

from pydicom.encaps import get_frame

_ITEM, _SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"


class CutOffError(ValueError):
    """The file ends within the frame."""


def read_frame(file: IO[bytes], offset: int, index: int, frames: int) -> bytes:
    """Read the bytes of one compressed frame.

    Parameters
    ----------
    file : file object
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
    file.seek(offset)
    table = _item(file)
    if table is None:
        raise ValueError("the pixel data do not start with an offset table")
    start = file.tell()
    if frames == 1:
        return b"".join(_fragments(file))
    offsets = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
    if len(offsets) == frames:
        file.seek(start + offsets[index])
        end = start + offsets[index + 1] if index + 1 < frames else None
        return b"".join(_fragments(file, end))
    starts = _fragment_starts(file)
    if len(starts) > frames:
        # Several fragments a frame and no table: pydicom looks for the ends of code streams.
        file.seek(offset)
        return get_frame(file, index, number_of_frames=frames)
    if index >= len(starts):
        raise CutOffError("the frame is not there")
    file.seek(starts[index])
    return _item(file) or b""


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
    fragments = []
    while end is None or file.tell() < end:
        fragment = _item(file)
        if fragment is None:
            break
        fragments.append(fragment)
    if not fragments:
        raise CutOffError("the frame is not there")
    return fragments


def _fragment_starts(file: IO[bytes]) -> list[int]:
    """Where each item starts, without reading their values."""
    starts: list[int] = []
    while True:
        at = file.tell()
        head = file.read(8)
        if len(head) < 8 or head[:4] != _ITEM:
            return starts
        starts.append(at)
        file.seek(at + 8 + struct.unpack("<I", head[4:])[0])
