"""Progress that a long computation reports, and through which it learns that it is unwanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    ``stage`` is one of a few fixed words (``"lungs"``, ``"network"``, ``"merge"`` …); ``done`` of
    ``total`` counts windows within the whole run, so that ``done / total`` never goes back.
    """

    stage: str
    done: int
    total: int


#: Called once per window. It raises ``ai.errors.CancelledError`` when the run is no longer wanted.
Report = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Report to nobody."""
