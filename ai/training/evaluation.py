"""What a measurement of a model is: figures with intervals, on named data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ai.training.metrics import Measured


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
    """

    model: str
    data: str
    n: int
    metrics: dict[str, Measured]

    def document(self) -> dict[str, Any]:
        """The JSON document of ``evaluate --json``."""
        return {
            "model": self.model,
            "data": self.data,
            "n": self.n,
            "metrics": {name: m.document() for name, m in self.metrics.items()},
        }
