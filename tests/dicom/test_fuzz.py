"""Damaged files end in a picture or a typed error: never a crash, a hang or another exception.

This is one seeded choice of the possible damages; ``benchmarks/fuzz_reading.py`` makes more.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from tests.dicom.damage import open_damaged, small_files

ENDS = {"displayed", "error", "refused"}


@pytest.mark.filterwarnings("ignore")
def test_damaged_copies_of_pydicoms_test_files(tmp_path: Path) -> None:
    files = small_files(Path(str(get_testdata_file("CT_small.dcm"))).parent)
    outcome = open_damaged(files, tmp_path, seed=3)
    assert set(outcome) == ENDS, outcome
    assert outcome["displayed"] > 30


@pytest.mark.filterwarnings("ignore")
def test_damaged_copies_of_odd_files(unpacked: Callable[[str], Path], tmp_path: Path) -> None:
    outcome = open_damaged(small_files(unpacked("robustness.zip")), tmp_path, seed=3)
    assert set(outcome) == ENDS, outcome
    assert outcome["displayed"] > 60
