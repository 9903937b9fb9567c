"""Segments exported from the window and taken up again."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from viewer.ui.actions import ActionId as A


@pytest.mark.parametrize("end", [".nii.gz", ".dcm"])
def test_what_was_exported_comes_back_to_be_edited(qtbot, opened, tmp_path, monkeypatch, end):
    session, key = opened.session, opened.session.active.key
    action = opened.actions_[A.EXPORT_SEGMENTS]
    assert "Make a segment first" in action.toolTip()
    opened.segmenting.set(low=500.0, high=30_000.0)
    opened.actions_[A.SEGMENT_THRESHOLD].trigger()
    qtbot.waitUntil(action.isEnabled, timeout=10_000)
    qtbot.waitUntil(lambda: session.segmentations.of(key).labels.any(), timeout=10_000)
    labels = session.segmentations.of(key).labels.copy()
    path = tmp_path / f"mine{end}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    action.trigger()
    qtbot.waitUntil(lambda: path.name in opened.banner.text, timeout=20_000)
    opened.actions_[A.SEGMENT_REMOVE].trigger()
    opened.actions_[A.IMPORT_SEGMENTS].trigger()
    qtbot.waitUntil(lambda: session.segmentations.of(key).labels.any(), timeout=20_000)
    assert np.array_equal(session.segmentations.of(key).labels, labels)
    assert opened.actions_[A.UNDO].text() == "Undo Import 1 segment"
