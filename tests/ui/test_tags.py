"""The tag browser, as a person uses it."""

from __future__ import annotations

import pydicom
import pytest
from PIL import Image
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QApplication

from tests.dicom.synthetic import along_z, item, save
from tests.ui.conftest import settle
from viewer.imaging.plane import Orientation
from viewer.ui.actions import ActionId as A
from viewer.ui.tags.model import Column
from viewer.ui.tags.window import TagsWindow


@pytest.fixture
def tags(qtbot, opened) -> TagsWindow:
    opened.actions_[A.TAGS].trigger()
    window = opened.show_tags()
    whole(qtbot, window)
    return window


def whole(qtbot, window: TagsWindow) -> None:
    """Wait until all files have been compared."""
    qtbot.waitUntil(
        lambda: bool(window.model.table.places) and window.model.table.files == window._files,
        timeout=20_000,
    )


def rows(window: TagsWindow) -> dict[str, QModelIndex]:
    """What is shown, by name, inside sequences too."""
    found = {}

    def visit(parent: QModelIndex) -> None:
        for row in range(window.found.rowCount(parent)):
            index = window.found.index(row, 0, parent)
            found[index.siblingAtColumn(Column.NAME).data()] = index
            visit(index)

    visit(QModelIndex())
    return found


def value(window: TagsWindow, name: str, column: Column = Column.VALUE) -> str:
    return rows(window)[name].siblingAtColumn(column).data()


def test_all_attributes_of_the_slice_in_view_are_there(tags, opened):
    series = opened.session.active
    file = tags._files[tags.model.file]
    dataset = pydicom.dcmread(file.path, stop_before_pixels=True)
    assert {int(t) for t in dataset.keys()} <= {p[0] for p in tags.model.table.places}  # noqa: SIM118
    assert value(tags, "PatientName") == "Secret^Sally"
    assert value(tags, "SOPInstanceUID") == dataset.SOPInstanceUID
    shown = opened.session.display.stack(Orientation.AXIAL).index_of(opened.session.display.cursor)
    assert 0 <= shown < series.shape[0]
    assert file.path.name in tags._where.text()


def test_another_slice_shows_its_own_values(qtbot, tags, opened):
    before = value(tags, "ImagePositionPatient")
    opened.session.display.scroll(Orientation.AXIAL, 3)
    settle(qtbot)
    after = value(tags, "ImagePositionPatient")
    assert before != after
    z = float(after.split("\\")[2])
    assert z == pytest.approx(opened.session.display.cursor[2], abs=0.6)


def test_what_varies_is_marked_and_can_be_shown_alone(tags, opened):
    count = opened.session.active.shape[0]
    assert value(tags, "InstanceNumber", Column.DIFFERS) == f"varies: {count} values"
    assert value(tags, "Modality", Column.DIFFERS) == ""
    tags.only_varying.setChecked(True)
    assert "InstanceNumber" in rows(tags)
    assert "Modality" not in rows(tags)
    assert "varies" not in tags._state.text()
    assert "vary" in tags._state.text()


def test_a_search_finds_by_tag_keyword_and_representation(tags):
    for words in (
        "(0020,0032)",
        "00200032",
        "0020,0032",
        "imagepos",
        "position ds",
        "IMAGE DS PAT",
    ):
        tags.search.setText(words)
        assert "ImagePositionPatient" in rows(tags), words
        assert "Modality" not in rows(tags)


def test_a_search_finds_by_value_and_within_sequences(qtbot, make_window, tmp_path):
    files = along_z([0, 1, 2])
    for one in files:
        one.SourceImageSequence = [item(PurposeOfReferenceCodeSequence=[item(CodeValue="NEEDLE")])]
    window = make_window(save(files, tmp_path / "in"))
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    tags = window.show_tags()
    whole(qtbot, tags)
    tags.search.setText("needle")
    found = rows(tags)
    assert set(found) == {
        "SourceImageSequence", "Item 1", "PurposeOfReferenceCodeSequence", "CodeValue",
    }  # fmt: skip
    assert tags.tree.isExpanded(found["SourceImageSequence"])


def test_the_values_of_all_slices_are_listed_and_lead_to_their_slices(qtbot, tags, opened):
    tags.tree.setCurrentIndex(rows(tags)["Modality"])
    assert not tags.table.isVisible()
    tags.tree.setCurrentIndex(rows(tags)["ImagePositionPatient"])
    assert tags.table.isVisible()
    assert tags.values.rowCount() == opened.session.active.shape[0]
    tags.table.doubleClicked.emit(tags.values.index(2, 1))
    settle(qtbot)
    assert value(tags, "ImagePositionPatient") == tags.values.index(2, 1).data()


def test_cells_rows_and_all_values_are_copied(tags):
    clipboard = QApplication.clipboard()
    index = rows(tags)["InstanceNumber"]
    tags.tree.setFocus()
    tags.tree.setCurrentIndex(index.siblingAtColumn(Column.NAME))
    tags.copy_cell()
    assert clipboard.text() == "InstanceNumber"
    tags.copy_row()
    number = value(tags, "InstanceNumber")
    assert clipboard.text() == f"(0020,0013)\tInstanceNumber\tIS\t{number}"
    tags.copy_values()
    lines = clipboard.text().splitlines()
    assert len(lines) == len(tags._files)
    assert lines[0] == f"{tags._files[0].path.name}\t{tags.model.table.value((0x00200013,), 0)}"


def test_the_window_follows_another_series(qtbot, tags, opened, tmp_path):
    opened.open([save(along_z([0, 1]), tmp_path / "other")])
    other = lambda: next((s for s in opened.session.library.series if s.shape[0] == 2), None)  # noqa: E731
    qtbot.waitUntil(lambda: other() is not None, timeout=20_000)
    opened.session.activate(other())
    whole(qtbot, tags)
    assert len(tags.model.table.files) == 2
    assert value(tags, "PatientName") != "Secret^Sally"


def test_pictures_have_no_tags_and_the_action_says_so(qtbot, make_window, tmp_path):
    window = make_window()
    assert window.actions_[A.TAGS].toolTip() == "Open a series first."
    Image.new("L", (32, 32)).save(tmp_path / "a.png")
    window.open([tmp_path / "a.png"])
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    settle(qtbot)
    assert not window.actions_[A.TAGS].isEnabled()
    assert "not DICOM" in window.actions_[A.TAGS].toolTip()
