from dataclasses import replace

import numpy as np
import pytest

from tests.session.findings import finding, result
from viewer.session.history import History
from viewer.session.marks import Mark
from viewer.session.results import Results


def results_of(*findings, key="a") -> Results:
    results = Results()
    results.switch(key)
    results.put(key, result(*findings))
    return results


def ids(results: Results) -> list[int]:
    return [f.id for f in results.shown]


def test_findings_below_the_operating_point_are_hidden_until_the_threshold_moves():
    results = results_of(finding(1, 0.9), finding(2, 0.4), finding(3, 0.15))
    assert ids(results) == [1]
    results.set_threshold(0.3)
    assert ids(results) == [1, 2]
    results.set_threshold(0.0)
    assert results.threshold == 0.1  # the model reports nothing below
    assert ids(results) == [1, 2, 3]


def test_next_and_previous_go_round_the_list():
    results = results_of(finding(1, 0.9), finding(2, 0.8), finding(3, 0.7))
    order = []
    for step in (1, 1, 1, 1, -1, -1):
        results.select(results.neighbour(step).id)
        order.append(results.selected.id)
    assert order == [1, 2, 3, 1, 3, 2]


def test_there_is_no_neighbour_without_findings():
    assert results_of().neighbour(1) is None


def test_a_selected_finding_that_is_hidden_is_no_longer_selected():
    results = results_of(finding(1, 0.9), finding(2, 0.6))
    results.select(2)
    changes = []
    results.selection_changed.connect(lambda: changes.append(results.selected))
    results.set_threshold(0.8)
    assert changes == [None]


def test_a_dismissed_finding_comes_back_with_undo():
    results, history = results_of(finding(1, 0.9), finding(2, 0.6)), History()
    history.run(results.dismissal(results.shown[0]))
    assert ids(results) == [2]
    assert history.undo_label == "Dismiss finding 1"
    history.undo()
    assert ids(results) == [1, 2]
    history.redo()
    assert ids(results) == [2]


def test_each_series_keeps_its_own_result_threshold_and_selection():
    results = results_of(finding(1, 0.9), finding(2, 0.6))
    results.select(2)
    results.set_threshold(0.55)
    results.switch("b")
    assert results.result is None
    assert results.shown == ()
    results.switch("a")
    assert results.threshold == 0.55
    assert results.selected.id == 2


def test_a_result_that_comes_for_another_series_waits_for_it():
    results = results_of(finding(1, 0.9))
    results.put("b", result(finding(7, 0.9)))
    assert ids(results) == [1]
    assert [f.id for f in results.of("b").shown] == [7]
    results.switch("b")
    assert ids(results) == [7]


def test_the_style_of_the_overlay_is_the_same_for_all_series():
    results = results_of(finding(1, 0.9))
    results.set_overlay(replace(results.overlay, opacity=0.2))
    results.show_overlay(False)
    results.switch("b")
    assert (results.overlay.opacity, results.overlay.visible) == (0.2, False)


def test_what_the_reader_says_of_a_finding_is_undone_step_by_step():
    results, history = results_of(finding(1, 0.9), finding(2, 0.6)), History()
    first = results.shown[0]
    history.run(results.marking(first, Mark(accepted=True), "Accept"))
    history.run(results.marking(first, Mark(accepted=True, comment="solid"), "Comment on"))
    assert results.review.mark(1) == Mark(accepted=True, comment="solid")
    assert history.undo_label == "Comment on finding 1"
    history.undo()
    assert results.review.mark(1) == Mark(accepted=True)
    results.set_threshold(0.2)
    history.undo()
    assert results.review.marks == {}
    assert results.threshold == 0.2  # no matter of the reader's marks
    history.redo()
    assert results.review.mark(1).accepted


def test_a_box_that_the_reader_draws_takes_the_place_of_the_models():
    results, history = results_of(finding(1, 0.9, rating=4.0)), History()
    box = ((-4.0, 0.0, 10.0), (8.0, 6.0, 20.0))
    history.run(results.marking(results.shown[0], Mark(box_lps_mm=box), "Redraw"))
    (shown,) = results.shown
    assert shown.box_lps_mm == box
    assert shown.center_lps_mm == (2.0, 3.0, 15.0)
    assert shown.diameters_mm == (12.0, 6.0)
    assert shown.volume_ml == pytest.approx(np.pi / 6 * 0.72)
    assert shown.malignancy_rating is None  # the model said it of another outline
    assert shown.probability == 0.9
    history.undo()
    assert results.shown[0].malignancy_rating == 4.0


def test_a_box_that_is_being_drawn_is_shown_and_not_remembered():
    results, history = results_of(finding(1, 0.9)), History()
    results.select(1)
    changes = []
    results.selection_changed.connect(lambda: changes.append(results.selected.center_lps_mm))
    results.preview(results.shown[0], Mark(box_lps_mm=((0, 0, 0), (2.0, 2.0, 2.0))))
    assert changes == [(1.0, 1.0, 1.0)]
    assert history.undo_label is None
