"""The reader's word on findings: said in the table, drawn in the views, taken back with undo."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QInputDialog, QWidget

from tests.session.findings import finding, result
from viewer.session.session import Session
from viewer.ui.findings.box_dialog import BoxDialog
from viewer.ui.findings.marking import FindingMarks
from viewer.ui.findings_box import FindingsBox

NUMBER = 0


@pytest.fixture
def session() -> Session:
    session = Session(lambda call: call())
    session.results.switch("a")
    session.results.put("a", result(finding(1, 0.9, (10.0, 20.0, 30.0)), finding(2, 0.8)))
    return session


@pytest.fixture
def parent(qtbot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def marks(session, parent) -> FindingMarks:
    return FindingMarks(session, parent)


@pytest.fixture
def table(qtbot, session):
    box = FindingsBox(session)
    qtbot.addWidget(box)
    yield box.table
    box.hide()


def test_nothing_can_be_marked_until_a_finding_is_selected(session, marks):
    assert marks.refusal == "Select a finding first."
    session.results.select(1)
    assert marks.refusal == ""
    session.results.switch("b")
    assert marks.refusal == "Analyze the series first."


def test_a_finding_is_accepted_and_that_taken_back(session, marks, table):
    session.results.select(1)
    marks.accept()
    assert marks.accepted
    assert [table.item(row, NUMBER).text() for row in range(2)] == ["✓1", "2"]
    assert "accepted by the reader" in table.item(0, 0).toolTip()
    marks.accept()
    assert not marks.accepted
    assert session.history.undo_label == "Take back accepting finding 1"
    session.history.undo()
    assert marks.accepted


def test_a_comment_is_asked_for_and_shown(session, marks, table, parent):
    session.results.select(2)
    marks.comment()
    (dialog,) = parent.findChildren(QInputDialog)
    dialog.setTextValue("  calcified ")
    dialog.accept()
    assert table.item(1, NUMBER).text() == "*2"
    assert "calcified" in table.item(1, NUMBER).toolTip()
    session.history.undo()
    assert session.results.review.marks == {}


def test_a_box_is_shown_while_it_is_changed_and_kept_when_accepted(session, marks, parent):
    session.results.select(1)
    marks.redraw()
    (dialog,) = parent.findChildren(BoxDialog)
    dialog.middles[2].setValue(40.0)
    dialog.sizes[0].setValue(16.0)
    assert session.results.selected.center_lps_mm == (10.0, 20.0, 40.0)
    assert session.history.undo_label is None
    dialog.accept()
    assert session.results.selected.diameters_mm == (16.0, 10.0)
    assert session.history.undo_label == "Redraw finding 1"
    session.history.undo()
    assert session.results.selected.center_lps_mm == (10.0, 20.0, 30.0)


@pytest.mark.parametrize("end", ["reject", "accept"])
def test_a_box_that_was_left_alone_or_given_up_stays_the_models(session, marks, parent, end):
    session.results.select(1)
    before = session.results.selected
    marks.redraw()
    (dialog,) = parent.findChildren(BoxDialog)
    if end == "reject":
        dialog.middles[0].setValue(99.0)
    getattr(dialog, end)()
    assert session.results.selected == before
    assert session.history.undo_label is None
