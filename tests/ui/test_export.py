"""The export dialog, as a person uses it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import nibabel
import numpy as np
import pydicom
import pytest
from PIL import Image

from tests.ui.conftest import settle
from viewer.imaging.plane import Orientation
from viewer.imaging.slab import Projection, Slab
from viewer.imaging.volume import Volume
from viewer.ui.actions import ActionId as A
from viewer.ui.export.dialog import ExportDialog
from viewer.ui.export.screen import draw_view, draw_window
from viewer.ui.layouts import LayoutName

VIEW, WINDOW, SLICES, FILM, VOLUME, DICOM = range(6)


@pytest.fixture
def out(tmp_path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def dialog(qtbot, opened, out) -> ExportDialog:
    opened.actions_[A.EXPORT].trigger()
    found = opened.show_export()
    found.folder.setText(str(out))
    qtbot.waitUntil(found.isVisible)
    return found


def choose(dialog: ExportDialog, row: int, format_: str = "") -> None:
    dialog.kinds.setCurrentRow(row)
    if format_:
        box = dialog.page.format
        box.setCurrentIndex(
            [box.itemText(n).split(" ")[0] for n in range(box.count())].index(format_)
        )


def export(qtbot, dialog: ExportDialog) -> Path:
    with qtbot.waitSignal(dialog.exporter.done, timeout=20_000) as done:
        dialog.start_button.click()
    assert dialog.banner.isVisible()
    return done.args[0].path


def test_there_is_nothing_to_export_until_something_is_open(make_window):
    window = make_window()
    action = window.actions_[A.EXPORT]
    assert not action.isEnabled()
    assert action.toolTip() == "Nothing is open."


def test_the_action_opens_one_dialog(opened):
    assert opened.actions_[A.EXPORT].isEnabled()
    assert opened.show_export() is opened.show_export()


@pytest.mark.parametrize("row", [VIEW, WINDOW])
def test_what_is_on_the_screen_becomes_a_picture(qtbot, opened, dialog, row):
    shown = opened.panes.active.view if row == VIEW else opened
    for format_ in ("PNG", "JPEG", "TIFF"):
        choose(dialog, row, format_)
        dialog.page.scale.setCurrentIndex(1)
        with Image.open(export(qtbot, dialog)) as picture:
            assert picture.format == format_
            assert abs(picture.width - max(2 * shown.width(), 460)) <= 1
            assert picture.height > 2 * shown.height()
            assert len(np.unique(np.asarray(picture.convert("L")))) > 20


def test_pictures_leave_names_out_even_where_they_are_shown(qtbot, opened):
    hidden = [np.asarray(draw(opened)) for draw in (draw_view, draw_window)]
    opened.actions_[A.PATIENT_NAMES].setChecked(True)
    settle(qtbot)
    shown = opened.grab().toImage()
    again = [np.asarray(draw(opened)) for draw in (draw_view, draw_window)]
    np.testing.assert_array_equal(hidden[0], again[0])
    # Only the ticks of menus could differ in the window.
    assert (hidden[1] != again[1]).mean() < 1e-3
    assert opened.panes.options.patient_names
    settle(qtbot)
    assert opened.grab().toImage() == shown


def test_slices_become_pictures_in_a_new_folder(qtbot, opened, dialog):
    choose(dialog, SLICES)
    dialog.page.first.setValue(3)
    dialog.page.last.setValue(6)
    path = export(qtbot, dialog)
    assert sorted(p.name for p in path.iterdir()) == [f"{n:04}.png" for n in range(1, 5)]
    assert not dialog.start_button.isEnabled()  # the folder is there now
    assert "already" in dialog.start_button.toolTip()


def test_a_film_has_the_slices_of_the_view_at_the_speed_chosen(qtbot, opened, dialog):
    choose(dialog, FILM, "MP4")
    dialog.page.speed.setValue(8)
    path = export(qtbot, dialog)
    with av.open(str(path)) as container:
        frames = sum(1 for _ in container.decode(video=0))
        assert container.streams.video[0].average_rate == 8
    assert frames == opened.panes.active_slices.stack.count


def test_a_film_follows_orientation_and_window_of_the_view(qtbot, opened, dialog):
    choose(dialog, FILM)
    opened.panes.show_layout(LayoutName.CORONAL)
    opened.session.display.set_window(
        replace(opened.panes.active_slices.current_window(), width=77)
    )
    settle(qtbot)
    assert dialog.page.orientation.currentText() == "Coronal"
    assert dialog.page.last.value() == opened.panes.active_slices.stack.count
    assert "W 77" in dialog.page.note.text()
    assert dialog.page.order().look.voi.width == 77
    display, slab = opened.session.display, Slab(Projection.MAXIMUM, 9.0)
    display.set_slab(Orientation.CORONAL, slab)
    assert "9 mm" in dialog.page.note.text()
    assert dialog.page.order().look.slab == slab
    assert dialog.page.order().look.stack is display.stack(Orientation.CORONAL)
    display.set_colormap("inferno")
    assert "Inferno" in dialog.page.note.text()
    assert dialog.page.order().look.colormap == "inferno"
    assert dialog.page.order().look.over is None
    assert dialog.page.heatmap.toolTip() == "Analyze the series first."
    opened.analysis.start()
    qtbot.waitUntil(dialog.page.heatmap.isEnabled, timeout=20_000)
    dialog.page.heatmap.setChecked(True)
    assert dialog.page.order().look.heat.scores is opened.session.results.heatmap


@pytest.mark.parametrize(("format_", "end"), [("NIfTI", ".nii.gz"), ("NRRD", ".nrrd")])
def test_the_volume_becomes_a_file(qtbot, opened, dialog, format_, end):
    choose(dialog, VOLUME, format_)
    path = export(qtbot, dialog)
    assert path.name.endswith(end)
    if format_ == "NIfTI":
        values = np.asarray(nibabel.load(path).dataobj)
        np.testing.assert_array_equal(values.T, opened.session.display.volume.voxels)


def test_de_identified_files_do_not_know_the_name(qtbot, dialog, folder, tmp_path):
    choose(dialog, DICOM)
    dialog.page.patient.setText("Case 1")
    dialog.page.dates.setCurrentIndex(1)
    dialog.page.key.setText(str(tmp_path / "my.key"))
    path = export(qtbot, dialog)
    files = sorted(path.rglob("*.dcm"))
    assert len(files) == len(list(folder.iterdir()))
    assert str(pydicom.dcmread(files[0]).PatientName) == "Case 1"
    assert not any(b"ecret" in f.read_bytes() for f in path.rglob("*") if f.is_file())
    assert (tmp_path / "my.key").exists()


def test_a_file_is_replaced_only_when_the_button_says_so(qtbot, dialog, out):
    choose(dialog, VOLUME, "NRRD")
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, "mine")
    (out / "mine.nrrd").write_text("mine")
    dialog.start_button.click()  # the file came after the button had been drawn
    qtbot.waitUntil(lambda: "exists" in dialog.banner.text, timeout=20_000)
    assert (out / "mine.nrrd").read_text() == "mine"
    assert dialog.start_button.text() == "&Replace the File"
    path = export(qtbot, dialog)
    assert path.read_bytes().startswith(b"NRRD")


def test_a_name_that_leads_elsewhere_is_refused(qtbot, dialog):
    for name in ("a/b", "..", "a:b", ".hidden"):
        dialog.name.selectAll()
        qtbot.keyClicks(dialog.name, name)
        assert dialog.name.text() == name
        assert not dialog.start_button.isEnabled(), name
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, "mine")
    assert dialog.start_button.isEnabled()


def test_a_folder_that_is_not_there_is_refused(dialog, out):
    dialog.folder.setText(str(out / "nowhere"))
    assert dialog.start_button.toolTip() == "There is no such folder."


def test_what_is_not_whole_is_refused(dialog, opened, monkeypatch):
    monkeypatch.setattr(type(opened.session.display), "is_complete", False)
    for row in (SLICES, FILM, VOLUME):
        choose(dialog, row)
        assert "still being read" in dialog.start_button.toolTip()
    choose(dialog, VIEW)
    assert dialog.start_button.isEnabled()


def test_an_error_names_the_file_and_the_remedy(qtbot, dialog, tmp_path, out):
    (tmp_path / "letter.txt").write_text("Dear Sally")
    choose(dialog, DICOM)
    dialog.page.key.setText(str(tmp_path / "letter.txt"))
    with qtbot.waitSignal(dialog.exporter.failed, timeout=20_000):
        dialog.start_button.click()
    assert "letter.txt" in dialog.banner.text
    assert "another file" in dialog.banner.text
    assert list(out.iterdir()) == []
    assert dialog.start_button.isEnabled()


def test_stopping_leaves_nothing(qtbot, dialog, opened, out):
    choose(dialog, FILM, "GIF")
    volume = opened.session.display.volume
    many = np.repeat(volume.voxels, 20, axis=0)
    opened.session.display._volume = Volume(many, replace(volume.geometry, shape=many.shape))
    dialog.page.last.setMaximum(len(many))
    dialog.page.last.setValue(len(many))
    dialog.start_button.click()
    assert dialog.cancel_button.isVisible()
    assert not dialog.start_button.isVisible()
    dialog.cancel_button.click()
    assert dialog.start_button.isVisible()
    assert "Nothing was written" in dialog.banner.text
    qtbot.waitUntil(lambda: opened.session.jobs.unfinished == 0, timeout=20_000)
    assert list(out.iterdir()) == []


def test_a_dialog_that_was_closed_lets_the_window_tell(qtbot, dialog, opened):
    choose(dialog, VOLUME, "NRRD")
    with qtbot.waitSignal(dialog.exporter.done, timeout=20_000):
        dialog.start_button.click()
        dialog.hide()
    assert "Written" in opened.banner.text
    assert opened.banner.isVisible()
