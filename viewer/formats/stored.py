"""Values that lie in a file one after the other, as NIfTI and NRRD keep them."""

from __future__ import annotations

import bz2
import gzip
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt

from viewer.dicom.memory import require_memory
from viewer.dicom.source import UNPACKING_ERRORS, Source
from viewer.errors import DamagedFileError
from viewer.formats.series import COPY_AGAIN
from viewer.imaging.volume import PADDING

#: Memory that a number written as text takes while it is read, per byte of text.
_TEXT_OVERHEAD = 16


class Encoding(StrEnum):
    """How the bytes of the values are written."""

    RAW = "raw"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    TEXT = "text"
    HEX = "hex"


@dataclass(frozen=True, slots=True)
class StoredVolume:
    """A volume's values in a file, the column index fastest and the slice index slowest.

    Parameters
    ----------
    source : Source
    dtype : numpy.dtype
        Of the stored values, with their byte order.
    shape : tuple of int
        ``(slices, rows, columns)``.
    encoding : Encoding
    start : int
        Where the encoded bytes begin in the file.
    offset : int
        Where the values begin in the decoded bytes.
    components : int
        Values a voxel has, stored side by side.
    component : int
        Which of them this volume is made of.
    slope, intercept : float
        ``value = stored * slope + intercept``.
    is_reversed : bool
        Whether the file's last slice is the volume's first one.
    """

    source: Source
    dtype: np.dtype[Any]
    shape: tuple[int, int, int]
    encoding: Encoding = Encoding.RAW
    start: int = 0
    offset: int = 0
    components: int = 1
    component: int = 0
    slope: float = 1.0
    intercept: float = 0.0
    is_reversed: bool = False

    @property
    def slice_nbytes(self) -> int:
        """Bytes of a slice in the file, decoded."""
        return self.shape[1] * self.shape[2] * self.components * self.dtype.itemsize

    @property
    def is_float(self) -> bool:
        """Whether int16 could not hold the values."""
        if self.dtype.kind not in "iu" or self.dtype.itemsize > 2:
            return True
        if not (float(self.slope).is_integer() and float(self.intercept).is_integer()):
            return True
        limits = np.iinfo(self.dtype)
        ends = [float(v) * self.slope + self.intercept for v in (limits.min, limits.max)]
        return min(ends) < PADDING or max(ends) > -PADDING - 1

    def read(self, wanted: Iterable[int]) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        """Yield slices with their index; see ``Content.read``."""
        last = self.shape[0] - 1
        places = sorted((last - k if self.is_reversed else k, k) for k in wanted)
        with self._values() as (stream, first):
            for place, index in places:
                stream.seek(first + place * self.slice_nbytes)
                yield index, self._scaled(self._slice(stream))

    def first_values(self, nbytes: int) -> npt.NDArray[Any]:
        """The first values, of at most so many bytes; fewer where the file holds fewer."""
        size = self.dtype.itemsize * self.components
        total = self.shape[0] * self.slice_nbytes
        with self._values() as (stream, first):
            stream.seek(first)
            raw = _read(stream, min(nbytes, total))
        return self._scaled(self._chosen(raw[: len(raw) // size * size]))

    @contextmanager
    def _values(self) -> Iterator[tuple[IO[bytes], int]]:
        """The decoded bytes, to be read forwards only, and where the values begin in them."""
        with self.source.open() as file:
            file.seek(self.start)
            try:
                match self.encoding:
                    case Encoding.RAW:
                        yield file, self.start + self.offset
                    case Encoding.GZIP:
                        with gzip.GzipFile(fileobj=file) as unpacked:
                            yield cast(IO[bytes], unpacked), self.offset
                    case Encoding.BZIP2:
                        with bz2.BZ2File(file) as unpacked:
                            yield cast(IO[bytes], unpacked), self.offset
                    case Encoding.TEXT | Encoding.HEX:
                        yield self._from_text(file), self.offset
            except (*UNPACKING_ERRORS, gzip.BadGzipFile) as error:
                raise DamagedFileError(
                    f"The file cannot be unpacked ({error}).", self.source.path, COPY_AGAIN
                ) from error

    def _from_text(self, file: IO[bytes]) -> IO[bytes]:
        path = self.source.path
        require_memory(_TEXT_OVERHEAD * (self.source.size(file) - self.start), path)
        text = file.read()
        try:
            if self.encoding is Encoding.HEX:
                return io.BytesIO(bytes.fromhex(text.decode("ascii")))
            numbers = np.array(text.split(), dtype=np.float64)
            return io.BytesIO(numbers.astype(self.dtype).tobytes())
        except ValueError as error:
            raise DamagedFileError(
                f"The values cannot be read ({error}).", path, COPY_AGAIN
            ) from error

    def _slice(self, stream: IO[bytes]) -> npt.NDArray[Any]:
        raw = _read(stream, self.slice_nbytes)
        if len(raw) < self.slice_nbytes:
            raise DamagedFileError(
                "The file ends before its last slice.", self.source.path, COPY_AGAIN
            )
        return self._chosen(raw).reshape(self.shape[1:])

    def _chosen(self, raw: bytes) -> npt.NDArray[Any]:
        return np.frombuffer(raw, self.dtype)[self.component :: self.components]

    def _scaled(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if self.is_float:
            values = stored.astype(np.float64) * self.slope + self.intercept
            with np.errstate(over="ignore"):
                narrow = values.astype(np.float32)
            narrow[~np.isfinite(narrow)] = np.nan
            return narrow
        whole = stored.astype(np.int32) * int(self.slope) + int(self.intercept)
        # The lowest number is reserved for padding.
        return np.maximum(whole, PADDING + 1).astype(np.int16)


def _read(stream: IO[bytes], nbytes: int) -> bytes:
    """Read so many bytes; fewer only at the end."""
    parts = []
    while nbytes > 0:
        part = stream.read(nbytes)
        if not part:
            break
        parts.append(part)
        nbytes -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
