"""The built-in demo: made once, whole or not at all, with its truth beside it."""

from __future__ import annotations

import pydicom
import pytest

from viewer import demo
from viewer.demo import DEMO_SCAN, demo_series, read_truth, write_demo
from viewer.errors import ViewerError
from viewer.imaging.phantom import ChestScan, chest_ct

SCAN = ChestScan(slices=8, rows=24, columns=24, pixel_mm=16.0, slice_mm=36.0)


def test_the_demo_is_made_once_and_reused(tmp_path):
    steps: list[tuple[int, int]] = []
    first = demo_series(tmp_path, lambda *step: steps.append(step), SCAN)
    assert steps[-1][0] == steps[-1][1]
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    steps.clear()
    assert demo_series(tmp_path, lambda *step: steps.append(step), SCAN) == first
    assert steps == []
    assert len(list(first.iterdir())) == SCAN.slices


def test_a_demo_that_broke_off_is_not_taken_for_whole(tmp_path, monkeypatch):
    def break_off(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(demo, "write_ct", break_off)
        with pytest.raises(KeyboardInterrupt):
            demo_series(tmp_path, scan=SCAN)
    assert list(tmp_path.iterdir()) == []
    assert len(list(demo_series(tmp_path, scan=SCAN).iterdir())) == SCAN.slices


def test_another_process_that_was_faster_is_no_error(tmp_path):
    rival, building = tmp_path / "demo", tmp_path / "building"
    for folder in (rival, building):
        folder.mkdir()
        (folder / "truth.json").write_text(folder.name)
    demo._publish(building, rival)
    assert (rival / "truth.json").read_text() == "demo"


def test_truth_is_that_of_the_phantom(tmp_path):
    write_demo(tmp_path, scan=SCAN)
    assert read_truth(tmp_path / "chest-ct") == chest_ct(SCAN).nodules


def test_truth_names_the_series_and_disclaims(tmp_path):
    paths = write_demo(tmp_path, scan=SCAN)
    text = (tmp_path / "truth.json").read_text(encoding="utf-8")
    assert pydicom.dcmread(paths[0]).SeriesInstanceUID in text
    assert "Not for diagnosis" in text


def test_missing_or_foreign_truth_is_a_typed_error(tmp_path):
    with pytest.raises(ViewerError, match="truth"):
        read_truth(tmp_path / "chest-ct")
    (tmp_path / "truth.json").write_text('{"schema": "something else"}')
    with pytest.raises(ViewerError, match="truth"):
        read_truth(tmp_path / "chest-ct")


def test_a_demo_is_never_written_over_another(tmp_path):
    write_demo(tmp_path, scan=SCAN)
    with pytest.raises(ViewerError, match="exists"):
        write_demo(tmp_path, scan=SCAN)


def test_the_default_demo_covers_a_chest():
    slice_mm, row_mm, _ = DEMO_SCAN.geometry.spacing_mm
    assert slice_mm * DEMO_SCAN.slices == pytest.approx(300)
    assert row_mm * DEMO_SCAN.rows == pytest.approx(400)
    assert slice_mm <= 2
