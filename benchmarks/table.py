"""One row a benchmark, as printed and as written to ``results.json``."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """A figure, the floor that physics or plain copying sets it, and what peers need.

    All in the same ``unit``: ``"s"``, ``"ms"`` or ``"MB"``; less is better.
    """

    name: str
    value: float
    unit: str = "s"
    floor: float | None = None
    peers: dict[str, float] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The row of ``results.json``."""
        key = {"s": "seconds"}.get(self.unit, self.unit)
        return {
            "name": self.name,
            key: round(self.value, 5),
            "floor": self.floor,
            "peers": self.peers,
            "ratio_to_floor": self.value / self.floor if self.floor else None,
            "ratio_to_peer": {name: peer / self.value for name, peer in self.peers.items()},
        }


def median_seconds(work: Callable[[], object], runs: int = 5, warmup: int = 1) -> float:
    """Median time of a call."""
    for _ in range(warmup):
        work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def print_rows(rows: list[Row]) -> None:
    """Print a table; a peer's ratio above 1 says how many times slower than us it is."""
    table = Table("what", "ours", "floor", "× floor", "peers (× ours)", title="Hounsfield")
    for row in rows:
        ratio = f"{row.value / row.floor:.2f}" if row.floor else ""
        peers = "  ".join(f"{n} {v:.3g} ({v / row.value:.1f}×)" for n, v in row.peers.items())
        floor = f"{row.floor:.3g} {row.unit}" if row.floor else ""
        table.add_row(row.name, f"{row.value:.3g} {row.unit}", floor, ratio, peers)
    Console(width=150).print(table)


def save_rows(rows: list[Row], path: Path) -> None:
    """Write the rows as JSON."""
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps([row.document() for row in rows], indent=2) + "\n", "utf-8")
    partial.replace(path)
