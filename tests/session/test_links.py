"""Series that are looked at together, by where they lie in the patient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.formats.load import load
from viewer.formats.scan import scan
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation
from viewer.imaging.voi import Window
from viewer.imaging.volume import Volume
from viewer.session.display import Display
from viewer.session.links import LinkOptions, Links


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Series of one frame of reference with slices of 1 and of 2.5 mm, and one of another."""
    root = tmp_path_factory.mktemp("linked")
    found = {}
    for name, study, spacing, origin in (
        ("thin", "now", 1.0, (0.0, 0.0, 0.0)),
        ("thick", "now", 2.5, (3.0, -2.0, -10.0)),
        ("prior", "before", 1.0, (40.0, 30.0, 500.0)),
    ):
        affine = np.diag([1.0, 1.0, spacing, 1.0])
        affine[:3, 3] = origin
        shape = (int(60 / spacing), 20, 20)
        volume = Volume(np.zeros(shape, np.int16), Geometry(affine, shape))
        write_ct(volume, root / name, CtSeries(uid_seed=name, study_seed=study))
        series = scan([root / name]).series[0]
        found[name] = series, load(series).volume
    return found


def shown(read, name) -> Display:
    series, volume = read[name]
    display = Display()
    display.await_series(series)
    display.show(volume, Window(40, 400))
    return display


@pytest.fixture
def three(read):
    displays = [shown(read, name) for name in ("thin", "thick", "prior")]
    links = Links()
    links.follow(displays)
    return links, *displays


def test_series_of_one_frame_of_reference_go_to_the_same_place(three):
    _, thin, thick, prior = three
    before = prior.cursor
    thin.move_cursor((12.0, 7.0, 22.0))
    assert np.allclose(thick.cursor, (12.0, 7.0, 22.0))
    assert np.array_equal(prior.cursor, before)
    thick.scroll(Orientation.AXIAL, 2)
    assert thin.cursor[2] == pytest.approx(thick.cursor[2])
    # The slice nearest to the place, not the one of the same number.
    index = thin.stack(Orientation.AXIAL).index_of(thin.cursor)
    z = thin.stack(Orientation.AXIAL).plane(index).origin[2]
    assert abs(z - thick.cursor[2]) <= 0.5


def test_a_series_that_ends_earlier_stays_where_it_is_and_holds_nobody_back(three):
    _, thin, thick, _ = three
    thin.move_cursor((10, 10, 45))
    thin.move_cursor((10, 10, 59))
    assert thick.cursor[2] == pytest.approx(45)
    assert thin.cursor[2] == pytest.approx(59)
    thin.move_cursor((0, 10, 30))  # beside the slices, which are smaller
    assert thick.cursor[2] == pytest.approx(30)


def test_nothing_is_shared_that_is_switched_off(three):
    links, thin, thick, _ = three
    links.options = LinkOptions(position=False, window=False)
    before = thick.cursor
    thin.move_cursor((12.0, 7.0, 22.0))
    thin.set_window(Window(-600, 1500))
    assert np.array_equal(thick.cursor, before)
    assert thick.window == Window(40, 400)


def test_windows_are_shared_where_asked_for_and_units_agree(three, read):
    links, thin, thick, _ = three
    links.change(window=True)
    thin.set_window(Window(-600, 1500))
    assert thick.window == Window(-600, 1500)
    _, volume = read["thick"]
    thick.show(Volume(np.asarray(volume.voxels, np.float32), volume.geometry, unit="SUV"), None)
    before = thick.window
    thin.set_window(Window(0, 100))
    assert thick.window is before


def test_tied_frames_of_reference_keep_their_distance(three):
    links, thin, thick, prior = three
    thin.move_cursor((5, 5, 10))
    prior.move_cursor((45, 35, 520))
    links.tie(thin)
    thin.move_cursor((6, 7, 13))
    assert np.allclose(prior.cursor, (46, 37, 523))
    prior.scroll(Orientation.AXIAL, 5)
    assert np.allclose(thin.cursor, (6, 7, 8))
    assert np.allclose(thick.cursor, (6, 7, 8))
    links.untie()
    before = prior.cursor
    thin.move_cursor((5, 5, 10))
    assert np.array_equal(prior.cursor, before)


def test_a_series_that_comes_into_view_opens_where_the_others_are(read):
    thin, links = shown(read, "thin"), Links()
    thin.move_cursor((12.0, 7.0, 22.0))
    links.follow([thin])
    late = Display()
    links.follow([thin, late])
    series, volume = read["thick"]
    late.await_series(series)
    late.show(volume, None)
    assert np.allclose(late.cursor, (12.0, 7.0, 22.0))


def test_series_without_a_place_in_the_patient_are_left_alone(read):
    thin, links = shown(read, "thin"), Links()
    series, volume = read["thick"]
    nowhere = Display()
    nowhere.await_series(replace(series, geometry=None))
    nowhere.show(volume, None)
    links.follow([thin, nowhere])
    before = nowhere.cursor
    thin.move_cursor((12.0, 7.0, 22.0))
    assert np.array_equal(nowhere.cursor, before)


def test_a_display_out_of_view_is_no_longer_kept_together(three):
    links, thin, thick, _ = three
    links.follow([thin])
    before = thick.cursor
    thin.move_cursor((12.0, 7.0, 22.0))
    assert np.array_equal(thick.cursor, before)
