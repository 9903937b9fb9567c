"""The window as a person uses it: real files, a real worker, mouse and keys."""

from __future__ import annotations

import multiprocessing
import time

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QWheelEvent
from PySide6.QtWidgets import QMenu, QWidget

from ai.worker import Worker
from tests.ai.samples import (
    MARKER_HU,
    STACKS,
    document,
    make_package,
    marker_engine_runner,
    marker_phantom,
    marker_places,
)
from tests.ui.conftest import pixels, press, settle, texts
from tests.ui.runners import endless_runner
from viewer import DISCLAIMER
from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation
from viewer.imaging.voi import Window
from viewer.imaging.volume import Volume
from viewer.ui.actions import ActionId as A
from viewer.ui.layouts import LayoutName, ViewKind
from viewer.ui.main_window import MainWindow

SLICES = (LayoutName.AXIAL, LayoutName.CORONAL, LayoutName.SAGITTAL)


@pytest.fixture
def analyzed(qtbot, opened) -> MainWindow:
    """A window with the series analysed by pressing the button, answered at once."""
    button = opened.analysis_panel.run_box.analyze_button
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened.session.results.result is not None, timeout=60_000)
    settle(qtbot)
    return opened


def test_open_scroll_window_analyze_and_jump_to_a_finding(qtbot, make_window, folder):
    window = make_window(folder, worker=Worker(marker_engine_runner))
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    axial = window.panes.slices[LayoutName.AXIAL]
    center = QPointF(axial.rect().center())

    before = axial.index
    axial.wheelEvent(
        QWheelEvent(
            center,
            axial.mapToGlobal(center),
            QPoint(),
            QPoint(0, -240),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
    )
    assert axial.index == before + 2

    window.session.display.set_window(Window(40, 256))
    start = center.toPoint()
    qtbot.mousePress(axial.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(axial.viewport(), start + QPoint(50, 10))
    qtbot.mouseRelease(axial.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(50, 10))
    assert window.session.display.window == Window(50, 306)

    run_box = window.analysis_panel.run_box
    assert run_box.analyze_button.isEnabled()
    qtbot.mouseClick(run_box.analyze_button, Qt.MouseButton.LeftButton)
    assert run_box.cancel_button.isVisible()
    qtbot.waitUntil(lambda: window.session.results.result is not None, timeout=60_000)
    assert not run_box.cancel_button.isVisible()

    table = window.analysis_panel.findings_box.table
    assert table.rowCount() == 2  # the third one lies below the operating point
    place = marker_places(STACKS["axial"])[1]
    row = table.visualItemRect(table.item(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    np.testing.assert_allclose(window.session.display.cursor, place, atol=0.01)
    for name in SLICES:
        view = window.panes.slices[name]
        distance = abs(view.placement.plane.distance_mm(place))
        assert distance <= view.stack.spacing_mm / 2 + 1e-6
        assert view.rect().contains(view.placement.position_of(place).toPoint())
    assert [f[2] for f in window.panes.volume.findings] == [False, True]


def test_the_heatmap_lies_on_the_finding_in_all_three_views(qtbot, analyzed):
    window = analyzed
    window.session.jump_to_neighbour(1)
    window.panes.change_options(crosshair=False, texts=False)
    settle(qtbot)
    with_heatmap = {n: pixels(window.panes.slices[n]).astype(int) for n in SLICES}
    press(qtbot, window, "B")
    for name in SLICES:
        view = window.panes.slices[name]
        changed = np.abs(with_heatmap[name] - pixels(view)).max(axis=2) > 30
        rows, columns = np.nonzero(changed)
        at = view.placement.position_of(marker_places(STACKS["axial"])[0])
        tolerance = 1.5 * view.placement.pixels_per_mm
        assert columns.mean() == pytest.approx(at.x(), abs=tolerance)
        assert rows.mean() == pytest.approx(at.y(), abs=tolerance)


def test_the_threshold_decides_what_is_listed_without_another_run(qtbot, analyzed):
    box = analyzed.analysis_panel.findings_box
    box.threshold.slider.setValue(200)
    assert box.table.rowCount() == 3
    box.threshold.slider.setValue(850)
    assert box.table.rowCount() == 1
    box.threshold.slider.setValue(950)
    assert box.table.rowCount() == 0
    assert "No markers above 95 % found" in box.summary
    assert "normal" not in box.summary.lower()


def test_n_and_shift_n_go_through_the_findings(qtbot, analyzed):
    chosen = []
    for key in ("N", "N", "Shift+N"):
        press(qtbot, analyzed, key)
        chosen.append(analyzed.session.results.selected.id)
    assert chosen == [1, 2, 1]


def test_a_dismissed_finding_can_be_brought_back(qtbot, analyzed):
    press(qtbot, analyzed, "N")
    press(qtbot, analyzed, "Del")
    assert analyzed.analysis_panel.findings_box.table.rowCount() == 1
    assert analyzed.actions_[A.UNDO].text() == "Undo Dismiss finding 1"
    press(qtbot, analyzed, "Ctrl+Z")
    assert analyzed.analysis_panel.findings_box.table.rowCount() == 2


def test_the_value_under_the_pointer_is_shown_for_image_and_heatmap(qtbot, analyzed):
    analyzed.session.jump_to_neighbour(1)
    settle(qtbot)
    view = analyzed.panes.slices[LayoutName.AXIAL]
    at = view.placement.position_of(marker_places(STACKS["axial"])[0]).toPoint()
    qtbot.mouseMove(view.viewport(), at + QPoint(1, 0))
    assert f"{MARKER_HU} HU" in texts(analyzed)
    bar = analyzed.analysis_panel.overlay_box.findChild(QWidget, "color_bar")
    assert bar.value == pytest.approx(1.0)


def test_cancel_ends_the_run_at_once_and_leaves_nothing_running(qtbot, make_window, folder):
    window = make_window(folder, worker=Worker(endless_runner))
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    run_box = window.analysis_panel.run_box
    qtbot.mouseClick(run_box.analyze_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: window.analysis.progress is not None and window.analysis.progress.fraction,
        timeout=60_000,
    )
    began = time.monotonic()
    qtbot.mouseClick(run_box.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.analysis.progress is None, timeout=5_000)
    assert time.monotonic() - began < 2.0
    assert window.session.results.result is None
    assert not window.banner.isVisible()
    assert run_box.analyze_button.isEnabled()
    window.close()
    assert multiprocessing.active_children() == []
    assert window.session.jobs.unfinished == 0


def test_closing_the_window_during_a_run_ends_the_worker(qtbot, make_window, folder):
    window = make_window(folder, worker=Worker(endless_runner))
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    window.analysis.start()
    window.close()
    assert multiprocessing.active_children() == []


def test_a_damaged_file_is_reported_and_the_rest_opens(qtbot, make_window, folder):
    whole = next(folder.glob("*.dcm")).read_bytes()
    (folder / "cut.dcm").write_bytes(whole[: len(whole) // 20])
    (folder / "readme.txt").write_text("not an image")
    window = make_window(folder)
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    window.show_report()
    left_out = window.report_panel.skipped
    assert {"cut.dcm", "readme.txt"} <= left_out.keys()
    assert all(left_out.values())
    assert window.session.display.volume is not None


def test_the_empty_window_says_what_to_do_and_why_nothing_can_be_analysed(make_window):
    window = make_window()
    shown = texts(window)
    assert "Drop a folder" in shown
    assert window.analysis_panel.run_box.why == "Open a series first."
    assert not window.analysis_panel.run_box.analyze_button.isEnabled()


def test_a_series_outside_the_contract_cannot_be_analysed_and_the_panel_says_why(
    qtbot, make_window, tmp_path
):
    thick = Geometry(np.diag([0.7, 0.7, 8.0, 1.0]), (12, 40, 40))
    write_ct(
        Volume(np.zeros(thick.shape, np.int16), thick), tmp_path / "thick", CtSeries(uid_seed="t")
    )
    window = make_window(tmp_path / "thick")
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    run_box = window.analysis_panel.run_box
    assert not run_box.analyze_button.isEnabled()
    assert "8" in run_box.why
    assert "mm" in run_box.why


def test_a_broken_model_is_listed_with_its_error_and_cannot_be_chosen(qtbot, make_window, tmp_path):
    (tmp_path / "models" / "broken").mkdir()
    (tmp_path / "models" / "broken" / "model.json").write_text("{}")
    window = make_window()
    entries = window.analysis_panel.run_box.entries
    rows = {entries.item(n).text(): entries.item(n) for n in range(entries.rowCount())}
    assert set(rows) == {"Markers in CT  1.0.0", "broken  (broken)"}
    assert not rows["broken  (broken)"].isEnabled()
    assert "model.json" in rows["broken  (broken)"].toolTip()
    assert window.analysis.model.id == "marker-ct"


def test_a_folder_without_images_is_said_in_a_banner_with_a_remedy(qtbot, make_window, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("nothing here")
    window = make_window(tmp_path / "empty")
    qtbot.waitUntil(window.banner.isVisible, timeout=10_000)
    assert "empty" in window.banner.text
    assert "report" in window.banner.text


def test_a_dropped_folder_is_opened(qtbot, make_window, folder):
    window = make_window()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    window.dropEvent(
        QDropEvent(
            QPointF(10, 10),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)


def test_number_keys_set_the_presets_and_zero_the_automatic_window(qtbot, opened):
    press(qtbot, opened, "1")
    assert opened.session.display.window == Window(-600, 1500, "Lung")
    press(qtbot, opened, "2")
    assert opened.session.display.window == Window(50, 350, "Mediastinum")
    press(qtbot, opened, "0")
    assert opened.session.display.window.name == "Auto"


def test_keys_walk_through_the_slices_and_the_views(qtbot, opened):
    axial = opened.panes.slices[LayoutName.AXIAL]
    before = axial.index
    press(qtbot, opened, "Down")
    assert axial.index == before + 1
    press(qtbot, opened, "Up")
    press(qtbot, opened, "PgDown")
    assert axial.index == min(before + 10, axial.stack.count - 1)
    press(qtbot, opened, "Home")
    assert axial.index == 0
    press(qtbot, opened, "End")
    assert axial.index == axial.stack.count - 1
    press(qtbot, opened, "Left")
    assert opened.panes.active.kind is ViewKind.SAGITTAL
    press(qtbot, opened, "Right")
    assert opened.panes.active.kind is ViewKind.AXIAL


def test_space_brings_everything_back(qtbot, opened):
    axial = opened.panes.slices[LayoutName.AXIAL]
    first = opened.session.display.window
    for key in ("R", "H", "V", "I", "1"):
        press(qtbot, opened, key)
    axial.zoom(3.0, QPointF(10, 10))
    assert axial.placement.letters != ("R", "L", "A", "P")
    press(qtbot, opened, "Space")
    assert axial.placement.letters == ("R", "L", "A", "P")
    assert axial.camera.zoom == 1.0
    assert opened.session.display.window == first
    assert not opened.session.display.inverted
    assert not opened.actions_[A.INVERT].isChecked()


def test_double_click_maximises_a_view_and_puts_it_back(qtbot, opened):
    axial = opened.panes.slices[LayoutName.AXIAL]
    others = [p.view for p in opened.panes.grid.panes if p.kind is not ViewKind.AXIAL]
    qtbot.mouseDClick(axial.viewport(), Qt.MouseButton.LeftButton)
    settle(qtbot)
    assert axial.isVisible()
    assert not any(view.isVisible() for view in others)
    assert axial.width() > 0.97 * opened.panes.grid.width()
    assert axial.height() > 0.97 * opened.panes.grid.height()
    qtbot.mouseDClick(axial.viewport(), Qt.MouseButton.LeftButton)
    assert all(view.isVisible() for view in others)


def test_shift_and_move_link_all_views(qtbot, opened):
    axial = opened.panes.slices[LayoutName.AXIAL]
    place = marker_places(STACKS["axial"])[2]
    at = axial.placement.position_of(place)
    axial.mouse.move(Qt.KeyboardModifier.ShiftModifier, at)
    for name, lps_axis in ((LayoutName.SAGITTAL, 0), (LayoutName.CORONAL, 1)):
        view = opened.panes.slices[name]
        assert opened.session.display.cursor[lps_axis] == pytest.approx(place[lps_axis], abs=0.01)
        assert view.index == view.stack.index_of(opened.session.display.cursor)


def test_cine_plays_and_stops(qtbot, opened):
    axial = opened.panes.slices[LayoutName.AXIAL]
    before = axial.index
    press(qtbot, opened, "C")
    qtbot.waitUntil(lambda: axial.index != before, timeout=3000)
    press(qtbot, opened, "C")
    assert not opened.panes.cine.is_running


def test_patients_names_are_hidden_until_asked_for_and_never_remembered(qtbot, opened, tmp_path):
    assert "Sally" not in texts(opened)
    assert "Sally" not in opened.windowTitle()
    opened.actions_[A.PATIENT_NAMES].setChecked(True)
    settle(qtbot)
    assert "Secret Sally" in texts(opened)
    opened.close()
    remembered = (tmp_path / "settings.ini").read_text()
    assert "Sally" not in remembered
    assert "patient_names" not in remembered


def test_the_disclaimer_is_always_in_sight(opened):
    assert DISCLAIMER in texts(opened)


def test_every_action_can_be_found_in_a_menu(opened):
    def entries(menu: QMenu):
        for action in menu.actions():
            submenu = action.menu()
            yield from entries(submenu) if submenu is not None else [action]

    listed = {a.objectName() for m in opened.menuBar().actions() for a in entries(m.menu())}
    assert {a.objectName() for a in opened.actions_} <= listed


def test_every_disabled_action_says_why(make_window):
    window = make_window()
    disabled = [a for a in window.actions_ if not a.isEnabled()]
    assert len(disabled) > 10
    for action in disabled:
        assert action.toolTip().endswith("."), action.objectName()


def test_no_two_actions_share_a_key(opened):
    keys = [
        shortcut.toString()
        for action in [*opened.actions_, *opened.windows.preset_actions]
        for shortcut in action.shortcuts()
    ]
    assert len(keys) == len(set(keys))


def test_the_window_comes_back_as_it_was_left(qtbot, make_window):
    first = make_window()
    first.actions_[A.CROSSHAIR].setChecked(False)
    first.actions_[A.SIDE_PANEL].setChecked(False)
    first.actions_[A.LAYOUT_CORONAL].trigger()
    first.close()
    second = make_window()
    assert not second.panes.options.crosshair
    assert not second.actions_[A.CROSSHAIR].isChecked()
    assert not second.analysis_panel.isVisible()
    assert second.series_panel.isVisible()
    assert second.panes.layout_name is LayoutName.CORONAL
    assert second.actions_[A.LAYOUT_CORONAL].isChecked()


def test_a_single_slice_gets_one_view_and_a_volume_all_four(qtbot, make_window, folder, tmp_path):
    (tmp_path / "single").mkdir()
    first = sorted(folder.glob("*.dcm"))[0]
    (tmp_path / "single" / "slice.dcm").write_bytes(first.read_bytes())
    window = make_window(tmp_path / "single")
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    assert window.panes.layout_name is LayoutName.AXIAL
    assert window.actions_[A.LAYOUT_FOUR].toolTip() == "The series is a single image."
    window.open([folder])
    qtbot.waitUntil(
        lambda: window.session.is_complete and window.session.active.shape[0] > 1, timeout=20_000
    )
    assert window.panes.layout_name is LayoutName.FOUR


def test_closing_all_brings_the_empty_window_back(qtbot, opened):
    opened.actions_[A.CLOSE_ALL].trigger()
    settle(qtbot)
    assert "Drop a folder" in texts(opened)
    assert opened.series_panel.model.rowCount() == 0
    assert not opened.actions_[A.INVERT].isEnabled()


def test_the_views_agree_with_the_file_after_switching_series(qtbot, opened, tmp_path):
    image = marker_phantom(STACKS["reversed"])
    volume = Volume(image.voxels, Geometry(image.affine, image.voxels.shape))
    write_ct(volume, tmp_path / "other", CtSeries(uid_seed="other", series_description="Other"))
    opened.open([tmp_path / "other"])
    panel = opened.series_panel
    qtbot.waitUntil(lambda: len(panel.model.series) == 2, timeout=20_000)
    for series in panel.model.series:
        row = panel.list.visualRect(panel.model.index_of(series.key))
        qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
        qtbot.waitUntil(lambda: opened.session.is_complete, timeout=20_000)
        assert opened.session.active.key == series.key
    place = marker_places(STACKS["reversed"])[0]
    assert opened.session.display.volume.value_at(place) == MARKER_HU
    assert opened.panes.slices[LayoutName.AXIAL].stack is opened.session.display.stack(
        Orientation.AXIAL
    )


def test_the_training_window_opens_from_the_menu_and_closes_with_the_main_one(qtbot, make_window):
    window = make_window()
    assert "Train a Model…" in [
        action.text()
        for entry in window.menuBar().actions()
        if entry.text() == "&Analysis"
        for action in entry.menu().actions()
    ]
    window.actions_[A.TRAIN].trigger()
    training = window.training.window
    assert training.isVisible()
    window.close()
    assert not training.isVisible()


def test_the_model_turns_to_one_that_accepts_the_series(qtbot, make_window, folder, tmp_path):
    window = make_window()
    contract = {**document()["input"], "modality": ["MR"]}
    make_package(tmp_path / "models", id="a-model-of-mr", input=contract)
    window.analysis.refresh()
    qtbot.waitUntil(lambda: len(window.analysis.choices) == 2, timeout=20_000)
    window.analysis.choose("a-model-of-mr")
    window.session.open([folder])
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    assert window.analysis.model.id == "marker-ct"
    assert window.analysis.refusal == ""
