"""Segments in files: valid, in place, and the same when they are read back."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

from tests.dicom.phantoms import marker_series
from tests.results.objects import validate
from viewer.dicom.scan import scan
from viewer.dicom.series import Series
from viewer.errors import UnsupportedError
from viewer.export.segments import export_segments
from viewer.imaging.labels import LabelVolume, Segment
from viewer.results.dicom.read_segmentation import read_segmentation
from viewer.results.read_nifti import read_label_map

SEGMENTS = (Segment(2, "Liver 肝"), Segment(5, "Nodule 1", kind="Nodule"), Segment(6, "Empty"))


def drawn(series: Series) -> LabelVolume:
    labels = np.zeros(series.shape, np.uint16)
    labels[3:9, 5:20, 6:18] = 2
    labels[7:12, 22:30, 10:15] = 5
    return LabelVolume(labels, series.grid, SEGMENTS)


@pytest.fixture(params=["axial", "reversed", "tilted"])
def series(request, tmp_path) -> Series:
    (found,) = scan([marker_series(tmp_path / "scan", request.param).folder]).series
    return found


def test_a_dicom_segmentation_is_valid_and_comes_back(series, tmp_path):
    path = tmp_path / "out.dcm"
    export_segments(drawn(series), series, path)
    assert validate(path) == []
    back = read_segmentation(path, series.grid, series.frame_of_reference)
    expected = drawn(series).labels
    assert [s.name for s in back.segments] == ["Liver 肝", "Nodule 1"]
    assert back.segments[1].kind == "Nodule"
    numbers = dict(zip((s.number for s in back.segments), (2, 5), strict=True))
    for mine, was in numbers.items():
        assert np.array_equal(back.labels == mine, expected == was)
    algorithms = {s.SegmentAlgorithmType for s in pydicom.dcmread(path).SegmentSequence}
    assert algorithms == {"MANUAL"}


def test_a_label_map_comes_back(series, tmp_path):
    path = tmp_path / "out.nii.gz"
    export_segments(drawn(series), series, path)
    assert np.array_equal(read_label_map(path, series.grid).labels, drawn(series).labels)


def test_nothing_is_no_segmentation(series, tmp_path):
    empty = LabelVolume(np.zeros(series.shape, np.uint16), series.grid, SEGMENTS)
    with pytest.raises(UnsupportedError, match="No segment has a voxel"):
        export_segments(empty, series, tmp_path / "out.dcm")
