from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import Volume
from viewer.session.results import Result
from viewer.session.session import Session
from viewer.ui.classes_box import ClassesBox
from viewer.ui.overlay_box import OverlayBox


def _result(pneumonia: float, values: float = 1.0, reasons: tuple[str, ...] = ()) -> Result:
    evidence = np.full((1, 4, 4), values, np.float32)
    return Result(
        model="Pneumonia 1",
        label="normal",
        findings=(),
        heatmap=Volume(evidence, Geometry(np.eye(4), (1, 4, 4)), unit=""),
        meaning="contribution to the log-odds",
        operating_points={"sensitive": 0.5},
        threshold=0.5,
        lowest_threshold=0.1,
        reasons=reasons,
        classes={"normal": 1 - pneumonia, "pneumonia": pneumonia},
        decides="pneumonia",
        full=8.0,
    )


def _put(session: Session, result: Result) -> None:
    session.results.switch("one")
    session.results.put("one", result)


@pytest.fixture
def box(qtbot, session) -> ClassesBox:
    box = ClassesBox(session)
    qtbot.addWidget(box)
    return box


def test_the_decision_is_that_of_the_operating_point(session, box):
    _put(session, _result(0.9))
    assert box.decision == "Pneumonia: 90 % At or above the operating point “sensitive”, 50 %."
    _put(session, _result(0.4))
    assert "Below the operating point" in box.decision
    assert "does not mean that there is none" in box.decision


def test_every_class_has_its_probability(session, box):
    _put(session, _result(0.9))
    _put(session, _result(0.75))  # the rows of the first result are gone
    texts = [label.text() for label in box.findChildren(QLabel) if label.text()]
    assert {"Normal", "25 %", "Pneumonia", "75 %"} <= set(texts)


def test_a_result_out_of_contract_says_why_it_should_not_be_believed(session, box):
    _put(session, _result(0.9))
    assert not box.doubt
    _put(session, _result(0.9, reasons=("The picture is unlike those of the training.",)))
    assert "unlike those of the training" in box.doubt


def test_the_legend_of_a_heatmap_ends_at_its_full_value(qtbot, session):
    overlay = OverlayBox(session)
    qtbot.addWidget(overlay)
    _put(session, _result(0.9))
    overlay.threshold.changed.emit(0.25)
    texts = [label.text() for label in overlay.findChildren(QLabel)]
    assert "2.00" in texts  # a quarter of 8


def test_a_heatmap_without_evidence_says_so(qtbot, session):
    overlay = OverlayBox(session)
    qtbot.addWidget(overlay)
    _put(session, _result(0.1, values=-1.0))
    assert any("No evidence" in label.text() for label in overlay.findChildren(QLabel))
    _put(session, _result(0.9, values=3.0))
    assert not any("No evidence" in label.text() for label in overlay.findChildren(QLabel))
