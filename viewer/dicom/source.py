"""Where the bytes of a file come from: the file system or an archive."""

from __future__ import annotations

import lzma
import os
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

#: What reading from a damaged archive may raise.
UNPACKING_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or a member of a zip archive, which is read in place and never unpacked to a disk.

    Parameters
    ----------
    file : Path
    member : str
        Name within the archive ``file``; empty for a plain file.
    """

    file: Path
    member: str = ""

    @property
    def path(self) -> Path:
        """For people: the file, or the archive and the member's name below it."""
        return self.file / self.member if self.member else self.file

    @property
    def is_plain(self) -> bool:
        """Whether ``file`` holds the bytes as they are."""
        return not self.member

    def open(self) -> IO[bytes]:
        """Open for reading, seekable; a plain file without a buffer.

        Raises
        ------
        OSError
            The file cannot be opened, or the archive is damaged.
        """
        if self.is_plain:
            return self.file.open("rb", buffering=0)
        try:
            return open_archive(self.file).open(self.member)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError) as error:
            raise OSError(f"the member cannot be unpacked ({error})") from error

    def stamp(self) -> tuple[int, int]:
        """Changes when the file does: time of modification and size."""
        state = self.file.stat()
        return state.st_mtime_ns, state.st_size

    def size(self, file: IO[bytes]) -> int:
        """Length in bytes of what ``open`` returned."""
        if self.is_plain:
            return os.fstat(file.fileno()).st_size
        return open_archive(self.file).getinfo(self.member).file_size


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open an archive, once for all its members; any thread may read from it.

    Raises
    ------
    OSError, zipfile.BadZipFile, NotImplementedError
    """
    state = path.stat()
    return _archive(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _archive(path: Path, modified: int, size: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)
