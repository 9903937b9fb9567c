"""The figures of a training over time: kept for the learning curves, over interruptions too."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from ai.packages.write import replace_file
from ai.training.classification.eventfile import EventFile
from ai.training.events import Event

#: ``(epoch, value)`` by ``"member_1/train/loss"`` and the like.
Curves = dict[str, list[tuple[float, float]]]

_STEPS_AN_EPOCH = 1000


@dataclass
class History:
    """Curves that grow with every event.

    Parameters
    ----------
    path : Path
        A JSON file, rewritten at the end of every epoch.
    events : EventFile
        For TensorBoard.
    curves : dict
    """

    path: Path
    events: EventFile
    curves: Curves = field(default_factory=dict)

    @classmethod
    def begin(cls, path: Path, events: EventFile, *, resume: bool) -> History:
        """A new history, or the one in ``path``."""
        if resume and path.exists():
            stored = json.loads(path.read_text(encoding="utf-8"))
            return cls(path, events, {k: [(e, v) for e, v in c] for k, c in stored.items()})
        return cls(path, events)

    def add(self, event: Event) -> None:
        """Take in an event; a resumed epoch replaces what was interrupted."""
        for name, value in event.values.items():
            key = f"member_{event.member + 1}/{name}"
            curve = self.curves.setdefault(key, [])
            while curve and curve[-1][0] >= event.epoch:
                curve.pop()
            curve.append((event.epoch, value))
            self.events.add(key, value, round(event.epoch * _STEPS_AN_EPOCH))
        if event.epoch == int(event.epoch):
            replace_file(self.path, json.dumps(self.curves).encode())
