"""Several series at once: what is kept, what is given up, and which one is active."""

import numpy as np
import pytest

from tests.dicom.phantoms import marker_series
from tests.session.inbox import Inbox
from viewer.imaging.voi import Window
from viewer.session.displays import volume_bytes
from viewer.session.session import Session


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def make_session(inbox):
    sessions = []

    def make(**values) -> Session:
        sessions.append(Session(inbox, **values))
        return sessions[-1]

    yield make
    for session in sessions:
        session.shutdown()


@pytest.fixture
def folders(tmp_path):
    # Series written from one seed are of one study.
    spacings = ((9.0, 1.6, 2.2), (9.0, 1.7, 2.2), (9.0, 1.8, 2.2))
    return [
        marker_series(tmp_path / str(n), "coronal", spacing, study_seed="one").folder
        for n, spacing in enumerate(spacings)
    ]


def load_each(session, inbox, folders):
    """Open folders and show every series of them in turn."""
    session.open(folders)
    inbox.until(lambda: len(session.library.series) == len(folders) and session.is_complete)
    for series in session.library.series:
        session.activate(series)
        inbox.until(lambda: session.is_complete)
    return session.library.series


def test_a_series_that_comes_back_is_there_at_once_as_it_was_left(make_session, inbox, folders):
    session = make_session()
    first, second, _ = load_each(session, inbox, folders)
    session.activate(first)
    assert session.is_complete
    session.display.set_window(Window(1, 2))
    session.display.move_cursor(session.display.volume.geometry.corners_lps[0])
    cursor = session.display.cursor
    session.activate(second)
    assert session.is_complete
    assert session.display.window != Window(1, 2)
    session.activate(first)
    assert session.display.window == Window(1, 2)
    np.testing.assert_array_equal(session.display.cursor, cursor)


def test_volumes_out_of_view_keep_to_the_limit_and_the_oldest_goes_first(
    make_session, inbox, folders
):
    session = make_session(cache_bytes=0)
    _, _, third = load_each(session, inbox, folders)
    kept = [d.series.key for d in session.displays]
    assert kept == [third.key]

    size = volume_bytes(session.display)
    session = make_session(cache_bytes=int(1.5 * size))
    _, second, third = load_each(session, inbox, folders)
    kept = [d.series.key for d in session.displays]
    assert kept == [second.key, third.key]


def test_what_views_show_is_never_given_up(make_session, inbox, folders):
    session = make_session(cache_bytes=0)
    session.open(folders)
    inbox.until(lambda: len(session.library.series) == 3)
    shown = [session.display_of(s) for s in session.library.series]
    session.show_in_views(shown)
    inbox.until(lambda: all(d.is_complete for d in shown))
    session.turn_to(shown[0])
    assert all(d.volume is not None for d in shown)
    session.show_in_views(shown[:1])
    assert [d.volume is not None for d in shown] == [True, False, False]


def test_loading_for_no_view_is_given_up(make_session, inbox, folders):
    session = make_session()
    session.open(folders)
    inbox.until(lambda: len(session.library.series) == 3 and session.is_complete)
    other = next(s for s in session.library.series if s.key != session.active.key)
    session.display_of(other)
    assert session.opening.loads(other.key)
    session.show_in_views([])
    assert not session.opening.loads(other.key)
    assert session.displays.find(other.key) is None


def test_the_session_speaks_for_the_active_display_only(make_session, inbox, folders):
    session = make_session()
    first, second, _ = load_each(session, inbox, folders)
    one, two = session.display_of(first), session.display_of(second)
    session.turn_to(one)
    heard = []
    session.cursor_moved.connect(lambda: heard.append(session.active.key))
    two.move_cursor(two.volume.geometry.center_lps)
    assert heard == []
    one.move_cursor(one.volume.geometry.center_lps)
    assert heard == [first.key]
    session.turn_to(two)
    one.move_cursor(one.volume.geometry.center_lps)
    assert heard == [first.key, second.key]  # once for turning to it


def test_closing_a_study_leaves_the_others_as_they_are(make_session, inbox, folders, tmp_path):
    session = make_session()
    one, _, _ = load_each(session, inbox, folders)
    other = marker_series(tmp_path / "other", "axial", (2.0, 1.0, 1.0), study_seed="other").folder
    session.open([other])
    inbox.until(lambda: session.active.study_uid != one.study_uid and session.is_complete)
    closed, kept = session.active, session.display_of(one)
    session.close_study(closed.study_uid)
    assert session.active.study_uid == one.study_uid
    assert {s.study_uid for s in session.library.series} == {one.study_uid}
    assert session.displays.find(closed.key) is None
    assert kept.volume is not None


def test_closing_the_last_study_leaves_nothing(make_session, inbox, folders):
    session = make_session()
    load_each(session, inbox, folders[:1])
    display = session.display
    session.close_study(session.active.study_uid)
    assert session.active is None
    assert display.volume is None
    assert list(session.displays) == []
