"""The table of measurements: what it says, sorts, renames, jumps to; the histogram."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QLineEdit

from tests.ui.conftest import press, settle
from viewer.imaging.plane import Orientation
from viewer.imaging.roi.figure import Kind
from viewer.session.readings import What
from viewer.ui.actions import ActionId as A
from viewer.ui.measure.panel import MeasurePanel
from viewer.ui.measure.table import Column

A_, B, C = (150, 120), (230, 120), (230, 190)


@pytest.fixture
def panel(qtbot, hand) -> MeasurePanel:
    panel = MeasurePanel(hand.session, hand.tools)
    qtbot.addWidget(panel)
    panel.resize(330, 500)
    panel.show()
    return panel


def cells(panel: MeasurePanel) -> list[list[str]]:
    model = panel.table.model()
    return [
        [model.index(row, column).data() for column in Column] for row in range(model.rowCount())
    ]


def click(qtbot, panel: MeasurePanel, row: int, column: Column = Column.VALUE) -> None:
    at = panel.table.visualRect(panel.table.model().index(row, column)).center()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    settle(qtbot)


def test_each_measurement_has_a_row_with_its_number_and_slice(hand, panel):
    line = hand.draw(Kind.LENGTH, A_, B)
    region = hand.draw(Kind.ELLIPSE, (160, 140), C)
    length = np.linalg.norm(np.diff(line.figure.points, axis=0))
    mean = hand.session.readings.of(region).statistics.mean
    number = f"Ax {hand.view.index + 1}"
    assert cells(panel) == [
        ["Length 1", f"{length:.1f} mm", number],
        ["Ellipse 1", f"{mean:.1f} HU".replace("-", "−"), number],
    ]


def test_a_click_selects_and_brings_the_views_there(qtbot, hand, panel):
    line = hand.draw(Kind.LENGTH, A_, B)
    start = hand.view.index
    hand.view.scroll_slices(3)
    hand.session.measurements.select(None)
    click(qtbot, panel, 0)
    assert hand.view.index == start
    assert hand.session.display.cursor == pytest.approx(line.center_lps)
    assert hand.session.measurements.selected is line


def test_what_is_selected_in_a_view_is_selected_in_the_table(qtbot, hand, panel):
    hand.draw(Kind.LENGTH, A_, B)
    hand.draw(Kind.PROBE, (300, 200))
    cursor = hand.session.display.cursor
    hand.click((190, 120))
    assert panel.table.currentIndex().row() == 0
    # Selecting in a view leaves the views where they are.
    assert hand.session.display.cursor is cursor


def test_a_header_sorts_by_number_and_a_third_click_brings_the_order_back(qtbot, hand, panel):
    for row, end in ((120, 230), (150, 160), (200, 190)):
        hand.draw(Kind.LENGTH, (140, row), (end, row))
    header = panel.table.horizontalHeader()
    orders = []
    for _ in range(3):
        x = header.sectionViewportPosition(Column.VALUE) + 10
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))
        settle(qtbot)
        orders.append([row[0][-1] for row in cells(panel)])
    assert orders == [["2", "3", "1"], ["1", "3", "2"], ["1", "2", "3"]]


def test_names_sort_as_people_count(hand, panel):
    for number, row in ((10, 100), (9, 140), (2, 180)):
        line = hand.draw(Kind.LENGTH, (150, row), (230, row))
        hand.session.measurements.rename(line, f"Node {number}")
    panel.table.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in cells(panel)] == ["Node 2", "Node 9", "Node 10"]


def test_a_name_is_edited_in_place_and_can_be_undone(qtbot, hand, panel):
    line = hand.draw(Kind.LENGTH, A_, B)
    panel.rename(line)
    editor = panel.table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Aorta")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [m.name for m in hand.kept] == ["Aorta"])
    assert hand.labels()[0][0] == "Aorta"
    hand.session.history.undo()
    assert cells(panel)[0][0] == "Length 1"


def test_all_numbers_of_the_selected_region_and_its_histogram_are_shown(qtbot, hand, panel):
    region = hand.draw(Kind.RECTANGLE, A_, C)
    qtbot.waitUntil(lambda: "Mean" in panel.details)
    reading = hand.session.readings.of(region)
    quantities = {q.what: q.value for q in reading.quantities}
    assert panel.details["Pixels"] == str(int(quantities[What.PIXELS]))
    assert panel.histogram.isVisible()
    values = reading.statistics.values
    counts, _ = np.histogram(values, panel.histogram.edges)
    assert panel.histogram.counts.tolist() == counts.tolist()
    assert panel.histogram.counts.sum() == values.size
    first = panel.histogram.bin_at(QPointF(2, 60))
    last = panel.histogram.bin_at(QPointF(panel.histogram.width() - 2, 60))
    assert (first, last) == (0, len(counts) - 1)


def test_the_numbers_follow_a_region_that_is_dragged(qtbot, hand, panel):
    hand.draw(Kind.RECTANGLE, A_, C)
    qtbot.waitUntil(lambda: "Area" in panel.details)
    before = panel.details["Area"]
    hand.press(C)
    hand.move((240, 200), (260, 220))
    qtbot.waitUntil(lambda: panel.details["Area"] != before)
    hand.qtbot.keyClick(hand.view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.details["Area"] == before)
    hand.release((260, 220))


def test_a_line_has_no_histogram(qtbot, hand, panel):
    hand.draw(Kind.RECTANGLE, A_, C)
    qtbot.waitUntil(panel.histogram.isVisible)
    hand.draw(Kind.LENGTH, (100, 240), (140, 240))
    qtbot.waitUntil(lambda: not panel.histogram.isVisible())
    assert list(panel.details) == ["Length"]


def test_the_window_lists_and_deletes_and_closes(qtbot, opened):
    window = opened
    press(qtbot, window, "P")
    viewport = window.panes.active_slices.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=viewport.rect().center())
    window.actions_[A.MEASUREMENTS].trigger()
    panel = window.measure_panel
    assert panel.isVisible()
    assert cells(panel)[0][0] == "Probe 1"
    assert "Measurements (1)" in tabs(panel)
    click(qtbot, panel, 0)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert cells(panel) == []
    assert "Measurements" in tabs(panel)
    window.actions_[A.UNDO].trigger()
    assert len(cells(panel)) == 1
    window.session.close_all()
    assert cells(panel) == []


def test_a_measurement_made_in_a_coronal_view_says_so(make_hand, qtbot):
    hand = make_hand(Orientation.CORONAL)
    panel = MeasurePanel(hand.session, hand.tools)
    qtbot.addWidget(panel)
    hand.draw(Kind.LENGTH, A_, B)
    assert cells(panel)[0][2] == f"Co {hand.view.index + 1}"


def tabs(panel: MeasurePanel) -> list[str]:
    side = panel.parentWidget().parentWidget()
    return [side.tabText(n) for n in range(side.count())]
