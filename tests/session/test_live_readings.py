"""Readings while they are looked at: kept, made again when something changed, never in the way."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from tests.session.inbox import Inbox
from viewer.dicom.series import LengthUnit
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation, standard_stack
from viewer.imaging.roi.figure import Figure, Kind
from viewer.imaging.volume import Volume
from viewer.session import live_readings
from viewer.session.jobs import Jobs
from viewer.session.live_readings import LiveReadings
from viewer.session.measurements import Measurement
from viewer.session.readings import NO_PIXELS, What

GEOMETRY = Geometry(np.diag([0.5, 0.8, 3.0, 1.0]), (2, 500, 600))
PLANE = standard_stack(GEOMETRY, Orientation.AXIAL).plane(1)
VOXELS = np.random.default_rng(5).integers(-100, 300, GEOMETRY.shape).astype(np.int16)


class Desk:
    """Readings of one volume, with the replies of the background in hand."""

    def __init__(self) -> None:
        self.volume: Volume | None = Volume(VOXELS, GEOMETRY)
        self.inbox = Inbox()
        self.jobs = Jobs(self.inbox)
        self.readings = LiveReadings(lambda _: (self.volume, LengthUnit.MM), self.jobs)
        self.told = 0
        self.readings.changed.connect(self._tell)

    def _tell(self) -> None:
        self.told += 1


@pytest.fixture
def desk():
    desk = Desk()
    yield desk
    desk.jobs.close()


def rectangle(rows: int, columns: int) -> Measurement:
    points = np.array([PLANE.to_lps(0, 0), PLANE.to_lps(rows, columns)])
    return Measurement(1, Figure(Kind.RECTANGLE, points, PLANE), "a", "Rectangle 1")


SMALL, LARGE, LARGER = rectangle(30, 40), rectangle(400, 500), rectangle(450, 550)


def mean(reading) -> float:
    return next(q.value for q in reading.quantities if q.what is What.MEAN)


def test_a_small_region_is_read_at_once_and_once(desk) -> None:
    reading = desk.readings.of(SMALL)
    assert reading.statistics.count == 30 * 40
    assert desk.readings.of(SMALL) is reading
    assert desk.jobs.unfinished == 0


def test_a_reading_is_made_again_when_more_slices_are_there(desk) -> None:
    is_read = np.array([False, True])
    desk.volume = Volume(VOXELS, GEOMETRY, is_read=is_read)
    assert desk.readings.of(SMALL).note == NO_PIXELS
    is_read[0] = True
    assert desk.readings.of(SMALL).statistics is not None


def test_what_was_read_stays_when_the_volume_is_given_up_and_frees_it(desk) -> None:
    reading = desk.readings.of(SMALL)
    desk.volume = None
    assert desk.readings.of(SMALL) is reading
    moved = replace(SMALL, figure=SMALL.figure.moved((4, 0, 0)))
    assert desk.readings.of(moved).statistics is None


def test_a_large_region_is_read_on_another_thread(desk, monkeypatch) -> None:
    threads = []
    real = live_readings.read

    def spy(figure, volume, unit):
        threads.append((volume is not None, threading.current_thread()))
        return real(figure, volume, unit)

    monkeypatch.setattr(live_readings, "read", spy)
    first = desk.readings.of(LARGE)
    assert {q.what for q in first.quantities} == {What.AREA, What.PERIMETER}
    desk.inbox.until(lambda: desk.told == 1)
    assert desk.readings.of(LARGE).statistics.count == 400 * 500
    assert [t for values, t in threads if values] != [threading.main_thread()]


def test_while_a_large_region_is_dragged_it_keeps_values_and_takes_its_new_size(desk) -> None:
    desk.readings.of(LARGE)
    desk.inbox.until(lambda: desk.told == 1)
    before = desk.readings.of(LARGE)
    dragged = desk.readings.of(LARGER)
    assert mean(dragged) == mean(before)
    area = next(q.value for q in dragged.quantities if q.what is What.AREA)
    assert area == pytest.approx(450 * 0.8 * 550 * 0.5)
    # It moves on while the first is being read; in the end all is of where it came to rest.
    resting = rectangle(440, 540)
    assert desk.readings.of(resting) is not None
    desk.inbox.until(lambda: desk.told == 2)
    desk.readings.of(resting)
    desk.inbox.until(lambda: desk.told == 3)
    inside = VOXELS[0, :440, :540]
    assert mean(desk.readings.of(resting)) == pytest.approx(inside.mean())


def test_for_files_nothing_is_left_for_later(desk) -> None:
    assert desk.readings.when_asked(LARGE)().statistics.count == 400 * 500
