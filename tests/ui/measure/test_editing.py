"""Taking hold of figures: handles, lines, labels; hover, selection, undo, other views."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from tests.ui.conftest import settle
from viewer.imaging.plane import Orientation
from viewer.imaging.roi.figure import Kind
from viewer.ui.measure.sketch import Part

A, B, C = (150, 120), (230, 120), (230, 190)


def test_a_handle_is_dragged_and_the_change_can_be_undone(hand):
    line = hand.draw(Kind.LENGTH, A, B)
    hand.drag(B, (231, 150), C)
    moved = hand.session.measurements.find(line.id)
    assert moved.figure.points[1] == pytest.approx(hand.lps(C), abs=1e-6)
    assert moved.figure.points[0] == pytest.approx(line.figure.points[0])
    assert hand.session.history.undo_label == "Move Length 1"
    hand.session.history.undo()
    assert hand.session.measurements.find(line.id).figure is line.figure
    hand.session.history.redo()
    assert hand.session.measurements.find(line.id).figure is moved.figure


def test_a_line_is_dragged_as_a_whole(hand):
    line = hand.draw(Kind.LENGTH, A, B)
    middle = ((A[0] + B[0]) // 2, A[1])
    hand.drag(middle, (middle[0] + 10, middle[1] + 10), (middle[0] + 20, middle[1] + 30))
    (moved,) = hand.kept
    by = hand.lps((middle[0] + 20, middle[1] + 30)) - hand.lps(middle)
    assert moved.figure.points == pytest.approx(line.figure.points + by)


def test_a_label_is_dragged_without_the_figure(hand):
    line = hand.draw(Kind.LENGTH, A, B)
    box = hand.layer.sketches[0].label.toRect()
    start = (box.center().x(), box.center().y())
    hand.drag(start, (start[0] + 8, start[1] + 8), (start[0] + 30, start[1] + 40))
    (moved,) = hand.kept
    assert moved.figure is line.figure
    after = hand.layer.sketches[0].label.toRect()
    assert abs(after.x() - box.x() - 30) <= 1
    assert abs(after.y() - box.y() - 40) <= 1


def test_an_ellipse_keeps_its_other_sides_when_a_handle_is_dragged(hand):
    ellipse = hand.draw(Kind.ELLIPSE, A, C)
    right = (C[0], (A[1] + C[1]) // 2)
    hand.drag(right, (right[0] + 10, right[1]), (right[0] + 25, right[1] + 9))
    (wider,) = hand.kept
    row, column = hand.view.placement.plane.to_pixel(wider.figure.points)
    row_before, column_before = hand.view.placement.plane.to_pixel(ellipse.figure.points)
    assert row == pytest.approx(row_before)
    assert min(column) == pytest.approx(min(column_before))
    assert max(column) > max(column_before) + 2


def test_escape_puts_back_what_is_being_dragged(hand):
    line = hand.draw(Kind.LENGTH, A, B)
    hand.press(B)
    hand.move((240, 150), C)
    assert hand.session.measurements.find(line.id).figure is not line.figure
    hand.qtbot.keyClick(hand.view, Qt.Key.Key_Escape)
    hand.release(C)
    assert hand.kept == (line,)
    assert hand.session.history.undo_label == "Length 1"


def test_hovering_shows_what_would_be_taken_hold_of(hand):
    hand.draw(Kind.LENGTH, A, B)
    hand.move(B, button=Qt.MouseButton.NoButton)
    assert hand.layer.grip_at(hand.view.placement.position_of(hand.lps(B))).part is Part.HANDLE
    assert hand.view.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    hand.move((190, 120), button=Qt.MouseButton.NoButton)
    assert hand.view.viewport().cursor().shape() is Qt.CursorShape.SizeAllCursor
    hand.move((190, 200), button=Qt.MouseButton.NoButton)
    assert hand.view.viewport().cursor().shape() is Qt.CursorShape.ArrowCursor


def test_a_click_selects_and_one_beside_deselects(hand):
    first = hand.draw(Kind.LENGTH, A, B)
    second = hand.draw(Kind.LENGTH, (150, 200), (230, 200))
    assert hand.session.measurements.selected is second
    hand.click((190, 120))
    assert hand.session.measurements.selected is first
    hand.click((190, 230))
    assert hand.session.measurements.selected is None


def test_the_selected_one_is_deleted_and_comes_back(hand):
    line = hand.draw(Kind.LENGTH, A, B)
    assert hand.session.deletion == "Delete Length 1"
    hand.session.delete_selected()
    assert hand.kept == ()
    assert hand.session.deletion == ""
    assert hand.session.history.undo_label == "Delete Length 1"
    hand.session.history.undo()
    assert hand.kept == (line,)


def test_a_double_click_lets_it_be_renamed(hand):
    hand.draw(Kind.LENGTH, A, B)
    hand.qtbot.mouseDClick(hand.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(190, 120))
    editor = hand.view.viewport().findChild(object, "measurement_text")
    hand.qtbot.keyClicks(editor, "Aorta")
    hand.qtbot.keyClick(editor, Qt.Key.Key_Return)
    (line,) = hand.kept
    assert line.name == "Aorta"
    assert hand.labels()[0][0] == "Aorta"


def test_its_menu_recolours_and_deletes(hand):
    line = hand.draw(Kind.LENGTH, A, B)
    menu = hand.tools.menu(line, hand.layer)
    colors = {a.text(): a for a in menu.actions()[1].menu().actions()}
    colors["Red"].trigger()
    (red,) = hand.kept
    assert red.color == "#ff6b6b"
    menu.actions()[-1].trigger()
    assert hand.kept == ()


def test_it_is_shown_in_its_slice_and_no_other(hand):
    hand.draw(Kind.LENGTH, A, B)
    assert len(hand.layer.sketches) == 1
    hand.view.scroll_slices(1)
    settle(hand.qtbot)
    assert hand.layer.sketches == []
    hand.view.scroll_slices(-1)
    settle(hand.qtbot)
    assert len(hand.layer.sketches) == 1


def test_it_is_shown_in_every_view_in_whose_plane_it_lies(make_hand):
    axial = make_hand(Orientation.AXIAL)
    second = make_hand(Orientation.AXIAL, None)
    coronal = make_hand(Orientation.CORONAL, None)
    middle = axial.view.placement.position_of(axial.session.display.cursor).toPoint()
    line = axial.draw(Kind.LENGTH, (middle.x() - 60, middle.y()), (middle.x() + 60, middle.y()))
    axial.draw(Kind.ELLIPSE, A, C)
    assert len(second.layer.sketches) == 2
    # The line along the coronal plane lies in that view too, the ellipse across it does not.
    assert [s.measurement for s in coronal.layer.sketches] == [line]
    length = np.linalg.norm(np.diff(line.figure.points, axis=0))
    assert coronal.labels() == [[f"{length:.1f} mm"]]


def test_a_figure_of_one_view_can_be_dragged_in_another(make_hand):
    first, second = make_hand(Orientation.AXIAL), make_hand(Orientation.AXIAL, None)
    second.view.turn()
    line = first.draw(Kind.LENGTH, A, B)
    end = second.view.placement.position_of(line.figure.points[1]).toPoint()
    second.drag((end.x(), end.y()), (end.x() + 8, end.y()), (end.x() + 16, end.y()))
    (moved,) = first.kept
    plane = line.figure.plane
    assert (moved.figure.points - plane.origin) @ plane.normal == pytest.approx(0, abs=1e-6)
    step = 16 / second.view.placement.pixels_per_mm
    change = np.linalg.norm(moved.figure.points[1] - line.figure.points[1])
    assert change == pytest.approx(step, abs=1e-6)
