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
            self._skip(path, "FileNotFoundError", "There is no such file or folder.")
            return
        yield from self._below(path)

    def _below(self, folder: Path) -> Iterator[Path]:
        """Yield a folder's files, then those of its folders; links to folders are not followed."""
        self._check()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._skip(
                folder, type(error).__name__, f"The folder cannot be read ({error.strerror})."
            )
            return
        folders = []
        for entry in entries:
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif entry.name.startswith("._") or entry.name in _LITTER_FILES:
                continue
            elif entry.is_file():
                yield path
            else:
                self._skip(path, "OSError", "This is no ordinary file.")
        for below in folders:
            if below.name not in _LITTER_FOLDERS:
                yield from self._below(below)

    def _members(self, archive: Path) -> Iterator[Source]:
        try:
            members = open_archive(archive).infolist()
        except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
            message = f"The archive cannot be opened ({error})."
            self._skip(archive, "DamagedFileError", message)
            return
        for name in sorted(member.filename for member in members if not member.is_dir()):
            if _LITTER_FOLDERS.isdisjoint(name.split("/")):
                yield Source(archive, name)

    def _skip(self, path: Path, error: str, message: str) -> None:
        self.skipped.append(Skipped(Source(path), error, message))
