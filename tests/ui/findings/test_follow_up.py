"""Two dates beside each other in a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from tests.dicom.phantoms import marker_series
from tests.session.findings import finding, result
from viewer.dicom.series import ScanResult
from viewer.formats.scan import scan
from viewer.session.session import Session
from viewer.ui.findings.follow_up import FollowUpDialog, no_follow_up


def sized(number, center, ml):
    return finding(number, 0.9, center).model_copy(update={"volume_ml": ml})


OLD = [sized(1, (60.0, -30.0, -100.0), 0.5), sized(2, (-55.0, 20.0, -40.0), 0.40)]
SHIFT = (10.0, 5.0, 250.0)


@pytest.fixture
def session(tmp_path) -> Session:
    (series,) = scan([marker_series(tmp_path / "ct").folder]).series
    session = Session(lambda call: call())
    dates = {"later": "20240401", "earlier": "20240102"}
    session.library.add(
        ScanResult(
            tuple(
                replace(series, key=k, study=replace(series.study, date=d), frame_of_reference=k)
                for k, d in dates.items()
            ),
            (),
        )
    )
    assert no_follow_up(session) == "Analyze two series first, an earlier and a later one."
    moved = [tuple(np.add(f.center_lps_mm, SHIFT)) for f in OLD]
    new = [sized(7, moved[1], 0.42), sized(8, moved[0], 1.0), sized(9, (0.0, 0.0, 400.0), 0.1)]
    session.results.put("later", result(*new))
    session.results.put("earlier", result(*OLD))
    return session


def rows(dialog: FollowUpDialog) -> list[list[str]]:
    table = dialog.table
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def test_two_dates_are_put_in_their_order_and_compared(qtbot, session):
    assert no_follow_up(session) == ""
    dialog = FollowUpDialog(session)
    qtbot.addWidget(dialog)
    assert dialog.before.currentText().startswith("2024-01-02")
    assert dialog.summary.text() == "90 days · matched after a shift of 250 mm"
    first, second, new = rows(dialog)
    assert first[0].startswith("Nodule 1")
    assert first[1].startswith("Nodule 8")
    assert first[2:] == ["0.50 → 1.00", "+100 %", "90 days"]
    assert second[1].startswith("Nodule 7")
    assert second[4] == "no significant change"
    assert new[0] == "—"
    assert new[3] == "new"
    dialog.copy()
    assert "0.50 → 1.00\t+100 %\t90 days" in QGuiApplication.clipboard().text()


def test_dates_the_wrong_way_round_are_said(qtbot, session):
    dialog = FollowUpDialog(session)
    qtbot.addWidget(dialog)
    dialog.before.setCurrentIndex(1)
    assert dialog.summary.text() == "Choose two different series."
    dialog.after.setCurrentIndex(0)
    assert "90 days older: swap them" in dialog.summary.text()
    assert all(row[4] in ("", "no significant change") for row in rows(dialog))
