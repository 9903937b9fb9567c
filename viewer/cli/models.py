"""``models``: the model packages at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import resources
from ai.packages.install import remove as remove_package
from ai.packages.registry import Registry
from ai.packages.trust import trust as trust_weights
from viewer.analysis import Analysis
from viewer.cli.app import app, command, messages, write, write_json
from viewer.locations import added_models, trusted_models

models = typer.Typer(help="The model packages at hand.", no_args_is_help=True)
app.add_typer(models, name="models")

Id = Annotated[str, typer.Argument(help="A model's id, such as lung-nodule-ct.")]


def registry() -> Registry:
    """The models that ship with Hounsfield and those that the user added."""
    return Registry(resources.MODELS, added_models())


def analysis() -> Analysis:
    """What runs them."""
    return Analysis(resources.MODELS, added_models(), trusted_models())


@models.command("list")
@command
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """List the models, broken ones with the reason."""
    entries = registry().entries()
    if as_json:
        write_json(
            [
                {
                    "id": e.id,
                    "origin": e.origin,
                    "version": e.package.spec.version if e.package else None,
                    "title": e.package.spec.title if e.package else None,
                    "task": e.package.spec.task if e.package else None,
                    "sha256": e.package.sha256 if e.package else None,
                    "error": str(e.error) if e.error else None,
                }
                for e in entries
            ]
        )
        return
    table = Table("id", "version", "title", "origin", box=None)
    for e in entries:
        if e.package is not None:
            table.add_row(e.id, e.package.spec.version, e.package.spec.title, e.origin)
        else:
            table.add_row(e.id, "", f"broken: {e.error}", e.origin)
    messages.print(table)


@models.command()
@command
def show(model: Id) -> None:
    """Print a model's card."""
    write(registry().get(model).card)


@models.command()
@command
def test(model: Id) -> None:
    """Run a model on its reference input and compare with the output it came with."""
    with analysis() as models_:
        models_.self_test(model)
    messages.print(f"{model} gives the reference output.")


@models.command()
@command
def add(
    source: Annotated[Path, typer.Argument(help="Folder or zip of a package or MONAI bundle.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Instead of the added model with the same id.")
    ] = False,
) -> None:
    """Add a model package, once its files are sound and its self-test is passed."""
    with analysis() as models_:
        model = models_.add(source, replace=replace)
    messages.print(f"Added {model.id} {model.version}, sha256 {model.sha256}.")


@models.command()
@command
def remove(model: Id) -> None:
    """Remove a model that was added."""
    remove_package(registry(), model)
    messages.print(f"Removed {model}.")


@models.command()
@command
def trust(
    sha256: Annotated[str, typer.Argument(help="Of the weights, as the refusal named it.")],
) -> None:
    """Allow one file of weights to run code of its own (TorchScript, .pt2)."""
    trust_weights(trusted_models(), sha256)
    messages.print("Trusted. It can do whatever you can do on this computer.")
