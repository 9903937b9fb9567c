"""``train``: making models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from viewer.cli.app import app, command, progress, write
from viewer.cli.evaluate import write_figures
from viewer.errors import ViewerError

NODULES, TABLE = "lung-nodule-ct", "table"


@app.command()
@command
def train(
    what: Annotated[
        str,
        typer.Argument(
            metavar="CONFIG",
            help="A configuration (.toml, .json) of a classifier of pictures or of a table;"
            f" {NODULES}; {TABLE}.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Receives checkpoints, log and the package.")],
    data: Annotated[Path | None, typer.Option(help="The training data.")] = None,
    scans: Annotated[
        Path | None,
        typer.Option(help=f"Whole chest CTs for the last part of the training of {NODULES}."),
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoints in --out.")] = False,
) -> None:
    """Train a model: a package that can be run at once, with its report and card."""
    from ai.training.classification.config import Config  # costs what other commands need not pay
    from ai.training.configuration import read

    config = Path(what)
    is_file = config.suffix in (".toml", ".json")
    settings = read(config) if is_file else None
    if isinstance(settings, Config):
        from ai.training.classification.workbench import train as train_classifier

        package = train_classifier(config, data=data, out=out, resume=resume, report=progress)
        write(str(package.folder))
        return
    if not is_file and what not in (NODULES, TABLE):
        raise ViewerError(
            f"There is no training for {what!r}.",
            remedy=f"Give a configuration file, {NODULES} or {TABLE}.",
        )
    if data is None:
        raise typer.BadParameter("say where the training data is", param_hint="--data")
    if is_file or what == TABLE:
        from ai.training.tabular.training import train as train_table

        _, evaluation = train_table(data, out, settings, report=progress)
        write_figures(evaluation)
        return
    from ai.training import nodules
    from viewer.cli.scans import labelled_scans

    whole = labelled_scans(scans) if scans else ()
    package = nodules.train(data, out, resume=resume, report=progress, scans=whole)
    write(str(package.folder))
