"""Live figures in the file format that TensorBoard reads.

A TFRecord file of ``Event`` messages (tensorflow/core/util/event.proto), of which scalars need five
fields; written directly, because that is less than the packages that do it.
"""

from __future__ import annotations

import struct
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

_POLYNOMIAL = 0x82F63B78


class EventFile:
    """A file of scalars over steps, open while it is written.

    Parameters
    ----------
    folder : Path
        TensorBoard's ``--logdir``; each opening adds a file.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        stamp = time.time()
        self._file: BinaryIO = (folder / f"events.out.tfevents.{stamp:.6f}.hounsfield").open("wb")
        self._write(_double(1, stamp) + _bytes(3, b"brain.Event:2"))

    def add(self, name: str, value: float, step: int) -> None:
        """Add a scalar; the file can be read at once."""
        scalar = _bytes(1, name.encode()) + struct.pack("<Bf", 2 << 3 | 5, value)
        event = _double(1, time.time()) + bytes([2 << 3]) + _varint(step)
        self._write(event + _bytes(5, _bytes(1, scalar)))
        self._file.flush()

    def _write(self, event: bytes) -> None:
        length = struct.pack("<Q", len(event))
        self._file.write(length + _masked(length) + event + _masked(event))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _double(field: int, value: float) -> bytes:
    return struct.pack("<Bd", field << 3 | 1, value)


def _bytes(field: int, value: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(value)) + value


def _masked(data: bytes) -> bytes:
    """TFRecord's checksum: CRC-32C, rotated and shifted."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
