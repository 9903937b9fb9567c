"""``train`` and ``evaluate``: making models and measuring them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ai.errors import AIError
from viewer.cli.app import app, command, messages, save_json, write
from viewer.cli.models import registry
from viewer.errors import ViewerError

Json = Annotated[Path | None, typer.Option("--json", help="Write the figures here as JSON.")]


def _line(text: str) -> None:
    messages.print(text, markup=False)


@app.command()
@command
def train(
    model: Annotated[str, typer.Argument(help="What to train: lung-nodule-ct.")],
    data: Annotated[Path, typer.Option(help="Folder with the training data.")],
    out: Annotated[Path, typer.Option(help="Receives checkpoints, log and the package.")],
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoints in --out.")] = False,
) -> None:
    """Train a model package."""
    if model != "lung-nodule-ct":
        raise ViewerError(
            f"There is no training for {model!r}.", remedy="There is one for lung-nodule-ct."
        )
    from ai.training import nodules

    package = nodules.train(data, out, resume=resume, report=_line)
    write(str(package.folder))


@app.command()
@command
def evaluate(
    model: Annotated[str, typer.Argument(help="A model's id, or the folder of its package.")],
    data: Annotated[Path, typer.Argument(help="Data in a documented format, see the model card.")],
    json_file: Json = None,
) -> None:
    """Measure a model on cases that it has not seen, with 95 % confidence intervals."""
    folder = Path(model) if (Path(model) / "model.json").is_file() else registry().get(model).folder
    if not data.exists():
        raise AIError(f"{data} does not exist.")
    from ai.training import nodules

    evaluation = nodules.evaluate(folder, data)
    document = evaluation.document()
    for name, figure in document["metrics"].items():
        low, high = figure["ci95"]
        write(f"{name:32} {figure['value']:.3f}  (95 % CI {low:.3f} to {high:.3f})")
    if json_file is not None:
        save_json(document, json_file)
