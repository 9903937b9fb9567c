"""Real series and odd files: independent readers agree, and nothing crashes or hangs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from tests.dicom.oracles import by_highdicom, by_simpleitk
from tests.dicom.synthetic import codes
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.dicom.series import Series
from viewer.dicom.thumbnail import thumbnail
from viewer.errors import ViewerError
from viewer.imaging.geometry import Geometry

Unpack = Callable[[str], Path]


@pytest.mark.parametrize("read", [by_highdicom, by_simpleitk])
@pytest.mark.parametrize("name", ["chest_ct_1mm", "chest_ct_5mm_tumour"])
def test_voxels_and_affine_agree_with_independent_readers(
    unpacked: Unpack, name: str, read: Callable[[Series], tuple[np.ndarray, np.ndarray]]
) -> None:
    (series,) = scan([unpacked(f"dicom/{name}.zip")]).series
    volume = load(series).volume
    voxels, affine = read(series)
    assert np.array_equal(volume.voxels, voxels)
    assert volume.geometry.affine == pytest.approx(affine, abs=1e-4)


def test_a_zipped_series_is_the_same_as_its_folder(shared_data: Path, unpacked: Unpack) -> None:
    name = "dicom/head_ct_gantry_tilt.zip"
    (zipped,) = scan([shared_data / name]).series
    (folder,) = scan([unpacked(name)]).series
    assert np.array_equal(load(zipped).volume.voxels, load(folder).volume.voxels)


def test_a_tilted_head_of_two_spacings_keeps_every_slice_in_its_place(unpacked: Unpack) -> None:
    (series,) = scan([unpacked("dicom/head_ct_gantry_tilt.zip")]).series
    assert {"gantry_tilt", "uneven_spacing"} <= codes(series)
    geometry = series.geometry
    assert isinstance(geometry, Geometry)
    assert geometry.tilt_degrees == pytest.approx(18.5, abs=0.1)
    for k, placement in enumerate(series.placements):
        below, above = (
            np.array(pydicom.dcmread(series.slices[i].path).ImagePositionPatient, float)
            for i in (placement.below, placement.above)
        )
        expected = below + placement.weight * (above - below)
        # A measured slice may lie a tenth of the spacing from its place in the grid.
        assert np.linalg.norm(geometry.to_lps((0, 0, k)) - expected) < 0.45


def open_series(series: Series, path: Path) -> str:
    """Whether a series is displayed; a failure must name the file."""
    try:
        volume = load(series).volume
        thumbnail(series)
    except ViewerError as failure:
        return "error" if failure.path == path else "nameless error"
    return "displayed" if volume.voxels.shape == series.shape else "wrong shape"


def open_everything(folder: Path) -> Counter[str]:
    """Scan a folder file by file and load whatever is found; count how it ended."""
    outcome: Counter[str] = Counter()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        start = time.process_time()
        result = scan([path])
        assert result.series or result.skipped, path
        outcome["refused"] += len(result.skipped)
        for series in result.series:
            outcome[open_series(series, path)] += 1
        assert time.process_time() - start < 2, path
    return outcome


def test_every_odd_file_displays_or_says_why_not(unpacked: Unpack) -> None:
    outcome = open_everything(unpacked("robustness.zip"))
    assert set(outcome) <= {"displayed", "error", "refused"}, outcome
    assert outcome["displayed"] > 130, outcome


def test_every_test_file_of_pydicom_displays_or_says_why_not() -> None:
    folder = Path(str(get_testdata_file("CT_small.dcm"))).parent
    outcome = open_everything(folder)
    assert set(outcome) <= {"displayed", "error", "refused"}, outcome
    assert outcome["displayed"] > 80, outcome
