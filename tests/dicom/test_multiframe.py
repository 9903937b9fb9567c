"""Several frames in one file (rules 23 and 24)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import ImplicitVRLittleEndian

from tests.dicom.synthetic import codes, enhanced, image, item, save, save_file, scan_of
from viewer.dicom.load import load
from viewer.dicom.report import Severity
from viewer.dicom.scan import scan
from viewer.imaging.voi import Window
from viewer.imaging.volume import PADDING


def frames_of(values: list[int]) -> np.ndarray:
    return np.repeat(values, 80).reshape(-1, 8, 10).astype(np.int16)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", ImplicitVRLittleEndian])
def test_frames_lie_where_their_functional_groups_say(tmp_path: Path, syntax: str) -> None:
    heights = [6, 0, 4, 2]
    data = enhanced([(1, 2, z) for z in heights], frames_of(heights))
    (series,) = scan([save([data], tmp_path, syntax)]).series
    volume = load(series).volume
    assert volume.unit == "HU"
    assert volume.voxels[:, 0, 0].tolist() == [-1000, -998, -996, -994]
    assert volume.geometry.spacing_mm == pytest.approx((2, 0.8, 0.7))
    assert volume.geometry.to_lps((0, 0, 3)) == pytest.approx([1, 2, 6])
    assert [s.frame for s in series.slices] == [1, 3, 2, 0]
    assert series.windows == (Window(40, 400),)
    assert series.slice_thickness_mm == 2


def test_a_frame_may_have_its_own_rescale(tmp_path: Path) -> None:
    own = [
        {"PixelValueTransformationSequence": [item(RescaleSlope=1, RescaleIntercept=-k)]}
        for k in (0, 100, 200)
    ]
    data = enhanced([(0, 0, z) for z in (0, 2, 4)], frames_of([7, 7, 7]), own)
    (series,) = scan_of([data], tmp_path).series
    assert load(series).volume.voxels[:, 0, 0].tolist() == [7, -93, -193]
    assert "rescale_varies" in codes(series)


def test_echoes_in_one_file_become_volumes(tmp_path: Path) -> None:
    heights = [0, 2, 4] * 2
    own = [{"MREchoSequence": [item(EffectiveEchoTime=t)]} for t in (10.0, 10, 10, 30, 30, 30)]
    data = enhanced([(0, 0, z) for z in heights], frames_of([1, 2, 3, 4, 5, 6]), own)
    result = scan_of([data], tmp_path)
    assert [load(s).volume.voxels[:, 0, 0].tolist() for s in result.series] == [
        [-999, -998, -997],
        [-996, -995, -994],
    ]


def test_a_stack_may_be_spread_over_several_files(tmp_path: Path) -> None:
    lower = enhanced([(0, 0, 0), (0, 0, 2)], frames_of([0, 2]), InstanceNumber=1)
    upper = enhanced([(0, 0, 4), (0, 0, 6)], frames_of([4, 6]), InstanceNumber=2)
    (series,) = scan_of([upper, lower], tmp_path).series
    assert load(series).volume.voxels[:, 0, 0].tolist() == [-1000, -998, -996, -994]


def test_frames_without_positions_of_their_own_are_a_stack_of_unknown_spacing(
    tmp_path: Path,
) -> None:
    data = image(frames_of([5])[0], NumberOfFrames=3)
    data.PixelData = frames_of([5, 6, 7]).tobytes()
    (series,) = scan_of([data], tmp_path).series
    assert series.geometry is None
    assert load(series).volume.voxels[:, 0, 0].tolist() == [5, 6, 7]
    (note,) = (n for n in series.report if n.code == "no_positions")
    assert note.severity is Severity.WARNING


def test_offsets_of_a_dose_grid_are_positions(tmp_path: Path) -> None:
    data = image(
        frames_of([5])[0],
        Modality="RTDOSE",
        NumberOfFrames=3,
        GridFrameOffsetVector=[0, 3, 6],
        DoseGridScaling=0.5,
        RescaleSlope=None,
        ImagePositionPatient=[1, 2, 10],
    )
    data.PixelData = frames_of([5, 6, 7]).tobytes()
    (series,) = scan_of([data], tmp_path).series
    volume = load(series).volume
    assert volume.voxels[:, 0, 0].tolist() == [2.5, 3, 3.5]
    assert volume.geometry.to_lps((0, 0, 2)) == pytest.approx([1, 2, 16])


def test_of_a_file_that_is_cut_off_the_whole_frames_are_shown(tmp_path: Path) -> None:
    data = enhanced([(0, 0, z) for z in (0, 2, 4)], frames_of([0, 2, 4]))
    path = save_file(data, tmp_path / "a.dcm")
    path.write_bytes(path.read_bytes()[:-100])
    (series,) = scan([path]).series
    result = load(series)
    assert result.volume.voxels[:, 0, 0].tolist() == [-1000, -998, PADDING]
    assert [note.code for note in result.notes] == ["unreadable_slices"]
