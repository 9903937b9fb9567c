"""Filling a volume: what is looked at first, progress, cancelling, damaged slices."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.dicom.synthetic import along_z, image, only_series, save
from viewer.dicom import load as loading
from viewer.dicom.load import CancelledError, LoadProgress, load
from viewer.dicom.report import Severity
from viewer.dicom.scan import scan
from viewer.dicom.series import Series
from viewer.dicom.thumbnail import thumbnail
from viewer.errors import DamagedFileError
from viewer.imaging.plane import Orientation, standard_stack
from viewer.imaging.reslice import reslice
from viewer.imaging.volume import PADDING


def series_of(number: int, folder: Path) -> Series:
    return only_series(along_z(np.arange(number) * 2.0), folder)


@pytest.fixture
def slow_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading that takes long enough to be watched."""
    read = loading.read_slice

    def slowly(*arguments: Any, **options: Any) -> int:
        time.sleep(0.03)
        return read(*arguments, **options)

    monkeypatch.setattr(loading, "read_slice", slowly)


@pytest.mark.usefixtures("slow_decoder")
@pytest.mark.parametrize(("focus", "first"), [(None, 10), (3, 3), (99, 19)])
def test_the_slice_in_view_and_its_neighbours_come_first(
    tmp_path: Path, focus: int | None, first: int
) -> None:
    filled: list[list[int]] = []

    def note(progress: LoadProgress) -> None:
        filled.append(np.flatnonzero(progress.volume.is_read).tolist())

    load(series_of(20, tmp_path), focus=focus, on_progress=note, workers=1)
    assert first in filled[0]
    assert len(filled[0]) < 6
    assert all(abs(k - first) < 6 for k in filled[0])
    assert filled[-1] == list(range(20))


def test_progress_hands_out_the_volume_that_is_returned(tmp_path: Path) -> None:
    seen: list[LoadProgress] = []
    result = load(series_of(20, tmp_path), on_progress=seen.append)
    assert all(p.volume is result.volume for p in seen)
    assert seen[-1].done == seen[-1].total == 20
    assert not result.volume.voxels.flags.writeable
    assert result.notes == ()


@pytest.mark.usefixtures("slow_decoder")
def test_the_first_picture_does_not_wait_for_other_slices(tmp_path: Path) -> None:
    seen: list[LoadProgress] = []
    done: list[int] = []

    def note(progress: LoadProgress) -> None:
        seen.append(progress)
        done.append(progress.done)

    load(series_of(20, tmp_path), on_progress=note)
    assert done[0] == 1
    assert done[-1] == 20


@pytest.mark.usefixtures("slow_decoder")
def test_views_of_a_volume_that_fills_up_show_what_was_read_or_nothing(tmp_path: Path) -> None:
    pictures: list[tuple[Orientation, np.ndarray[Any, Any]]] = []

    def look(progress: LoadProgress) -> None:
        for orientation in Orientation:
            stack = standard_stack(progress.volume.geometry, orientation)
            pictures.append((orientation, reslice(progress.volume, stack.plane(2)).copy()))

    # The gap between 16 and 40 mm is empty, and the one at 8 mm interpolated.
    series = only_series(along_z([0, 2, 4, 6, 10, 12, 14, 16, 40, 42, 44]), tmp_path)
    whole = load(series, on_progress=look, workers=1).volume
    assert len(pictures) > 6
    for orientation, picture in pictures:
        final = reslice(whole, standard_stack(whole.geometry, orientation).plane(2))
        assert np.all((picture == final) | (picture == PADDING))
    orientation, first = pictures[1]
    assert orientation is not Orientation.AXIAL
    assert 0 < np.count_nonzero(first != PADDING) < first.size


@pytest.mark.usefixtures("slow_decoder")
def test_cancelling_stops_the_reading(tmp_path: Path) -> None:
    seen: list[LoadProgress] = []
    with pytest.raises(CancelledError):
        load(series_of(20, tmp_path), on_progress=seen.append, cancelled=lambda: len(seen) > 0)
    assert len(seen) == 1


def test_a_slice_that_vanished_stays_empty_and_is_noted(tmp_path: Path) -> None:
    series = series_of(5, tmp_path)
    series.slices[1].path.unlink()
    result = load(series)
    assert np.all(result.volume.voxels[1] == PADDING)
    assert result.volume.voxels[[0, 2, 3, 4], 0, 0].tolist() == [1, 3, 4, 5]
    (note,) = result.notes
    assert note.severity is Severity.ERROR
    assert note.files == (series.slices[1].path,)


def test_a_series_of_which_nothing_can_be_read_is_an_error(tmp_path: Path) -> None:
    series = series_of(3, tmp_path)
    for item in series.slices:
        item.path.unlink()
    with pytest.raises(DamagedFileError):
        load(series)


def test_interpolated_slices_lie_between_their_neighbours(tmp_path: Path) -> None:
    slices = along_z([0, 2, 6, 8])
    padded = np.full((8, 10), 2, np.int16)
    padded[:2] = -2000
    slices[1].PixelData = padded.tobytes()
    voxels = load(only_series(slices, tmp_path)).volume.voxels
    assert voxels[2, 2:].min() == voxels[2, 2:].max() == 2  # halfway from 2 to 3, to even
    assert np.all(voxels[2, :2] == PADDING)


def test_slices_between_those_of_the_grid_are_used_for_interpolation(tmp_path: Path) -> None:
    heights = [0, 4, 8, 12, 16, 20, 27, 34, 41]
    slices = along_z(heights)
    for item, z in zip(slices, heights, strict=True):
        item.PixelData = np.full((8, 10), 10 * z, np.int16).tobytes()
    volume = load(only_series(slices, tmp_path)).volume
    z = volume.geometry.to_lps([(0, 0, k) for k in range(volume.geometry.shape[0])])[:, 2]
    assert volume.voxels[:, 0, 0] == pytest.approx(10 * z, abs=5)


def test_a_thumbnail_keeps_the_patients_proportions(tmp_path: Path) -> None:
    values = np.zeros((40, 10), np.int16)
    values[:20] = 100
    item = image(values, PixelSpacing=[0.5, 1.0], WindowCenter=50, WindowWidth=100)
    (series,) = scan([save([item], tmp_path)]).series
    picture = thumbnail(series, 64)
    assert picture.shape == (64, 32)
    assert picture[0].tolist() == [255] * 32
    assert picture[-1].tolist() == [0] * 32


def test_a_monochrome1_thumbnail_is_inverted_once(tmp_path: Path) -> None:
    item = image(
        np.full((8, 8), 100, np.int16),
        PhotometricInterpretation="MONOCHROME1",
        PresentationLUTShape="INVERSE",
        WindowCenter=50,
        WindowWidth=100,
    )
    (series,) = scan([save([item], tmp_path)]).series
    assert thumbnail(series).max() == 0
