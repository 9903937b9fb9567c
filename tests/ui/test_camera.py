import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from viewer.ui.camera import Camera

PICTURE, VIEW = QSizeF(300, 200), QSizeF(640, 480)
cameras = st.builds(
    Camera,
    offset_px=st.tuples(st.floats(-200, 200), st.floats(-200, 200)),
    zoom=st.floats(0.2, 20),
    quarter_turns=st.integers(0, 3),
    flipped_horizontally=st.booleans(),
    flipped_vertically=st.booleans(),
)


def test_a_new_camera_fits_the_whole_picture_with_true_aspect():
    frame = Camera().transform(PICTURE, VIEW).mapRect(QRectF(0, 0, 300, 200))
    assert frame.width() == pytest.approx(640)
    assert frame.height() == pytest.approx(200 * 640 / 300)
    assert frame.center() == QPointF(320, 240)


def test_a_picture_turned_on_its_side_fits_too():
    frame = Camera().rotated().transform(PICTURE, VIEW).mapRect(QRectF(0, 0, 300, 200))
    assert frame.height() == pytest.approx(480)
    assert frame.width() == pytest.approx(480 * 200 / 300)


@given(cameras, st.floats(0, 640), st.floats(0, 480), st.floats(0.5, 2))
def test_zooming_keeps_what_is_under_the_pointer(camera, x, y, factor):
    pointer = QPointF(x, y)
    under = camera.transform(PICTURE, VIEW).inverted()[0].map(pointer)
    zoomed = camera.zoomed(factor, pointer, VIEW)
    after = zoomed.transform(PICTURE, VIEW).map(under)
    assert (after.x(), after.y()) == pytest.approx((x, y), abs=1e-6)


@given(cameras)
def test_four_quarter_turns_bring_everything_back(camera):
    turned = camera.rotated().rotated().rotated().rotated()
    assert turned.quarter_turns == camera.quarter_turns
    assert turned.offset_px == pytest.approx(camera.offset_px)


@given(cameras)
def test_a_turn_is_clockwise_on_the_screen_however_the_picture_is_mirrored(camera):
    def top(c: Camera) -> QPointF:
        """Where on the screen the middle of the view moves when going up in the picture before."""
        return c.transform(PICTURE, VIEW).map(up) - c.transform(PICTURE, VIEW).map(origin)

    back = camera.transform(PICTURE, VIEW).inverted()[0]
    origin, up = back.map(QPointF(320, 240)), back.map(QPointF(320, 140))
    after = top(camera.rotated())
    assert after.x() > 0
    assert after.y() == pytest.approx(0, abs=1e-6)


@given(cameras, st.booleans())
def test_flipping_twice_changes_nothing(camera, horizontally):
    twice = camera.flipped(horizontally=horizontally).flipped(horizontally=horizontally)
    assert twice == camera


@given(cameras)
def test_panning_moves_the_picture_with_the_hand(camera):
    point = QPointF(40, 50)
    before = camera.transform(PICTURE, VIEW).map(point)
    after = camera.panned(QPointF(7, -3)).transform(PICTURE, VIEW).map(point)
    assert (after - before).x() == pytest.approx(7, abs=1e-6)
    assert (after - before).y() == pytest.approx(-3, abs=1e-6)
