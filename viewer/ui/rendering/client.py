"""``RenderClient``: the window's end of the rendering process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Condition, Thread
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from viewer.imaging.volume import Volume
from viewer.ui.rendering.messages import (
    Abort,
    Loaded,
    Order,
    Picture,
    Ready,
    RenderingError,
    Unable,
    VolumeHeader,
)
from viewer.ui.rendering.process import serve

#: Starting takes a second or two; a driver that hangs is given up after this many.
START_SECONDS = 45.0
REPLY_SECONDS = 120.0
_LOOK_SECONDS = 0.01

_CRASHED = (
    "3D rendering stopped: the graphics driver failed. The other views are not affected. "
    "Update the graphics driver, or install Mesa's software renderer (libegl1, libgl1-mesa-dri)."
)
_HANGS = "3D rendering does not answer. The other views are not affected."


class RenderClient(QObject):
    """Starts the rendering process, sends it volumes and orders, and signals what comes back.

    The newest volume and the newest order win; those overtaken are never sent. Nothing here waits:
    a thread of its own talks to the process.

    Parameters
    ----------
    background : str
        Colour behind the volume, ``#rrggbb``.
    target : callable, optional
        What the process runs, with the connection and the background.
    start_seconds : float
        How long the process may take to start.
    """

    ready = Signal(object)  # Ready
    loaded = Signal(int, object)  # serial, Loaded
    pictured = Signal(object)  # Picture
    failed = Signal(str)

    def __init__(
        self,
        background: str,
        target: Callable[[Connection, str], None] = serve,
        start_seconds: float = START_SECONDS,
    ) -> None:
        super().__init__()
        self._background = background
        self._target = target
        self._start_seconds = start_seconds
        self._changed = Condition()
        self._volume: tuple[int, Volume] | None = None
        self._order: Order | None = None
        self._closing = False
        self._thread: Thread | None = None

    def load(self, serial: int, volume: Volume) -> None:
        """Send a volume; orders for older ones are dropped. Starts the process at first."""
        with self._changed:
            self._volume = (serial, volume)
            self._order = None
            self._changed.notify()
        if self._thread is None:
            self._thread = Thread(target=self._run, name="rendering client", daemon=True)
            self._thread.start()

    def draw(self, order: Order) -> None:
        """Ask for a picture, in place of the one that has been asked for but not begun."""
        with self._changed:
            self._order = order
            self._changed.notify()

    def close(self) -> None:
        """End the process and the thread; nothing is signalled any more."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=self._target, args=(there, self._background), name="rendering", daemon=True
        )
        process.start()
        there.close()
        try:
            self._converse(here)
        except TimeoutError:  # an OSError too, so it comes first
            self._tell(self.failed, _HANGS)
        except (EOFError, OSError):
            self._tell(self.failed, _CRASHED)
        except RenderingError as error:
            self._tell(self.failed, str(error))
        except _ClosingError:
            pass
        finally:
            here.close()
            process.kill()
            process.join()

    def _converse(self, connection: Connection) -> None:
        self._tell(self.ready, self._reply(connection, self._start_seconds))
        while True:
            work = self._next()
            if isinstance(work, Order):
                connection.send(work)
                self._tell(self.pictured, self._reply(connection, REPLY_SECONDS, work.fine))
            else:
                serial, volume = work
                voxels = np.ascontiguousarray(volume.voxels)
                connection.send(VolumeHeader(volume.geometry, voxels.dtype.str, volume.unit))
                connection.send_bytes(voxels.data.cast("B"))
                self._tell(self.loaded, serial, self._reply(connection, REPLY_SECONDS))

    def _next(self) -> Order | tuple[int, Volume]:
        """Wait for something to do: a volume before an order."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._volume or self._order)
            if self._closing:
                raise _ClosingError
            work: Order | tuple[int, Volume] | None
            if self._volume is not None:
                work, self._volume = self._volume, None
            else:
                work, self._order = self._order, None
            assert work is not None
            return work

    def _reply(
        self, connection: Connection, seconds: float, yielding: bool = False
    ) -> Ready | Loaded | Picture:
        """Wait for the process's reply; when ``yielding``, ask it to give way to newer work."""
        aborted = not yielding
        for _ in range(int(seconds / _LOOK_SECONDS)):
            if connection.poll(_LOOK_SECONDS):
                reply: Ready | Unable | Loaded | Picture = connection.recv()
                if isinstance(reply, Unable):
                    raise RenderingError(reply.reason)
                return reply
            with self._changed:
                if self._closing:
                    raise _ClosingError
                overtaken = self._volume is not None or self._order is not None
            if overtaken and not aborted:
                connection.send(Abort())
                aborted = True
        raise TimeoutError

    def _tell(self, signal: Any, *values: object) -> None:
        if not self._closing:
            signal.emit(*values)


class _ClosingError(Exception):
    """The client was closed while it waited."""
