"""Arrays handed from one process to another without a copy through a pipe.

The side that shares names the block; the side that takes it removes the name as soon as it has the
memory mapped, so that nothing is left behind whichever process dies. Shared memory is used, or a
memory-mapped temporary file where there is too little of it: a container often has only 64 MB.
"""

from __future__ import annotations

import contextlib
import gc
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_SHARED_MEMORY = Path("/dev/shm")  # of Linux; other systems have no such limit
_SPARE_BYTES = 8 << 20


@dataclass(frozen=True)
class SharedArray:
    """Where an array lies in memory that another process can take it from."""

    name: str
    in_file: bool
    shape: tuple[int, ...]
    dtype: str


class Block:
    """Memory with a name. Keep it until the other process has taken it."""

    def __init__(self, name: str, array: npt.NDArray[Any]) -> None:
        nbytes = max(array.nbytes, 1)
        in_file = not _has_room(nbytes)
        self.shared = SharedArray(name, in_file, array.shape, array.dtype.str)
        self._memory: SharedMemory | None = None
        if in_file:
            array.tofile(_file(name))
            return
        self._memory = SharedMemory(name, create=True, size=nbytes)
        _as_array(self._memory, self.shared)[...] = array

    def close(self) -> None:
        """Let go of the memory, and remove its name if nobody has taken it."""
        if self._memory is not None:
            self._memory.close()
        discard(self.shared.name)


@contextlib.contextmanager
def taken(shared: SharedArray) -> Iterator[npt.NDArray[Any]]:
    """The array, read-only, for as long as the context lasts; its name is removed at once.

    Raises
    ------
    OSError
        It is not there (any more).
    """
    if shared.in_file:
        path = _file(shared.name)
        array: npt.NDArray[Any] = np.memmap(path, shared.dtype, "r", shape=shared.shape)
        with contextlib.suppress(PermissionError):  # Windows keeps a file that is mapped
            path.unlink()
        yield array
        return
    memory = SharedMemory(shared.name)
    array = _as_array(memory, shared)
    array.flags.writeable = False
    try:
        memory.unlink()
        yield array
    finally:
        del array
        try:
            memory.close()
        except BufferError:  # an error's traceback still holds a view, in a cycle
            gc.collect()
            with contextlib.suppress(BufferError):
                memory.close()


def discard(name: str) -> None:
    """Remove a name if it is still there."""
    with contextlib.suppress(OSError):
        memory = SharedMemory(name)
        memory.close()
        memory.unlink()
    with contextlib.suppress(OSError):
        _file(name).unlink()


def _as_array(memory: SharedMemory, shared: SharedArray) -> npt.NDArray[Any]:
    return np.ndarray(shared.shape, shared.dtype, buffer=memory.buf)


def _file(name: str) -> Path:
    return Path(tempfile.gettempdir()) / f"{name}.mmap"


def _has_room(nbytes: int) -> bool:
    if not _SHARED_MEMORY.is_dir():
        return True
    status = os.statvfs(_SHARED_MEMORY)
    return status.f_bavail * status.f_frsize > nbytes + _SPARE_BYTES
