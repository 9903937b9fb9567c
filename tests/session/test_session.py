import itertools
from dataclasses import replace

import numpy as np
import pytest

from tests.dicom.phantoms import marker_series
from tests.session.findings import finding, result
from tests.session.inbox import Inbox
from viewer.errors import NothingReadableError
from viewer.imaging.plane import Orientation
from viewer.imaging.roi.figure import Figure, Kind
from viewer.imaging.voi import Window
from viewer.session.session import Session


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def session(inbox):
    session = Session(inbox)
    yield session
    session.shutdown()


@pytest.fixture
def markers(tmp_path):
    return marker_series(tmp_path / "markers")


def test_opening_a_folder_shows_its_series_with_every_voxel_in_place(session, inbox, markers):
    session.open([markers.folder])
    inbox.until(lambda: session.is_complete)
    for letter, center in markers.centers.items():
        assert session.display.volume.value_at(center) == markers.hu[letter]
    assert session.opening.activity is None


def test_a_first_picture_is_there_before_the_series_is_whole(session, inbox, markers):
    states = []
    session.display.volume_changed.connect(
        lambda: states.append((session.display.volume is not None, session.is_complete))
    )
    session.open([markers.folder])
    inbox.until(lambda: session.is_complete)
    assert (True, False) in states


def test_the_largest_series_is_shown_first_and_another_one_on_request(
    session, inbox, markers, tmp_path
):
    small = marker_series(tmp_path / "coronal", "coronal", (9.0, 1.6, 2.2))
    session.open([markers.folder, small.folder])
    inbox.until(lambda: session.is_complete)
    assert len(session.library.series) == 2
    assert session.active.shape == markers.volume.geometry.shape
    other = next(s for s in session.library.series if s.key != session.active.key)
    session.activate(other)
    assert session.display.volume is None
    inbox.until(lambda: session.is_complete)
    assert session.display.volume.geometry.shape == small.volume.geometry.shape


def test_each_series_gets_a_thumbnail(session, inbox, markers):
    session.open([markers.folder])
    inbox.until(lambda: bool(session.library.series))
    key = session.library.series[0].key
    inbox.until(lambda: session.opening.thumbnail(key) is not None)
    assert session.opening.thumbnail(key).dtype == np.uint8


def test_what_cannot_be_read_is_listed_and_the_rest_opens(session, inbox, markers):
    (markers.folder / "notes.txt").write_text("not an image")
    (markers.folder / "empty.dcm").write_bytes(b"")
    whole = markers.paths[0].read_bytes()
    (markers.folder / "cut.dcm").write_bytes(whole[: len(whole) // 20])
    session.open([markers.folder])
    inbox.until(lambda: session.is_complete)
    left_out = {s.path.name for s in session.library.skipped}
    assert {"notes.txt", "empty.dcm", "cut.dcm"} <= left_out
    assert session.active.shape == markers.volume.geometry.shape


def test_a_folder_without_images_says_so(session, inbox, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing here")
    failures = []
    session.opening.failed.connect(failures.append)
    session.open([tmp_path])
    inbox.until(lambda: bool(failures))
    assert isinstance(failures[0], NothingReadableError)
    assert failures[0].remedy
    assert session.opening.activity is None


def test_cancelling_leaves_nothing_running_and_nothing_arrives_later(session, inbox, markers):
    session.open([markers.folder])
    session.opening.cancel()
    inbox.until(lambda: session.jobs.unfinished == 0)
    inbox.drain()
    assert session.library.series == ()
    assert session.opening.activity is None


def test_making_something_to_open_can_be_cancelled(session, inbox, markers):
    counted = []

    def make(tell):
        for n in itertools.count():
            counted.append(n)
            tell(n, 0)

    session.opening.make_and_open("Making", make)
    inbox.until(lambda: len(counted) > 10)
    session.opening.cancel()
    inbox.until(lambda: session.jobs.unfinished == 0)
    assert session.opening.activity is None


def test_something_made_is_opened(session, inbox, markers):
    session.opening.make_and_open("Making", lambda tell: markers.folder)
    inbox.until(lambda: session.is_complete)


def test_loading_of_a_series_that_is_no_longer_wanted_is_dropped(session, inbox, markers):
    session.open([markers.folder])
    inbox.until(lambda: bool(session.library.series))
    session.close_all()
    inbox.until(lambda: session.jobs.unfinished == 0)
    inbox.drain()
    assert session.display.volume is None
    assert session.active is None


def test_cancelled_loading_is_told_from_loading_and_from_a_whole_series(session, inbox, markers):
    session.open([markers.folder])
    inbox.until(lambda: session.display.volume is not None)
    if not session.is_complete:
        assert session.opening.is_loading
    session.activate(replace(session.active))
    session.opening.cancel()
    inbox.until(lambda: session.jobs.unfinished == 0)
    inbox.drain()
    assert not session.opening.is_loading
    assert not session.is_complete


def test_the_file_s_own_window_comes_first(session, inbox, markers):
    session.open([markers.folder])
    inbox.until(lambda: session.is_complete)
    assert session.display.window == session.active.windows[0]


def test_a_series_without_a_window_gets_an_automatic_one(session, inbox, markers):
    session.open([markers.folder])
    inbox.until(lambda: session.is_complete)
    session.activate(replace(session.active, windows=()))
    session.display.set_window(Window(1, 2))
    inbox.until(lambda: session.is_complete)
    assert session.display.window.name == "Auto"


def test_jumping_to_a_finding_moves_the_cursor_into_it(session, inbox, markers):
    session.open([markers.folder])
    inbox.until(lambda: session.is_complete)
    session.results.put(
        session.active.key,
        result(finding(1, 0.9, markers.centers["L"]), finding(2, 0.8, markers.centers["H"])),
    )
    session.jump_to_neighbour(1)
    np.testing.assert_allclose(session.display.cursor, markers.centers["L"])
    session.jump_to_neighbour(1)
    np.testing.assert_allclose(session.display.cursor, markers.centers["H"])
    assert session.results.selected.id == 2


def test_dismissing_a_finding_can_be_undone(session, inbox, markers):
    session.open([markers.folder])
    inbox.until(lambda: session.is_complete)
    session.results.put(session.active.key, result(finding(1, 0.9, markers.centers["L"])))
    session.jump_to_neighbour(1)
    session.delete_selected()
    assert session.results.shown == ()
    session.history.undo()
    assert len(session.results.shown) == 1


def draw(session, center, series=None):
    """Keep a short line through a point, on the active series."""
    stack = session.display.stack(Orientation.AXIAL)
    plane = stack.plane(stack.index_of(center))
    row, column = plane.to_pixel(center)
    ends = np.array([plane.to_lps(row, column - 3), plane.to_lps(row, column + 3)])
    made = session.measurements.begin(Figure(Kind.LENGTH, ends, plane), session.active.key)
    session.measurements.put(made)
    return made


def test_jumping_to_a_measurement_turns_to_its_series_and_brings_the_cursor(
    session, inbox, markers, tmp_path
):
    other = marker_series(tmp_path / "other", "coronal", (9.0, 1.6, 2.2))
    session.open([markers.folder, other.folder])
    inbox.until(lambda: session.is_complete)
    first = session.active
    made = draw(session, markers.centers["H"])
    session.activate(next(s for s in session.library.series if s is not first))
    inbox.until(lambda: session.is_complete)
    assert session.measurements_on(session.display) == ()
    session.displays.remove(first.key)
    session.show_measurement(made)
    assert session.active.key == first.key
    inbox.until(lambda: session.is_complete)
    assert session.display.cursor == pytest.approx(made.center_lps)
    assert session.measurements.selected is made


def test_series_of_one_frame_of_reference_share_measurements(session, inbox, tmp_path):
    one = marker_series(tmp_path / "a", study_seed="one")
    two = marker_series(tmp_path / "b", "coronal", (4.0, 2, 2), study_seed="one")
    session.open([one.folder, two.folder])
    inbox.until(lambda: session.is_complete)
    made = draw(session, one.centers["H"])
    assert session.measurements_on(session.display) == (made,)
    session.activate(next(s for s in session.library.series if s.key != session.active.key))
    assert session.measurements_on(session.display) == (made,)


def test_one_thing_is_in_focus_and_deleted(session, inbox, markers):
    session.open([markers.folder])
    inbox.until(lambda: session.is_complete)
    session.results.put(session.active.key, result(finding(1, 0.9, markers.centers["L"])))
    made = draw(session, markers.centers["H"])
    session.measurements.select(made.id)
    assert session.deletion == "Delete Length 1"
    session.jump_to_neighbour(1)
    assert session.measurements.selected is None
    assert session.deletion == "Dismiss Finding 1"
    session.show_measurement(made)
    assert session.results.selected is None
    session.delete_selected()
    assert session.measurements.all == ()
    assert len(session.results.shown) == 1
