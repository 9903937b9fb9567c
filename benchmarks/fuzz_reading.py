"""Open damaged copies of every DICOM file below some folders, for as long as is wanted.

``python -m benchmarks.fuzz_reading SEEDS FOLDER…`` prints how it ended: ``displayed``, ``error``
(typed), ``refused`` (typed), and by name whatever took longer than two seconds. Any other
exception, or a crash, ends it.
"""

from __future__ import annotations

import faulthandler
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from pydicom.data import get_testdata_file

from benchmarks.table import Row
from tests.dicom.damage import open_damaged, small_files


def rows() -> list[Row]:
    """Time damaged copies of the files that pydicom brings along."""
    files = small_files(Path(str(get_testdata_file("CT_small.dcm"))).parent)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        outcome = open_damaged(files, Path(folder), seed=0)
        seconds = time.perf_counter() - start
    return [Row("a damaged file: shown or refused", 1e3 * seconds / outcome.total(), "ms")]


def main(seeds: int, folders: list[str]) -> None:
    faulthandler.enable()
    warnings.simplefilter("ignore")
    total: Counter[str] = Counter()
    files = [path for folder in folders for path in small_files(Path(folder))]
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            total += open_damaged(files, Path(folder), seed)
            print(f"seed {seed}: {dict(total)}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
