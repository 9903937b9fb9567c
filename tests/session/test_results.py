from dataclasses import replace

from tests.session.findings import finding, result
from viewer.session.history import History
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
