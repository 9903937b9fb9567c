"""Where the rendering process begins, apart so that the window's own process never loads VTK."""

from __future__ import annotations

from multiprocessing.connection import Connection


def serve(connection: Connection, background: str) -> None:
    """Load VTK and answer messages; see :func:`viewer.ui.rendering.worker.serve`."""
    from viewer.ui.rendering import worker

    worker.serve(connection, background)
