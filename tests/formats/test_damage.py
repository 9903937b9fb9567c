"""Damaged files of every format: they show what they hold or say what is wrong, and never crash."""

from __future__ import annotations

from pathlib import Path

import nibabel
import nrrd
import numpy as np
import pytest
from PIL import Image

from viewer.errors import ViewerError
from viewer.formats.load import load
from viewer.formats.scan import scan

NAMES = ("a.nii", "a.nii.gz", "a.nrrd", "b.nrrd", "a.png", "a.jpg", "a.tif", "b.tif")


def make(path: Path) -> bytes:
    values = np.random.default_rng(3).integers(0, 200, (9, 8, 7), dtype=np.int16)
    page = Image.fromarray(values[0].astype(np.uint8))
    match path.name:
        case "a.nii" | "a.nii.gz":
            nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), path)
        case "a.nrrd" | "b.nrrd":
            encoding = "gzip" if path.name == "a.nrrd" else "ascii"
            nrrd.write(str(path), values, {"encoding": encoding, "space": "RAS"})
        case "b.tif":
            page.save(path, save_all=True, append_images=[page], compression="tiff_lzw")
        case _:
            page.save(path)
    return path.read_bytes()


def open_all(path: Path) -> None:
    """Open a file as a window would; only the viewer's own errors may come out."""
    result = scan([path])
    assert len(result.series) + len(result.skipped) >= 1
    for skipped in result.skipped:
        assert skipped.message.endswith(".")
    for series in result.series:
        failure = None
        try:
            assert load(series).volume.voxels.shape == series.shape
        except ViewerError as error:
            failure = error
        assert failure is None or (failure.path == path and failure.remedy)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_off_anywhere(tmp_path, name):
    path = tmp_path / name
    whole = make(path)
    for length in np.linspace(0, len(whole) - 1, 12).astype(int):
        path.write_bytes(whole[:length])
        open_all(path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_a_file_with_wrong_bytes(tmp_path, name):
    path = tmp_path / name
    whole = make(path)
    rng = np.random.default_rng(7)
    for attempt in range(40):
        damaged = bytearray(whole)
        # Every second time the header alone, where most can go wrong.
        reach = min(len(damaged), 352) if attempt % 2 else len(damaged)
        for place in rng.integers(0, reach, 1 + attempt % 4):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(damaged)
        open_all(path)
