"""Headers read before, kept in the user's cache, so that a folder opens again at once.

One row of a SQLite database holds what the files of one folder, or the members of one archive, were
found to be. It counts as long as a file's size and time of modification are the same, and the code
that read it, too. Nothing here ever fails: without the database every header is simply read again.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viewer.dicom.header import Header
from viewer.dicom.report import Note, Severity, Skipped
from viewer.dicom.source import Source
from viewer.dicom.tags import OF_EACH_IMAGE, Value

_log = logging.getLogger(__name__)

#: What reading a file yields: its header, or why it was left out.
Found = Header | Skipped
#: Time of modification in ns, and size in bytes.
Stamp = tuple[int, int]

#: A file changed so short a time ago may change again without its time showing it.
_SETTLED_NS = 2_000_000_000
#: The folders that were opened longest ago make room.
_MOST_BYTES = 256 * 1024 * 1024
#: How long another process may hold the database.
_SECONDS_TO_WAIT = 2.0
#: The modules that what is kept depends on.
_READERS = (
    "charset.py", "header.py", "index.py", "pydicom_header.py", "quick_header.py", "read_header.py",
    "tags.py",
)  # fmt: skip
_TABLE = "CREATE TABLE IF NOT EXISTS folders (path BLOB PRIMARY KEY, used REAL, files BLOB)"


class HeaderIndex:
    """What files were found to be; opened for one scan, and closed with what it learnt.

    Parameters
    ----------
    path : Path
        The database. It is made where there is none, and made anew where it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folders: dict[str, _Folder] = {}
        self._is_damaged = False
        self._database = self._open()

    def find(self, source: Source, stamp: Stamp) -> Found | None:
        """What a file was found to be; None where that is not known or no longer true."""
        return self._folder(source).find(source, stamp)

    def keep(self, source: Source, stamp: Stamp, found: Found) -> None:
        """Remember what a file was found to be."""
        if abs(time.time_ns() - stamp[0]) > _SETTLED_NS:
            self._folder(source).keep(source, stamp, found)

    def close(self) -> None:
        """Write what is new."""
        if self._database is None:
            return
        try:
            with self._database:
                self._write(self._database)
        except (sqlite3.Error, ValueError) as error:
            self._is_damaged |= _tells_of_damage(error)
            _log.warning("The index of headers was not written: %s", error)
        finally:
            self._database.close()
        if self._is_damaged:
            with suppress(OSError):
                self._delete()

    def _write(self, database: sqlite3.Connection) -> None:
        now = time.time()
        for path, folder in self._folders.items():
            key = os.fsencode(path)
            if folder.is_changed:
                row = (key, now, folder.document())
                database.execute("INSERT OR REPLACE INTO folders VALUES (?, ?, ?)", row)
            else:
                database.execute("UPDATE folders SET used = ? WHERE path = ?", (now, key))
        rows = database.execute("SELECT path, length(files) FROM folders ORDER BY used DESC")
        total = 0
        for key, size in rows.fetchall():
            total += size
            if total > _MOST_BYTES:
                database.execute("DELETE FROM folders WHERE path = ?", (key,))

    def _folder(self, source: Source) -> _Folder:
        path = str(source.file) if source.member else os.path.dirname(source.file)  # noqa: PTH120
        folder = self._folders.get(path)
        if folder is None:
            folder = self._folders[path] = _Folder.parse(self._read(path))
        return folder

    def _read(self, path: str) -> bytes | None:
        if self._database is None:
            return None
        try:
            query = "SELECT files FROM folders WHERE path = ?"
            row = self._database.execute(query, (os.fsencode(path),)).fetchone()
        except sqlite3.Error as error:
            self._is_damaged |= _tells_of_damage(error)
            _log.warning("The index of headers cannot be read: %s", error)
            return None
        return row[0] if row else None

    def _open(self) -> sqlite3.Connection | None:
        try:
            try:
                return self._connect()
            except sqlite3.Error as error:
                if not _tells_of_damage(error):
                    raise
                _log.warning("The index of headers is made anew: %s", error)
                self._delete()
                return self._connect()
        except (sqlite3.Error, OSError) as error:
            _log.warning("The index of headers cannot be opened: %s", error)
            return None

    def _delete(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # It holds names of patients, which are nobody else's business.
        self._path.touch(mode=0o600)
        database = sqlite3.connect(self._path, timeout=_SECONDS_TO_WAIT)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            version = _version()
            if database.execute("PRAGMA user_version").fetchone()[0] != version:
                with database:
                    database.execute("DROP TABLE IF EXISTS folders")
                    database.execute(_TABLE)
                    database.execute(f"PRAGMA user_version = {version}")
            database.execute("SELECT path, used, files FROM folders LIMIT 1").fetchone()
        except BaseException:
            database.close()
            raise
        return database


def _tells_of_damage(error: Exception) -> bool:
    """Whether the file is at fault, and not another process or the file system."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.OperationalError
    )


def _version() -> int:
    """Changes with the code that reads headers."""
    here = Path(__file__).parent
    return zlib.crc32(b"".join((here / name).read_bytes() for name in _READERS)) & 0x7FFFFFFF


@dataclass
class _Folder:
    """The files of a folder as JSON values: what many of them share is there once."""

    shared: list[Any] = field(default_factory=list)
    files: dict[str, list[Any]] = field(default_factory=dict)
    is_changed: bool = False

    def __post_init__(self) -> None:
        self._parsed: dict[int, tuple[str, dict[str, Value], tuple[Note, ...]]] = {}
        self._numbers: dict[Any, int] = {}

    @classmethod
    def parse(cls, document: bytes | None) -> _Folder:
        """From the database; empty where it holds nothing, or nothing that makes sense."""
        if document is None:
            return cls()
        try:
            shared, files = json.loads(document)
        except (ValueError, TypeError):
            return cls()
        return cls(shared, files)

    def document(self) -> bytes:
        """For the database."""
        used = sorted({entry[2] for entry in self.files.values() if entry[2] is not None})
        number = {old: new for new, old in enumerate(used)}
        files = {
            name: [*entry[:2], number.get(entry[2]), *entry[3:]]
            for name, entry in self.files.items()
        }
        shared = [self.shared[old] for old in used]
        return json.dumps([shared, files], separators=(",", ":")).encode("ascii")

    def find(self, source: Source, stamp: Stamp) -> Found | None:
        entry = self.files.get(source.member or source.file.name)
        if entry is None or entry[0] != stamp[0] or entry[1] != stamp[1]:
            return None
        _, _, number, offset, per_frame, *own = entry
        if number is None:
            return Skipped(source, *own)
        known = self._parsed.get(number)
        if known is None:
            syntax, values, notes = self.shared[number]
            known = (
                syntax,
                _values(values),
                tuple(Note(code, Severity(severity), message) for code, severity, message in notes),
            )
            self._parsed[number] = known
        syntax, shared, notes = known
        values = shared.copy()
        for keyword, value in zip(OF_EACH_IMAGE, own, strict=True):
            if value is not None:
                values[keyword] = tuple(value) if value.__class__ is list else value
        frames = tuple(map(_values, per_frame)) if per_frame else ()
        return Header(source, syntax, values, frames, offset, notes)

    def keep(self, source: Source, stamp: Stamp, found: Found) -> None:
        self.is_changed = True
        name = source.member or source.file.name
        if isinstance(found, Skipped):
            self.files[name] = [*stamp, None, None, None, found.error, found.message]
            return
        values = dict(found.values)
        own = [values.pop(keyword, None) for keyword in OF_EACH_IMAGE]
        key = (found.transfer_syntax, tuple(values.items()), found.notes)
        number = self._numbers.get(key)
        if number is None:
            notes = [(note.code, note.severity, note.message) for note in found.notes]
            number = self._numbers[key] = len(self.shared)
            self.shared.append((found.transfer_syntax, values, notes))
        per_frame = [dict(frame) for frame in found.per_frame]
        self.files[name] = [*stamp, number, found.pixel_offset, per_frame, *own]


def _values(document: Mapping[str, Any]) -> dict[str, Value]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in document.items()}
