"""A session written down and taken up again, as if it had never been closed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from tests.dicom.phantoms import marker_series
from tests.session.findings import finding, result
from tests.session.inbox import Inbox
from viewer.errors import DamagedFileError, UnsupportedError
from viewer.imaging.plane import Orientation
from viewer.imaging.roi.figure import Figure, Kind
from viewer.imaging.segment.part import Part
from viewer.imaging.voi import VoiFunction, Window
from viewer.session.document import read_session
from viewer.session.input_hashes import InputHashes
from viewer.session.marks import Mark
from viewer.session.saving import describe, take_up
from viewer.session.session import Session


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def make_session(inbox):
    made = []

    def make() -> Session:
        made.append(Session(inbox))
        return made[-1]

    yield make
    for session in made:
        session.shutdown()


@pytest.fixture
def folders(tmp_path):
    return [
        marker_series(tmp_path / "a").folder,
        marker_series(tmp_path / "b", "coronal", (9.0, 1.6, 2.2)).folder,
    ]


@pytest.fixture
def worked(make_session, inbox, folders) -> Session:
    """Two series open, the second active; measured, analysed, windowed, moved."""
    session = make_session()
    session.open(folders)
    inbox.until(lambda: session.is_complete)
    first = session.active
    plane = session.display.stack(Orientation.AXIAL).plane(7)
    ends = np.array([plane.to_lps(10, 10), plane.to_lps(20, 25)])
    line = session.measurements.begin(Figure(Kind.LENGTH, ends, plane), first.key)
    session.measurements.put(replace(line, name="Aorta 大", color="#ff6b6b", label=(1.0, 2.0, 3.0)))
    session.display.move_cursor((5.0, -140.0, 80.0))
    session.display.set_window(Window(-600, 1500, "Lung"))
    session.results.put(
        first.key,
        result(finding(1, 0.9, (1.0, 2.0, 3.0)), finding(2, 0.4, (4.0, 5.0, 6.0))),
    )
    session.results.set_threshold(0.3)
    session.history.run(session.results.dismissal(session.results.shown[0]))
    box = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
    mark = Mark(accepted=True, comment="Größe prüfen", box_lps_mm=box)
    session.history.run(session.results.marking(session.results.shown[0], mark, "Redraw"))
    session.activate(next(s for s in session.library.series if s is not first))
    inbox.until(lambda: session.is_complete)
    session.display.set_window(Window(10.5, 0.5, "", VoiFunction.LINEAR_EXACT))
    session.display.toggle_inverted()
    return session


def saved(session, tmp_path, **more):
    path = tmp_path / "mine.hounsfield"
    path.write_text(describe(session, **more).text(), encoding="utf-8")
    return read_session(path)


def test_what_was_open_is_open_again_as_it_was_looked_at(worked, make_session, inbox, tmp_path):
    again = make_session()
    take_up(again, saved(worked, tmp_path))
    inbox.until(lambda: again.is_complete)
    assert {s.key for s in again.library.series} == {s.key for s in worked.library.series}
    assert again.active.key == worked.active.key
    assert again.display.window == worked.display.window
    assert again.display.inverted is True
    assert again.display.cursor == pytest.approx(worked.display.cursor)
    # The other one is looked at as before when it is turned to.
    other = next(s for s in again.library.series if s.key != again.active.key)
    again.activate(other)
    inbox.until(lambda: again.is_complete)
    assert again.display.cursor == pytest.approx((5.0, -140.0, 80.0))
    assert again.display.window == Window(-600, 1500, "Lung")


def test_measurements_come_back_to_the_last_bit(worked, make_session, inbox, tmp_path):
    again = make_session()
    take_up(again, saved(worked, tmp_path))
    (back,), (was,) = again.measurements.kept, worked.measurements.kept
    assert (back.kind, back.name, back.color, back.label, back.series) == (
        was.kind, was.name, was.color, was.label, was.series
    )  # fmt: skip
    assert np.array_equal(back.figure.points, was.figure.points)
    assert np.array_equal(back.figure.plane.right, was.figure.plane.right)
    assert again.history.undo_label is None
    inbox.until(lambda: again.is_complete)
    assert again.readings.of(back).quantities == worked.readings.of(was).quantities


def test_findings_come_back_with_what_the_reader_made_of_them(
    worked, make_session, inbox, tmp_path
):
    again = make_session()
    take_up(again, saved(worked, tmp_path))
    key = worked.measurements.kept[0].series
    back, was = again.results.of(key), worked.results.of(key)
    assert (back.threshold, back.dismissed) == (was.threshold, was.dismissed)
    assert back.marks == was.marks
    assert back.mark(2).comment == "Größe prüfen"
    assert [f.id for f in back.shown] == [f.id for f in was.shown] == [2]
    for name in ("probability", "center_lps_mm", "box_lps_mm", "diameters_mm", "volume_ml"):
        assert getattr(back.shown[0], name) == getattr(was.shown[0], name)
    assert back.result.model == was.result.model


def test_segments_come_back_voxel_by_voxel(worked, make_session, inbox, tmp_path):
    key, geometry = worked.active.key, worked.display.volume.geometry
    for start in (2, 7):
        worked.segmentations.add(key, geometry)
        box = (slice(1, 4), slice(start, start + 4), slice(3, 9))
        worked.segmentations.put(key, Part(box, np.ones((3, 4, 6), bool)), "Threshold")
    was = worked.segmentations.of(key)
    first = saved(worked, tmp_path)
    again = make_session()
    take_up(again, first)
    back = again.segmentations.of(key)
    assert np.array_equal(back.labels, was.labels)
    assert (back.segments, back.active) == (was.segments, was.active)
    assert np.array_equal(back.geometry.affine, was.geometry.affine)
    # What is changed afterwards is saved too.
    worked.segmentations.remove(key, 1)
    second = make_session()
    take_up(second, saved(worked, tmp_path))
    assert np.array_equal(second.segmentations.of(key).labels, was.labels)
    assert len(second.segmentations.of(key).segments) == 1


def test_saved_while_it_is_taken_up_again_nothing_is_lost(worked, make_session, inbox, tmp_path):
    first = saved(worked, tmp_path)
    again = make_session()
    take_up(again, first)
    inbox.until(lambda: bool(again.library.series))
    second = saved(again, tmp_path)
    assert {x.series_key: x for x in second.looks} == {x.series_key: x for x in first.looks}
    assert second.measurements == first.measurements


def test_the_files_are_known_by_their_hash(worked, inbox, tmp_path):
    hashes = InputHashes(worked.jobs)
    for series in worked.library.series:
        assert saved(worked, tmp_path, hashes=hashes).series[0].sha256 is None
        hashes.make(series)
    inbox.until(lambda: all(hashes.find(s.key) for s in worked.library.series))
    for entry, series in zip(
        saved(worked, tmp_path, hashes=hashes).series, worked.library.series, strict=True
    ):
        content = b"".join(one.path.read_bytes() for one in series.slices)
        assert entry.sha256 == hashlib.sha256(content).hexdigest()
        assert entry.images == len(series.slices)


def test_a_path_that_is_gone_loses_no_measurement(worked, make_session, inbox, tmp_path):
    document = saved(worked, tmp_path).model_copy(update={"paths": (tmp_path / "gone",)})
    again = make_session()
    errors = []
    again.opening.failed.connect(errors.append)
    take_up(again, document)
    inbox.until(lambda: bool(errors))
    assert [m.name for m in again.measurements.kept] == ["Aorta 大"]


def test_nothing_in_the_file_names_the_patient(make_session, inbox, tmp_path):
    session = make_session()
    session.open([marker_series(tmp_path / "a", patient_name="Secret^Sally").folder])
    inbox.until(lambda: session.is_complete)
    assert "Sally" not in describe(session).text()


def test_other_files_and_later_versions_are_refused(worked, tmp_path):
    path = tmp_path / "other.hounsfield"
    path.write_text("{}")
    with pytest.raises(DamagedFileError, match="no session"):
        read_session(path)
    content = json.loads(describe(worked).text())
    path.write_text(json.dumps({**content, "schema": "hounsfield.session/2"}))
    with pytest.raises(UnsupportedError, match="later version"):
        read_session(path)
    broken = {**content, "measurements": [{**content["measurements"][0], "points_lps_mm": []}]}
    path.write_text(json.dumps(broken))
    with pytest.raises(DamagedFileError):
        read_session(path)
