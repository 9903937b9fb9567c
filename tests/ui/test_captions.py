import pytest

from viewer.dicom.series import StudyInfo
from viewer.imaging.plane import Orientation
from viewer.imaging.voi import VoiFunction, Window
from viewer.ui import captions


def test_the_patient_is_hidden_unless_asked_for():
    study = StudyInfo(patient_name="Doe^Jane", patient_id="4711", patient_birth_date="19500101")
    assert captions.patient(study, show_name=False) == "Name hidden"
    assert captions.patient(study, show_name=True) == "Doe Jane · 4711"


@pytest.mark.parametrize(
    ("number", "digits", "text"), [(-600, 0, "−600"), (-0.04, 1, "0.0"), (12.34, 1, "12.3")]
)
def test_numbers_have_a_true_minus_and_no_negative_zero(number, digits, text):
    assert captions.number(number, digits) == text


def test_a_window_is_named_by_width_and_level():
    assert captions.window_line(Window(-600, 1500)) == "W 1500  L −600"
    uptake = Window(3.5, 7, function=VoiFunction.LINEAR_EXACT)
    assert captions.window_line(uptake) == "W 7.0  L 3.5"


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (-812.0, "HU", "−812 HU"),
        (405.0, "", "405"),
        (0.25, "", "0.250"),
        (2.5, "SUVbw", "2.50 SUVbw"),
        (4999.6, "Bq/ml", "5000 Bq/ml"),
    ],
)
def test_values_have_their_unit_and_only_the_decimals_they_need(amount, unit, text):
    assert captions.value(amount, unit) == text


def test_a_position_names_its_axis():
    assert captions.position_line(Orientation.AXIAL, -12.345) == "S −12.3 mm"
    assert captions.position_line(Orientation.SAGITTAL, 4.0) == "L 4.0 mm"


@pytest.mark.parametrize(
    ("value", "text"), [(0.93, "93 %"), (1.0, "99.9 %"), (0.0, "0.1 %"), (0.996, "99.6 %")]
)
def test_a_probability_is_never_a_certainty(value, text):
    assert captions.probability(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [("20240131", "2024-01-31"), ("", ""), ("1998.04.02", "1998.04.02")]
)
def test_dates_are_readable_and_odd_ones_left_alone(value, text):
    assert captions.date(value) == text


def test_a_file_that_knows_no_patient_hides_no_name():
    for shown in (True, False):
        assert captions.patient(StudyInfo(description="folder"), show_name=shown) == "No name"
