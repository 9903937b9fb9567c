"""Open damaged copies of every DICOM file below some folders, for as long as is wanted.

``python -m benchmarks.fuzz_reading SEEDS FOLDER…`` prints how it ended: ``displayed``, ``error``
(typed), ``refused`` (typed), and by name whatever took longer than two seconds. Any other
exception, or a crash, ends it.
"""

from __future__ import annotations

import faulthandler
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from tests.dicom.damage import open_damaged, small_files


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
