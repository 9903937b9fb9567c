"""Where the bytes of a file come from: the file system or an archive."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO, FileIO
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or a member of a zip archive, which is read in memory and never unpacked to a disk.

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

    def open(self) -> FileIO | BytesIO:
        """Open for reading, seekable; a plain file without a buffer."""
        if self.is_plain:
            return self.file.open("rb", buffering=0)
        with zipfile.ZipFile(self.file) as archive:
            return BytesIO(archive.read(self.member))
