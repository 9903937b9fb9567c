"""Run all benchmarks, or those whose module is named: ``python -m benchmarks [reading drawing …]``.

Every module of this package with a function ``rows() -> list[Row]`` is a set of benchmarks.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

import benchmarks
from benchmarks.table import Row, print_rows, save_rows

HERE = Path(__file__).parent


def main(wanted: list[str]) -> None:
    """Run, print and save."""
    rows: list[Row] = []
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if module.name.startswith("__") or module.name in ("table", "series"):
            continue
        if wanted and module.name not in wanted:
            continue
        print(f"… {module.name}", file=sys.stderr)
        rows += importlib.import_module(f"benchmarks.{module.name}").rows()
    print_rows(rows)
    save_rows(rows, HERE / "results.json")


main(sys.argv[1:])
