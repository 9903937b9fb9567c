"""``train``: making models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import resources
from viewer.cli.app import app, command, progress, write
from viewer.cli.evaluate import write_figures
from viewer.errors import ViewerError
from viewer.locations import cache, trainings

NODULES, TABLE, CELLS = "lung-nodule-ct", "table", "cells"


@app.command()
@command
def train(
    what: Annotated[
        str,
        typer.Argument(
            metavar="CONFIG",
            help="A configuration (.toml, .json) of a classifier of pictures or of a table, or the"
            f" name of a built-in one; {NODULES}. {CELLS} needs no data: it draws its own.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Receives checkpoints, log, report and the package; by default a folder named"
            " after CONFIG among the user's trainings."
        ),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The training data.")] = None,
    scans: Annotated[
        Path | None,
        typer.Option(help=f"Whole chest CTs for the last part of the training of {NODULES}."),
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoints in --out.")] = False,
    reuse: Annotated[
        Path | None,
        typer.Option(
            help="Train nothing: calibrate, measure and pack the networks of this package of a"
            " classifier of pictures again."
        ),
    ] = None,
) -> None:
    """Train a model: a package that can be run at once, with its report and card."""
    from ai.training.classification.config import Config  # costs what other commands need not pay
    from ai.training.configuration import read
    from ai.training.tabular.config import TableConfig
    from viewer.training import example_cells

    config = None if what == NODULES else _configuration(what)
    settings = read(config) if config else None
    if data is None and what == CELLS:
        data = example_cells(cache())
    if data is None and not (isinstance(settings, Config) and settings.data.path):
        raise typer.BadParameter("say where the training data is", param_hint="--data")
    out = out or _folder(Path(what).stem, resume=resume)
    if isinstance(settings, Config) and config is not None:
        from ai.training.classification.workbench import train as train_classifier

        package = train_classifier(
            config, data=data, out=out, resume=resume, reuse=reuse, report=progress
        )
        progress(f"The report is in {out / 'report'}.")
        write(str(package.folder))
        return
    assert data is not None
    if isinstance(settings, TableConfig):
        from ai.training.tabular.training import train as train_table

        _, evaluation = train_table(data, out, settings, report=progress)
        progress(f"The report is in {out / 'report'}.")
        write_figures(evaluation)
        return
    from ai.training import nodules
    from viewer.cli.scans import labelled_scans

    whole = labelled_scans(scans) if scans else ()
    package = nodules.train(data, out, resume=resume, report=progress, scans=whole)
    write(str(package.folder))


def _configuration(what: str) -> Path:
    """The file of a configuration, which may be a built-in one's name."""
    if Path(what).suffix in (".toml", ".json"):
        return Path(what)
    built_in = {path.stem: path for path in sorted((resources.ROOT / "training").glob("*.toml"))}
    if what not in built_in:
        raise ViewerError(
            f"There is no training for {what!r}.",
            remedy=f"Give a configuration file, {NODULES} or one of {', '.join(built_in)}.",
        )
    return built_in[what]


def _folder(name: str, *, resume: bool) -> Path:
    """Where a training's results go by default: never over those of another."""
    folder = trainings() / name
    if folder.exists() and not resume:
        raise ViewerError(
            "A training has left its results here.",
            folder,
            "Go on with it (--resume), or choose another folder (--out).",
        )
    return folder
