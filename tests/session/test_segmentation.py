"""Segments of a series: painted, undone, renamed, deleted, taken over from others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from viewer.imaging.geometry import Geometry
from viewer.imaging.labels import LabelVolume, Segment
from viewer.imaging.segment.part import Part
from viewer.session.history import History
from viewer.session.segmentation import MOST, Segmentations, as_label_volume

GRID = Geometry(np.eye(4), (6, 10, 12))


def block(z=(1, 3), y=(2, 5), x=(3, 7)) -> Part:
    box = tuple(slice(*ends) for ends in (z, y, x))
    return Part(box, np.ones([s.stop - s.start for s in box], bool))


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def segmentations(history) -> Segmentations:
    made = Segmentations(history)
    made.add("a", GRID)
    return made


def labels(segmentations) -> np.ndarray:
    return segmentations.of("a").labels.copy()


def test_a_stroke_of_many_dabs_is_undone_at_once(segmentations, history):
    empty = labels(segmentations)
    for shift in range(4):
        segmentations.paint("a", block(x=(3 + shift, 6 + shift)))
    segmentations.end_stroke("Paint Segment 1")
    painted = labels(segmentations)
    assert np.array_equal(np.argwhere(painted).min(axis=0), (1, 2, 3))
    assert painted.sum() == 2 * 3 * 6
    assert history.undo_label == "Paint Segment 1"
    history.undo()
    assert np.array_equal(labels(segmentations), empty)
    history.redo()
    assert np.array_equal(labels(segmentations), painted)


def test_a_segment_does_not_take_voxels_of_another(segmentations):
    segmentations.paint("a", block())
    segmentations.end_stroke("Paint")
    segmentations.add("a", GRID)
    segmentations.paint("a", block(x=(5, 9)))
    segmentations.end_stroke("Paint")
    found = labels(segmentations)
    assert np.all(found[1:3, 2:5, 3:7] == 1)
    assert np.all(found[1:3, 2:5, 7:9] == 2)
    segmentations.paint("a", block(x=(3, 9)), erase=True)
    segmentations.end_stroke("Erase")
    assert np.all(labels(segmentations)[1:3, 2:5, 3:7] == 1)
    assert not np.any(labels(segmentations) == 2)


def test_a_stroke_that_changes_nothing_is_no_command(segmentations, history):
    segmentations.paint("a", block(), erase=True)
    segmentations.end_stroke("Erase")
    assert history.undo_label == "Add Segment 1"


def test_what_a_rule_finds_is_put_in_or_in_place(segmentations, history):
    segmentations.put("a", block(), "Threshold")
    assert labels(segmentations).sum() == 24
    smaller = Part(block().box, block().mask & (np.arange(4) < 2))
    segmentations.put("a", smaller, "Smooth", replace_segment=True)
    assert labels(segmentations).sum() == 12
    history.undo()
    assert labels(segmentations).sum() == 24


def test_segments_are_renamed_recoloured_and_deleted_with_their_voxels(segmentations, history):
    segmentations.paint("a", block())
    segmentations.end_stroke("Paint")
    (segment,) = segmentations.of("a").segments
    segmentations.change("a", replace(segment, name="Liver"), "Rename Segment 1")
    assert segmentations.of("a").find(1).name == "Liver"
    segmentations.remove("a", 1)
    assert segmentations.of("a").segments == ()
    assert not labels(segmentations).any()
    history.undo()
    assert segmentations.of("a").find(1).name == "Liver"
    assert labels(segmentations).sum() == 24
    history.undo()
    assert segmentations.of("a").find(1).name == "Segment 1"


def test_segments_of_others_are_taken_over_beside_ones_own(segmentations, history):
    segmentations.paint("a", block())
    segmentations.end_stroke("Paint")
    theirs = np.zeros(GRID.shape, np.uint16)
    theirs[1:3, 2:5, 5:10] = 7
    theirs[5, 5, 5] = 300
    found = LabelVolume(theirs, GRID, (Segment(7, "Nodule"), Segment(300, "Cyst", color=(1, 2, 3))))
    segmentations.adopt("a", found, "Import 2 segments")
    mine = labels(segmentations)
    assert [s.name for s in segmentations.of("a").segments] == ["Segment 1", "Nodule", "Cyst"]
    assert np.all(mine[1:3, 2:5, 3:7] == 1)
    assert np.all(mine[1:3, 2:5, 7:10] == 2)
    assert mine[5, 5, 5] == 3
    assert segmentations.of("a").find(3).color == (1, 2, 3)
    history.undo()
    assert [s.name for s in segmentations.of("a").segments] == ["Segment 1"]
    assert set(np.unique(labels(segmentations))) == {0, 1}


def test_there_is_an_end_to_the_numbers(segmentations):
    for _ in range(MOST - 1):
        assert segmentations.add("a", GRID) is not None
    assert segmentations.add("a", GRID) is None


def test_labels_cannot_be_written_past_the_history(segmentations):
    with pytest.raises(ValueError, match="read-only"):
        segmentations.of("a").labels[0, 0, 0] = 1
    copy = as_label_volume(segmentations.of("a"))
    segmentations.put("a", block(), "Threshold")
    assert not copy.labels.any()
