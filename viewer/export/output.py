"""Files that appear whole, and in the place of none that is there."""

from __future__ import annotations

import io
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gzip import GzipFile
from pathlib import Path
from typing import Any, BinaryIO

from viewer.errors import ViewerError

#: Called with what is done and the total, which is 0 where it is unknown; may raise to break off.
OnProgress = Callable[[int, int], None]


@contextmanager
def new_file(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """A temporary file beside a path, which takes its name once it is written.

    Parameters
    ----------
    path : Path
        Its folder is made if need be.
    replace : bool
        Whether a file in its place may go: only where the user has said so.

    Yields
    ------
    Path
        What to write to; with the same end of its name.

    Raises
    ------
    ViewerError
        There is such a file, or it cannot be written.
    """
    if path.exists() and not replace:
        raise ViewerError("The file exists already.", path, "Choose another name.")
    part = path.with_name(f".{secrets.token_hex(6)}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise ViewerError(f"It cannot be written: {error.strerror or error}.", path) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside a path, which takes its name once it is filled.

    Yields
    ------
    Path
        What to write into.

    Raises
    ------
    ViewerError
        The folder exists and is not empty, or cannot be written.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ViewerError("The folder is not empty.", path, "Choose a new one.")
    part = path.with_name(f".{secrets.token_hex(6)}-{path.name}")
    try:
        part.mkdir(parents=True)
        yield part
        if path.exists():
            path.rmdir()
        part.replace(path)
    except OSError as error:
        raise ViewerError(f"It cannot be written: {error.strerror or error}.", path) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


class Watched(io.RawIOBase):
    """A file that tells how much is written to it.

    Parameters
    ----------
    file : binary file
    on_progress : callable
        Told the bytes written and ``total``; what it raises breaks the writing off.
    total : int
        Bytes that will be written; 0 where it is unknown.
    """

    def __init__(self, file: BinaryIO | GzipFile, on_progress: OnProgress, total: int = 0) -> None:
        self._file = file
        self._on_progress = on_progress
        self._done, self._total = 0, total

    def write(self, content: Any) -> int:
        """Write bytes to the file."""
        self._on_progress(min(self._done, self._total), self._total)
        self._done += len(content)
        return self._file.write(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Where in the file the next bytes go."""
        return self._file.tell()
