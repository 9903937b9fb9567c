"""The command line: the same code as the window, one command each.

``hounsfield PATH…`` opens the window; ``hounsfield --help`` lists the commands. Standard output
carries results only; progress and messages go to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from viewer.cli import analyze, evaluate, export, look, models, train  # noqa: F401  (they add their commands)
from viewer.cli.app import app, command_names


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a first word that is no command is something to open."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] not in {*command_names(), "--help", "--version"}:
        words = ["open", *words]
    app(words, prog_name="hounsfield")
