"""The same on a Dask cluster: one of its own on this computer, or one that is given."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from viewer.cli.batch.lanes import Do
from viewer.cli.batch.order import Outcome, Task
from viewer.cli.batch.work import do_here
from viewer.errors import ViewerError

_INSTALL = "Install it: pip install 'hounsfield[dask]'."
_PATIENCE = "30s"

#: A series whose workers die this often is given up.
_RETRIES = 2


def has_dask() -> bool:
    """Whether Dask distributed is installed."""
    return importlib.util.find_spec("distributed") is not None


def on_cluster(
    tasks: Sequence[Task], scheduler: str = "", workers: int = 1, do: Do = do_here
) -> Iterator[Outcome]:
    """Do tasks on a cluster; yields what becomes of each as it comes.

    A task whose worker dies is done by another one. The files, the models and the folder of results
    must be at the same paths everywhere.

    Parameters
    ----------
    tasks : sequence of Task
    scheduler : str
        Its address; a cluster of this computer's own if empty.
    workers : int
        Of a cluster of this computer's own.
    do : callable
        Done by the workers, which must be able to import it.

    Raises
    ------
    ViewerError
        Dask is not installed, or there is no such scheduler.
    """
    if not has_dask():
        raise ViewerError("A cluster needs Dask distributed.", remedy=_INSTALL)
    with ExitStack() as stack:
        client = _client(stack, scheduler, workers)
        yield from _outcomes(client, tasks, do)


def _client(stack: ExitStack, scheduler: str, workers: int) -> Any:
    import dask
    from distributed import Client, LocalCluster

    try:
        if scheduler:
            return stack.enter_context(Client(scheduler, timeout=_PATIENCE))
        threads = max(1, (os.cpu_count() or 1) // workers)
        environment = {"distributed.nanny.pre-spawn-environ.OMP_NUM_THREADS": threads}
        stack.enter_context(dask.config.set(environment))
        cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
        return stack.enter_context(Client(stack.enter_context(cluster), timeout=_PATIENCE))
    except (OSError, ValueError) as error:
        raise ViewerError(
            f"There is no Dask scheduler at {scheduler}.",
            remedy="Start one: dask scheduler; and workers: dask worker ADDRESS.",
        ) from error


def _outcomes(client: Any, tasks: Sequence[Task], do: Do) -> Iterator[Outcome]:
    from distributed import as_completed

    # Each result is wanted, and none twice: tasks that look alike are not one.
    futures = {client.submit(do, task, pure=False, retries=_RETRIES): task for task in tasks}
    for future in as_completed(list(futures)):
        try:
            yield future.result()
        except Exception as error:  # whatever a worker or the scheduler gave up with
            yield Outcome.of(futures[future], "failed", f"{type(error).__name__}: {error}")
        future.release()
