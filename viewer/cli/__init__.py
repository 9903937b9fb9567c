"""The command line: the same code as the window, one command each.

``hounsfield PATH…`` opens the window; ``hounsfield --help`` lists the commands. Standard output
carries results only; progress and messages go to standard error.
"""

from __future__ import annotations

import sys

from viewer.cli import analyze, look, models, train  # noqa: F401  (they add their commands)
from viewer.cli.app import app


def main() -> None:
    """Run the command line; a first word that is no command is something to open."""
    arguments = sys.argv[1:]
    commands = {str(c.name) for c in app.registered_commands} | {
        str(g.name) for g in app.registered_groups
    }
    if not arguments or arguments[0] not in {*commands, "--help", "--version"}:
        arguments = ["open", *arguments]
    app(arguments, prog_name="hounsfield")
