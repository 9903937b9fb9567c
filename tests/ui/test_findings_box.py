import pytest

from tests.session.findings import finding, result
from viewer.session.session import Session
from viewer.ui.findings_box import FindingsBox

RATING, LABEL = 4, 5


@pytest.fixture
def box_of(qtbot):
    def make(*findings) -> FindingsBox:
        session = Session(lambda call: call())
        box = FindingsBox(session)
        qtbot.addWidget(box)
        session.results.switch("a")
        session.results.put("a", result(*findings))
        return box

    return make


def test_a_rating_is_shown_and_said_to_be_no_diagnosis(box_of):
    box = box_of(finding(1, 0.9, rating=3.96), finding(2, 0.8))
    table = box.table

    assert not table.isColumnHidden(RATING)
    assert [table.item(row, RATING).text() for row in range(2)] == ["4.0", ""]
    assert "Not a diagnosis" in table.horizontalHeaderItem(RATING).toolTip()
    assert "4.0 of 5 (no diagnosis)" in table.item(0, 0).toolTip()
    assert "of 5" not in table.item(1, 0).toolTip()


def test_a_model_that_rates_nothing_has_no_column_for_it(box_of):
    assert box_of(finding(1, 0.9)).table.isColumnHidden(RATING)


def test_labels_are_named_where_there_are_several(box_of):
    assert box_of(finding(1, 0.9), finding(2, 0.8)).table.isColumnHidden(LABEL)
    liver, spleen = (
        finding(n, 0.9).model_copy(update={"label": name})
        for n, name in enumerate(("liver", "spleen"), start=1)
    )
    box = box_of(liver, spleen)
    assert not box.table.isColumnHidden(LABEL)
    assert [box.table.item(row, LABEL).text() for row in range(2)] == ["liver", "spleen"]
