"""What a measurement of a model is: figures with intervals, on named data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ai.training.metrics import Measured

#: Draws a picture into a file.
Drawing = Callable[[Path], None]


@dataclass(frozen=True)
class Evaluation:
    """What was measured, on what.

    Parameters
    ----------
    model, data : str
    n : int
        Cases.
    metrics : dict of str to Measured
        Named as in the JSON of ``evaluate``.
    pictures : mapping of str to Drawing
        What can be drawn of it, by name.
    """

    model: str
    data: str
    n: int
    metrics: dict[str, Measured]
    pictures: Mapping[str, Drawing] = field(default_factory=dict)

    def draw(self, folder: Path) -> list[Path]:
        """Draw every picture into a folder, as PNG."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{name}.png" for name in self.pictures]
        for path, draw in zip(paths, self.pictures.values(), strict=True):
            draw(path)
        return paths

    def document(self) -> dict[str, Any]:
        """The JSON document of ``evaluate --json``."""
        return {
            "model": self.model,
            "data": self.data,
            "n": self.n,
            "metrics": {name: m.document() for name, m in self.metrics.items()},
        }
