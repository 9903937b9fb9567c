"""What the session keeps of measurements, and what they read."""

from __future__ import annotations

import numpy as np
import pytest

from viewer.dicom.series import LengthUnit
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation, Plane, standard_stack
from viewer.imaging.roi.figure import Figure, Kind
from viewer.imaging.volume import PADDING, Volume
from viewer.session.history import History
from viewer.session.measurements import Measurement, Measurements
from viewer.session.readings import NO_PIXELS, NO_VALUE, What, read

GEOMETRY = Geometry(np.diag([0.5, 0.8, 3.0, 1.0]), (4, 50, 60))
PLANE = standard_stack(GEOMETRY, Orientation.AXIAL).plane(1)
VOXELS = np.random.default_rng(5).integers(-100, 300, GEOMETRY.shape).astype(np.int16)
VOLUME = Volume(VOXELS, GEOMETRY)


def figure(kind: Kind, *pixels: tuple[float, float], plane: Plane = PLANE) -> Figure:
    return Figure(kind, np.array([plane.to_lps(row, column) for row, column in pixels]), plane)


def line(end: float = 20) -> Figure:
    return figure(Kind.LENGTH, (10, 10), (10, end))


def values(reading) -> dict[What, float]:
    return {q.what: q.value for q in reading.quantities}


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def measurements(history: History) -> Measurements:
    return Measurements(history)


def keep(measurements: Measurements, shape: Figure, series: str = "a") -> Measurement:
    measurement = measurements.begin(shape, series)
    measurements.put(measurement)
    return measurement


# Readings


def test_a_length_is_read_in_the_unit_of_its_series() -> None:
    for unit in LengthUnit:
        (quantity,) = read(line(), VOLUME, unit).quantities
        assert (quantity.value, quantity.unit) == (pytest.approx(5.0), unit)


def test_an_area_has_the_square_of_the_unit() -> None:
    units = {}
    for unit in LengthUnit:
        reading = read(figure(Kind.RECTANGLE, (0, 0), (10, 10)), None, unit)
        units[unit] = reading.quantities[0].unit
        assert reading.quantities[0].value == pytest.approx(8 * 5)
    assert list(units.values()) == ["mm²", "mm² (calibrated)", "mm² (detector)", "px²"]


def test_a_rectangle_reads_what_numpy_reads() -> None:
    reading = read(figure(Kind.RECTANGLE, (4.5, 9.5), (14.5, 29.5)), VOLUME, LengthUnit.MM)
    stack = standard_stack(GEOMETRY, Orientation.AXIAL)
    inside = VOXELS[stack.count - 1 - 1, 5:15, 10:30]
    found = values(reading)
    assert found[What.MEAN] == pytest.approx(inside.mean())
    assert found[What.SD] == pytest.approx(inside.std(ddof=1))
    assert (found[What.MINIMUM], found[What.MAXIMUM]) == (inside.min(), inside.max())
    assert found[What.PIXELS] == inside.size
    assert found[What.AREA] == pytest.approx(10 * 20 * 0.8 * 0.5)
    assert found[What.PERIMETER] == pytest.approx(2 * (8 + 10))


def test_the_longer_axis_is_the_long_one_whichever_was_drawn_first() -> None:
    axes = figure(Kind.BIDIRECTIONAL, (20, 20), (20, 30), (10, 25), (30, 25))
    found = values(read(axes, VOLUME, LengthUnit.MM))
    assert found == {What.LONG_AXIS: pytest.approx(16), What.SHORT_AXIS: pytest.approx(5)}


def test_a_region_without_a_pixel_says_so_and_gives_no_number() -> None:
    reading = read(figure(Kind.ELLIPSE, (3.2, 3.2), (3.6, 3.6)), VOLUME, LengthUnit.MM)
    assert reading.note == NO_PIXELS
    assert reading.statistics is None
    assert set(values(reading)) == {What.AREA, What.PERIMETER}


def test_padding_is_no_pixel() -> None:
    padded = Volume(np.full(GEOMETRY.shape, PADDING, np.int16), GEOMETRY)
    region = read(figure(Kind.RECTANGLE, (3, 3), (30, 30)), padded, LengthUnit.MM)
    probe = read(figure(Kind.PROBE, (3, 3)), padded, LengthUnit.MM)
    assert (region.note, probe.note) == (NO_PIXELS, NO_VALUE)
    assert probe.quantities == ()


def test_colours_have_no_statistics() -> None:
    color = Volume(VOXELS, GEOMETRY, color=np.zeros((*GEOMETRY.shape, 3), np.uint8))
    reading = read(figure(Kind.RECTANGLE, (3, 3), (30, 30)), color, LengthUnit.MM)
    assert set(values(reading)) == {What.AREA, What.PERIMETER}
    assert reading.note == ""
    assert read(figure(Kind.PROBE, (3, 3)), color, LengthUnit.MM).quantities == ()


def test_a_probe_reads_the_nearest_voxel() -> None:
    (quantity,) = read(figure(Kind.PROBE, (7.3, 9.4)), VOLUME, LengthUnit.MM).quantities
    assert (quantity.value, quantity.unit) == (VOXELS[2, 7, 9], "HU")


def test_lines_that_are_points_have_no_angle() -> None:
    assert read(figure(Kind.ANGLE, (3, 3), (3, 3), (5, 5)), VOLUME, LengthUnit.MM).quantities == ()


# The collection


def test_measurements_are_named_by_their_kind_and_number(measurements) -> None:
    first, second = keep(measurements, line()), keep(measurements, line())
    measurements.remove([first])
    third = keep(measurements, line())
    names = [
        m.name for m in (first, second, third, keep(measurements, figure(Kind.COBB, *[(0, 0)] * 4)))
    ]
    assert names == ["Length 1", "Length 2", "Length 1", "Cobb angle 1"]


def test_every_change_is_undone_and_done_again_by_its_label(measurements, history) -> None:
    first = keep(measurements, line())
    labels = [history.undo_label]
    states = [(), measurements.all]
    for change in (
        lambda m: measurements.put(Measurement(m.id, line(30), m.series, m.name), "Move"),
        lambda m: measurements.rename(m, "Aorta"),
        lambda m: measurements.recolor(m, "#ff0000"),
        lambda m: measurements.remove([m]),
    ):
        change(measurements.find(first.id))
        labels.append(history.undo_label)
        states.append(measurements.all)
    assert labels == [
        "Length 1",
        "Move Length 1",
        "Rename Length 1",
        "Recolour Aorta",
        "Delete Aorta",
    ]
    for state in reversed(states[:-1]):
        history.undo()
        assert measurements.all == state
    for state in states[1:]:
        history.redo()
        assert measurements.all == state


def test_a_preview_shows_and_leaves_no_trace(measurements, history) -> None:
    kept = keep(measurements, line())
    label = history.undo_label
    measurements.preview(Measurement(kept.id, line(40), kept.series, kept.name))
    assert measurements.find(kept.id).figure.points[1] == pytest.approx(PLANE.to_lps(10, 40))
    measurements.preview(measurements.begin(line(), "a"))
    assert len(measurements.all) == 2
    measurements.preview(None)
    assert measurements.all == (kept,)
    assert history.undo_label == label


def test_an_empty_name_is_refused(measurements, history) -> None:
    kept = keep(measurements, line())
    measurements.rename(kept, "  ")
    assert measurements.find(kept.id).name == "Length 1"
    assert history.undo_label == "Length 1"


def test_what_is_deleted_is_selected_no_more(measurements) -> None:
    kept = keep(measurements, line())
    told: list[object] = []
    measurements.selection_changed.connect(lambda: told.append(measurements.selected))
    measurements.select(kept.id)
    measurements.remove([kept])
    assert told == [kept, None]


def test_what_is_not_kept_is_not_deleted(measurements, history) -> None:
    drawn = measurements.begin(line(), "a")
    measurements.preview(drawn)
    measurements.remove([drawn])
    assert history.undo_label is None
    assert measurements.drawn is drawn


def test_a_drawing_that_is_given_up_is_selected_no_more(measurements) -> None:
    drawn = measurements.begin(line(), "a")
    measurements.preview(drawn)
    measurements.select(drawn.id)
    assert measurements.selected is drawn
    measurements.preview(None)
    assert measurements.selected is None
