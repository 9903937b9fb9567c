"""``train``, ``evaluate`` and ``explain-eval``: making models and measuring them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ai.packages.package import Package, load
from viewer.cli.app import app, command, messages, save_json, write
from viewer.cli.models import registry
from viewer.errors import ViewerError

if TYPE_CHECKING:
    from ai.training.evaluation import Evaluation

NODULES, TABLE = "lung-nodule-ct", "table"

Model = Annotated[str, typer.Argument(help="A model's id, or the folder of its package.")]
Data = Annotated[Path, typer.Argument(help="Data in a documented format, see the model card.")]
Json = Annotated[Path | None, typer.Option("--json", help="Write the figures here as JSON.")]


def _line(text: str) -> None:
    messages.print(text, markup=False)


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

        package = train_classifier(config, data=data, out=out, resume=resume, report=_line)
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

        _, evaluation = train_table(data, out, settings, report=_line)
        _print(evaluation)
        return
    from ai.training import nodules

    write(str(nodules.train(data, out, resume=resume, report=_line).folder))


@app.command()
@command
def evaluate(model: Model, data: Data, json_file: Json = None) -> None:
    """Measure a model on cases that it has not seen, with 95 % confidence intervals."""
    package = _package(model, data)
    if package.spec.task == "classification":
        from ai.training.classification.evaluation import evaluate as evaluate_classifier

        evaluation = evaluate_classifier(package.folder, data)
    else:
        from ai.training import nodules

        evaluation = nodules.evaluate(package.folder, data)
    _print(evaluation, json_file)


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
    _print(evaluate_explanation(package.folder, data), json_file)


def _package(model: str, data: Path) -> Package:
    if not data.exists():
        raise ViewerError("There is no such file or folder.", data)
    if (Path(model) / "model.json").is_file():
        return load(Path(model))
    return registry().get(model)


def _print(evaluation: Evaluation, json_file: Path | None = None) -> None:
    document = evaluation.document()
    for name, figure in document["metrics"].items():
        low, high = figure["ci95"]
        write(f"{name:32} {figure['value']:.3f}  (95 % CI {low:.3f} to {high:.3f})")
    if json_file is not None:
        save_json(document, json_file)
