"""All files below some paths: in folders, in archives, and those that a DICOMDIR lies beside."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from viewer.dicom.report import Skipped
from viewer.dicom.source import Source, open_archive

#: What macOS leaves behind on other file systems.
_LITTER_FOLDERS = frozenset(("__MACOSX",))
_LITTER_FILES = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))


class Finder:
    """Lists the files below paths, each once, in a stable order.

    Parameters
    ----------
    check : callable
        Called between folders; raises when the search is no longer wanted.
    """

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._seen: set[Path] = set()
        #: What could not be searched.
        self.skipped: list[Skipped] = []

    def find(self, paths: Sequence[Path]) -> Iterator[Source]:
        """Yield the files and the members of archives."""
        for path in paths:
            for file in self._files(path):
                if file in self._seen:
                    continue
                self._seen.add(file)
                if file.suffix.lower() == ".zip":
                    yield from self._members(file)
                else:
                    yield Source(file)

    def _files(self, path: Path) -> Iterator[Path]:
        if path.is_file():
            # A DICOMDIR is an index of the files beside and below it (PS3.10 8.6).
            if path.name.upper() != "DICOMDIR":
                yield path
                return
            path = path.parent
        if not path.is_dir():
            self._skip(path, "FileNotFoundError", "there is no such file or folder.")
            return
        for folder, folders, names in os.walk(path, onerror=self._unreadable):
            self._check()
            folders[:] = sorted(name for name in folders if name not in _LITTER_FOLDERS)
            for name in sorted(names):
                file = Path(folder, name)
                if name.startswith("._") or name in _LITTER_FILES:
                    continue
                if file.is_file():
                    yield file
                else:
                    self._skip(file, "OSError", "this is no ordinary file.")

    def _members(self, archive: Path) -> Iterator[Source]:
        try:
            members = open_archive(archive).infolist()
        except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
            message = f"the archive cannot be opened ({error})."
            self._skip(archive, "DamagedFileError", message)
            return
        for name in sorted(member.filename for member in members if not member.is_dir()):
            if _LITTER_FOLDERS.isdisjoint(name.split("/")):
                yield Source(archive, name)

    def _unreadable(self, error: OSError) -> None:
        self._skip(Path(error.filename), type(error).__name__, f"{error.strerror}.")

    def _skip(self, path: Path, error: str, message: str) -> None:
        self.skipped.append(Skipped(path, error, message))
