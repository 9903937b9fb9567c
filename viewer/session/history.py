"""Undo and redo: commands that know their own reverse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from psygnal import Signal


@dataclass(frozen=True)
class Command:
    """Something done to the session that can be taken back.

    ``label`` follows "Undo" in the Edit menu.
    """

    label: str
    do: Callable[[], None]
    undo: Callable[[], None]


class History:
    """What was done, and what was taken back.

    Parameters
    ----------
    depth : int
        How many commands are remembered.
    """

    changed = Signal()

    def __init__(self, depth: int = 200) -> None:
        self._depth = depth
        self._done: list[Command] = []
        self._undone: list[Command] = []

    def run(self, command: Command) -> None:
        """Do a command and remember it; what had been taken back is forgotten."""
        command.do()
        self._done = [*self._done, command][-self._depth :]
        self._undone = []
        self.changed.emit()

    def undo(self) -> None:
        """Take the last command back, if there is one."""
        if self._done:
            command = self._done.pop()
            command.undo()
            self._undone.append(command)
            self.changed.emit()

    def redo(self) -> None:
        """Do again what was taken back last, if anything was."""
        if self._undone:
            command = self._undone.pop()
            command.do()
            self._done.append(command)
            self.changed.emit()

    def clear(self) -> None:
        """Forget everything, because what the commands speak of is gone."""
        self._done, self._undone = [], []
        self.changed.emit()

    @property
    def undo_label(self) -> str | None:
        """What ``undo`` would take back."""
        return self._done[-1].label if self._done else None

    @property
    def redo_label(self) -> str | None:
        """What ``redo`` would do again."""
        return self._undone[-1].label if self._undone else None
