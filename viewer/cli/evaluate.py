"""``evaluate`` and ``explain-eval``: measuring models."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ai.packages.package import Package, load
from viewer.cli.app import app, command, progress, save_json, write
from viewer.cli.models import registry
from viewer.errors import ViewerError

if TYPE_CHECKING:
    from ai.training.evaluation import Evaluation

Model = Annotated[str, typer.Argument(help="A model's id, or the folder of its package.")]
Data = Annotated[Path, typer.Argument(help="Data in a documented format, see the model card.")]
Json = Annotated[Path | None, typer.Option("--json", help="Write the figures here as JSON.")]


@app.command()
@command
def evaluate(
    model: Model,
    data: Data,
    json_file: Json = None,
    out: Annotated[
        Path | None, typer.Option(help="Draw curves, plots and contact sheets into this folder.")
    ] = None,
    inserted: Annotated[
        int | None,
        typer.Option(
            help="Copies with simulated lesions of each CT series; four of those without"
            " annotations if not given.",
            min=0,
        ),
    ] = None,
) -> None:
    """Measure a model on cases that it has not seen, with 95 % confidence intervals.

    A nodule model takes archives of crops, or folders of CT series, with or without annotations:
    LIDC-IDRI XML, LUNA16 annotations.csv, Pascal-VOC boxes.
    """
    package = _package(model, data)
    if package.spec.task == "classification":
        from ai.training.classification.evaluation import evaluate as evaluate_classifier

        evaluation = evaluate_classifier(package.folder, data, report=progress)
    elif data.suffix == ".npz" or (data.is_dir() and any(data.glob("*.npz"))):
        from ai.training import nodules

        evaluation = nodules.evaluate(package.folder, data, report=progress)
    else:
        from ai.training.nodules.scans import evaluate_scans
        from viewer.cli.scans import labelled_scans

        evaluation = evaluate_scans(
            package.folder, labelled_scans(data), data=data.name, copies=inserted, report=progress
        )
    write_figures(evaluation, json_file)
    if out is not None:
        save_json(evaluation.document(), out / "figures.json")
        for picture in evaluation.draw(out):
            progress(str(picture))


@app.command("explain-eval")
@command
def explain_eval(model: Model, data: Data, json_file: Json = None) -> None:
    """Measure whether a classifier's heatmaps can be believed."""
    from ai.training.classification.explanation import evaluate_explanation

    package = _package(model, data)
    if package.spec.task != "classification":
        raise ViewerError(
            f"The heatmap of {package.spec.id} is the model's score itself.",
            remedy="explain-eval measures the activation maps of classifiers.",
        )
    write_figures(evaluate_explanation(package.folder, data), json_file)


def _package(model: str, data: Path) -> Package:
    if not data.exists():
        raise ViewerError("There is no such file or folder.", data)
    if (Path(model) / "model.json").is_file():
        return load(Path(model))
    return registry().get(model)


def write_figures(evaluation: Evaluation, json_file: Path | None = None) -> None:
    """Print the figures of an evaluation, and save them as JSON if wanted."""
    width = max([32, *map(len, evaluation.metrics)])
    for name, figure in evaluation.metrics.items():
        low, high = figure.ci95
        interval = "" if math.isnan(low) else f"  (95 % CI {low:.3f} to {high:.3f})"
        write(f"{name:{width}} {figure.value:.3f}{interval}")
    if json_file is not None:
        save_json(evaluation.document(), json_file)
