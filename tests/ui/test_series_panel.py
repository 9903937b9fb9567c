"""The list of patients, studies and series: what it shows, finds, and hands out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.ai.samples import STACKS, marker_phantom
from viewer.dicom.series import ScanResult
from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.formats.scan import scan
from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import Volume
from viewer.ui.series.delegate import SeriesDelegate
from viewer.ui.series.dragging import dragged_series
from viewer.ui.series.model import Role, SeriesRow
from viewer.ui.series.panel import SeriesPanel


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> ScanResult:
    """Two patients; the first has two studies, whose second was opened last."""
    root = tmp_path_factory.mktemp("studies")
    image = marker_phantom(STACKS["axial"])
    volume = Volume(image.voxels, Geometry(image.affine, image.voxels.shape))
    for seed, patient, study, name, missing in (
        ("a", "Alpha^Anna", "one", "Thorax soft", ()),
        ("b", "Alpha^Anna", "one", "Thorax lung", (5,)),
        ("c", "Beta^Ben", "two", "Head", ()),
        ("d", "Alpha^Anna", "three", "Thorax prior", ()),
    ):
        series = CtSeries(
            uid_seed=seed,
            study_seed=study,
            patient_name=patient,
            patient_id=patient[:1],
            study_description=f"Study {study}",
            series_description=name,
            leave_out=missing,
        )
        write_ct(volume, root / seed, series)
    return scan([root])


@pytest.fixture
def panel(qtbot, session, found) -> SeriesPanel:
    panel = SeriesPanel(session)
    qtbot.addWidget(panel)
    panel.resize(260, 700)
    panel.show()
    session.library.add(found)
    return panel


def words(panel) -> list[str]:
    return [panel.model.index(n).data() for n in range(panel.model.rowCount())]


def index_of(panel, name):
    return next(
        panel.model.index(n) for n in range(panel.model.rowCount()) if words(panel)[n] == name
    )


def test_the_studies_of_a_patient_stand_together(panel):
    studies = [w for w in words(panel) if "Study" in w]
    places = [next(n for n, w in enumerate(studies) if name in w) for name in ("one", "three")]
    assert abs(places[0] - places[1]) == 1
    assert len(studies) == 3


def test_names_are_hidden_until_asked_for(panel):
    assert not any("Anna" in w for w in words(panel))
    panel.model.show_names(True)
    assert sum("Alpha Anna" in w for w in words(panel)) == 1  # once for both studies


def test_the_filter_leaves_what_has_all_of_its_words(panel, qtbot):
    qtbot.keyClicks(panel.filter, "LUNG thorax")
    assert [s.description for s in panel.model.series] == ["Thorax lung"]
    panel.filter.setText("nothing like it")
    assert panel.model.rowCount() == 0
    shown = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert shown == ["No series matches the filter."]
    qtbot.keyClick(panel.filter, Qt.Key.Key_Escape)
    assert len(panel.model.series) == 4


def test_a_name_that_is_hidden_cannot_be_searched_for(panel):
    panel.filter.setText("anna")
    assert panel.model.rowCount() == 0
    panel.model.show_names(True)
    assert len(panel.model.series) == 3


def test_the_keyboard_reaches_a_series_from_the_filter(panel, qtbot, session):
    opened = []
    session.activate = opened.append
    qtbot.keyClicks(panel.filter, "head")
    qtbot.keyClick(panel.filter, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert [s.description for s in opened] == ["Head"]


def test_a_series_can_be_dragged_and_a_heading_cannot(panel):
    index = index_of(panel, "Head")
    assert index.flags() & Qt.ItemFlag.ItemIsDragEnabled
    key = index.data(Role.ROW).series.key
    assert dragged_series(panel.model.mimeData([index])) == key
    assert not panel.model.index(0).flags() & Qt.ItemFlag.ItemIsDragEnabled


def test_a_series_with_something_wrong_says_so_in_its_badge_and_tooltip(panel):
    whole, gap = index_of(panel, "Thorax soft"), index_of(panel, "Thorax lung")
    assert "•" not in whole.data(Qt.ItemDataRole.ToolTipRole)
    assert "•" in gap.data(Qt.ItemDataRole.ToolTipRole)


def test_the_series_in_view_is_marked(panel, session, qtbot):
    index = index_of(panel, "Head")
    session.activate(index.data(Role.ROW).series)
    marked = [
        panel.model.index(n)
        for n in range(panel.model.rowCount())
        if panel.model.index(n).data(Role.IS_ACTIVE)
    ]
    assert [m.data() for m in marked] == ["Head"]
    qtbot.waitUntil(lambda: session.is_complete, timeout=20_000)


def test_a_series_whose_report_grew_changes_its_row_and_no_other(panel, session, qtbot):
    series = index_of(panel, "Thorax lung").data(Role.ROW).series
    changed, moved = [], []
    panel.model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    panel.model.rowsInserted.connect(lambda *_: moved.append("in"))
    panel.model.rowsRemoved.connect(lambda *_: moved.append("out"))
    row = panel.model.index_of(series.key).row()
    session.library.replace(replace(series, report=()))
    assert changed == [(row, row)]
    assert not moved


def test_rows_that_leave_the_middle_take_only_themselves_away(panel, session, found):
    names = words(panel)
    study = next(s for s in found.series if s.description == "Head").study_uid
    session.library.remove_study(study)
    assert words(panel) == [w for w in names if w != "Head" and "two" not in w]


def test_a_thousand_series_cost_no_more_than_those_in_sight(qtbot, session, found, monkeypatch):
    one = found.series[0]
    many = tuple(replace(one, key=f"{one.key}.{n}") for n in range(1000))
    painted = []
    paint = SeriesDelegate.paint

    def counted(self, painter, option, index):
        painted.append(index.row())
        paint(self, painter, option, index)

    monkeypatch.setattr(SeriesDelegate, "paint", counted)
    panel = SeriesPanel(session)
    qtbot.addWidget(panel)
    panel.resize(260, 700)
    session.library.add(ScanResult(many, ()))
    panel.show()
    qtbot.waitUntil(lambda: bool(painted))
    assert len(panel.model.series) == 1000
    assert len(set(painted)) < 30


def test_thumbnails_are_drawn_in_the_rows(panel, session, qtbot):
    index = index_of(panel, "Head")
    key = index.data(Role.ROW).series.key
    before = np.asarray(panel.list.grab().toImage().constBits()).copy()
    picture = np.full((8, 16), 255, np.uint8)
    session.opening._thumbnails[key] = picture
    session.opening.thumbnail_ready.emit(key)
    after = np.asarray(panel.list.grab().toImage().constBits())
    assert (before != after).sum() > 1000
    assert isinstance(index.data(Role.ROW), SeriesRow)
