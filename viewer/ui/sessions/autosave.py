"""Keeps the session in the user's folder while one works, so that a crash costs seconds."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from viewer.export.output import new_file
from viewer.session.document import SessionDocument
from viewer.session.jobs import Jobs

SUFFIX = ".hounsfield"

_EVERY_MS = 5000
_LAST = f"last{SUFFIX}"
_LOCK = ".lock"
_NO_TIME = datetime.fromtimestamp(0, UTC)


class Autosave(QObject):
    """Saves every few seconds if anything has changed.

    Each window has a file of its own, and a lock that says that it is at work: a file without a
    lock is what a crash has left. On an orderly end the file becomes the last session.

    Parameters
    ----------
    folder : Path
        Made if need be.
    describe : callable
        Gives the session as it is now.
    jobs : Jobs
        Write in the background.
    """

    failed = Signal(object)

    def __init__(
        self,
        folder: Path,
        describe: Callable[[], SessionDocument],
        jobs: Jobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._describe = describe
        self._jobs = jobs
        self._written: SessionDocument | None = None
        self._writing = False
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{secrets.token_hex(8)}{SUFFIX}"
        self._lock = _lock_of(self.path)
        self._lock.tryLock(0)
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.save)
        self._timer.start()

    @property
    def last(self) -> Path | None:
        """The session that ended last, if it is there."""
        path = self._folder / _LAST
        return path if path.exists() else None

    def left_behind(self) -> tuple[Path, ...]:
        """What crashes have left, the newest first."""
        found = [
            path
            for path in self._folder.glob(f"*{SUFFIX}")
            if path != self.path and path.name != _LAST and _is_free(path)
        ]
        return tuple(sorted(found, key=lambda path: path.stat().st_mtime, reverse=True))

    def save(self) -> None:
        """Write the session if it is not the one written already."""
        document = self._describe()
        if self._writing or self._is_written(document):
            return
        self._writing = True

        def done(_: None) -> None:
            self._writing = False
            self._written = document

        def failed(error: Exception) -> None:
            self._writing = False
            self.failed.emit(error)

        path = self.path
        self._jobs.submit(lambda _: write(document, path), on_done=done, on_failed=failed)

    def close(self) -> None:
        """Keep the session as the last one, and give the lock back."""
        self._timer.stop()
        document = self._describe()
        if not document.is_empty:
            try:
                write(document, self._folder / _LAST)
            finally:
                self.path.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
        self._lock.unlock()

    def _is_written(self, document: SessionDocument) -> bool:
        before = self._written
        if before is None:
            return document.is_empty
        return _untimed(before) == _untimed(document)


def write(document: SessionDocument, path: Path) -> None:
    """Write a session's file, whole or not at all.

    Raises
    ------
    ViewerError
        It cannot be written.
    """
    with new_file(path, replace=True) as part:
        part.write_text(document.text(), encoding="utf-8")


def discard(path: Path) -> None:
    """Delete what a crash has left."""
    path.unlink(missing_ok=True)
    path.with_suffix(_LOCK).unlink(missing_ok=True)


def _untimed(document: SessionDocument) -> SessionDocument:
    return document.model_copy(update={"saved": _NO_TIME})


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_suffix(_LOCK)))
    # However long ago it was taken: only its process's end sets a lock free.
    lock.setStaleLockTime(0)
    return lock


def _is_free(path: Path) -> bool:
    """Whether no process that lives holds the lock of a file."""
    lock = _lock_of(path)
    free = lock.tryLock(0)
    if free:
        lock.unlock()
    return free
