"""The typer application, and how errors become messages and exit codes."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console

from ai.errors import AIError, CancelledError, ContractError
from viewer import DISCLAIMER, __version__
from viewer.errors import NothingReadableError, ViewerError

FAILED, NOTHING_READABLE, REFUSED, CANCELLED = 1, 3, 4, 130

messages = Console(stderr=True, highlight=False, soft_wrap=True)

app = typer.Typer(
    help=f"Hounsfield, a DICOM viewer with AI built in. {DISCLAIMER}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

P = ParamSpec("P")
R = TypeVar("R")


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        write(__version__)
        raise typer.Exit


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Turn the errors of a command into a message on standard error and an exit code."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (KeyboardInterrupt, CancelledError):
            raise _stop("Cancelled.", CANCELLED) from None
        except NothingReadableError as error:
            raise _stop(str(error), NOTHING_READABLE) from None
        except ContractError as error:
            raise _stop(str(error), REFUSED) from None
        except (ViewerError, AIError) as error:
            raise _stop(str(error), FAILED) from None

    return run


def _stop(message: str, code: int) -> typer.Exit:
    messages.print(message, style="red" if code != CANCELLED else "yellow", markup=False)
    return typer.Exit(code)


def progress(line: str) -> None:
    """Print a line of progress on standard error."""
    messages.print(line, markup=False)


def write(text: str) -> None:
    """Print a result on standard output."""
    sys.stdout.write(text + "\n")


def write_json(document: Any) -> None:
    """Print a JSON document on standard output."""
    write(json.dumps(document, indent=2, ensure_ascii=False))


def save_json(document: Any, path: Path) -> None:
    """Write a JSON document to a file: to a temporary one first, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    partial.replace(path)


def has_screen() -> bool:
    """Whether a window can be shown: on Windows and macOS always, else with X or Wayland."""
    if sys.platform in ("win32", "darwin"):
        return True
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform in ("offscreen", "minimal"):
        return False
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def command_names() -> set[str]:
    """The words that name a command."""
    group = typer.main.get_command(app)
    return set(getattr(group, "commands", {}))
