"""``analyze``: a model on every fitting series below a path, results into a folder."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from viewer.cli.app import app, command, write


class Device(StrEnum):
    """Where to compute."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


@app.command()
@command
def analyze(
    paths: Annotated[list[Path], typer.Argument(help="Folders, files or zip archives.")],
    out: Annotated[Path, typer.Option(help="One folder a series is written below this one.")],
    model: Annotated[
        str | None, typer.Option(help="A model's id; by default the one that fits each series.")
    ] = None,
    series: Annotated[str | None, typer.Option(help="Only this Series Instance UID.")] = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.AUTO,
    operating_point: Annotated[
        str | None, typer.Option(help="Which findings are reported; the model's default.")
    ] = None,
    force: Annotated[
        bool, typer.Option(help="Run on images outside the model's contract; results say so.")
    ] = False,
    again: Annotated[
        bool, typer.Option(help="Also series whose results are there, of the same weights.")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=1, help="Series analyzed side by side, each in a process of its own.")
    ] = 1,
    scheduler: Annotated[
        str, typer.Option(help="Address of a Dask scheduler whose workers do it: tcp://HOST:8786.")
    ] = "",
) -> None:
    """Run a model on every fitting series and write findings, heatmap and pictures.

    A batch that was broken off goes on where it was. A table of all findings lies beside the
    folders.
    """
    from viewer.cli.batch import Order, analyze_paths

    order = Order(model, series, device.value, operating_point, force, again, workers, scheduler)
    for folder in analyze_paths(paths, out, order):
        write(str(folder))
