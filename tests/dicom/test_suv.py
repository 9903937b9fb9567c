"""Uptake in PET: SUV by body weight from a digital reference object of known activity (rule 28).

The object is a body of 1 kg/l that holds the dose evenly: its SUV is 1 everywhere. What each way of
correcting for decay stores for it follows from the law of decay alone.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import PositronEmissionTomographyImageStorage, SecondaryCaptureImageStorage

from tests.dicom.synthetic import codes, image, item, only_series, volume_of
from viewer.dicom.series import Series
from viewer.dicom.thumbnail import thumbnail

HALF_LIFE_S, DOSE_BQ, WEIGHT_KG = 6586.2, 370e6, 74.0
#: Bq/ml of the body when the dose was injected.
AT_INJECTION = DOSE_BQ / (WEIGHT_KG * 1000)


def after(seconds: float) -> float:
    """Bq/ml of the body so long after the injection."""
    return AT_INJECTION * math.exp(-math.log(2) * seconds / HALF_LIFE_S)


def pet(
    concentration: float,
    *,
    dose: dict[str, Any] | None = None,
    per_slice: tuple[dict[str, Any], ...] = ({}, {}),
    **attributes: Any,
) -> list[Dataset]:
    """Slices that store half the concentration and all of it, each with a rescale of its own."""
    injection = {
        "RadionuclideTotalDose": DOSE_BQ,
        "RadionuclideHalfLife": HALF_LIFE_S,
        "RadiopharmaceuticalStartTime": "090000.00",
        **(dose or {}),
    }
    defaults = {
        "SOPClassUID": PositronEmissionTomographyImageStorage,
        "Modality": "PT",
        "Units": "BQML",
        "CorrectedImage": ["NORM", "DTIM", "ATTN", "SCAT", "DECY"],
        "DecayCorrection": "START",
        "PatientWeight": WEIGHT_KG,
        "SeriesDate": "20240310",
        "SeriesTime": "100000",
        "AcquisitionDate": "20240310",
        "AcquisitionTime": "100000",
        "RescaleType": None,
        "RadiopharmaceuticalInformationSequence": [
            item(**{k: v for k, v in injection.items() if v is not None})
        ],
    }
    return [
        image(
            np.array([[10_000 * share, 20_000 * share]], np.uint16),
            ImagePositionPatient=[0.0, 0.0, 4.0 * number],
            RescaleSlope=f"{concentration / 20_000 / share:.10g}",
            InstanceNumber=number,
            **{**defaults, **attributes, **own},
        )
        for number, (share, own) in enumerate(zip((1.0, 0.5), per_slice, strict=True))
    ]


def note_of(series: Series, code: str) -> str:
    return next(note.message for note in series.report if note.code == code)


@pytest.mark.parametrize(
    ("concentration", "attributes"),
    [
        pytest.param(after(3600), {}, id="corrected to the start of the scan"),
        pytest.param(AT_INJECTION, {"DecayCorrection": "ADMIN"}, id="corrected to the injection"),
        pytest.param(
            after(3600),
            {"dose": {"RadiopharmaceuticalStartTime": "233000"}, "SeriesTime": "003000",
             "AcquisitionTime": "003000"},
            id="midnight between injection and scan",
        ),
        pytest.param(
            after(30 * 3600 / 10),
            {"dose": {"RadiopharmaceuticalStartTime": None,
                      "RadiopharmaceuticalStartDateTime": "20240309233000.000"},
             "SeriesTime": "023000", "AcquisitionTime": "023500"},
            id="injection with its date",
        ),
        pytest.param(
            after(3600),
            {"dose": {"RadiopharmaceuticalStartTime": "090000",
                      "RadiopharmaceuticalStartDateTime": "20240310090000.000000"}},
            id="injection given twice",
        ),
        pytest.param(
            after(3600),
            {"per_slice": ({"AcquisitionTime": "100000"}, {"AcquisitionTime": "100500"})},
            id="two positions of the bed",
        ),
        pytest.param(AT_INJECTION, {"RescaleIntercept": 0, "DecayCorrection": "ADMIN",
            "dose": {"RadiopharmaceuticalStartTime": None, "RadionuclideHalfLife": None}},
            id="no times are needed for the dose at injection"),
    ],
)  # fmt: skip
def test_a_body_that_holds_the_dose_evenly_has_an_suv_of_one(
    tmp_path: Path, concentration: float, attributes: dict[str, Any]
) -> None:
    volume = volume_of(pet(concentration, **attributes), tmp_path)
    assert volume.unit == "SUVbw"
    assert volume.voxels.ravel() == pytest.approx([0.5, 1.0, 0.5, 1.0], rel=1e-5)


def test_a_series_made_later_is_corrected_to_the_scan(tmp_path: Path) -> None:
    # The frame of 5 minutes begins at 10:00, where the scan begins too: the time of its mean count.
    decay = math.log(2) / HALF_LIFE_S
    mean_count_s = math.log(decay * 300 / (1 - math.exp(-decay * 300))) / decay
    frame = {
        "SeriesTime": "150000",
        "FrameReferenceTime": round(mean_count_s * 1000, 3),
        "ActualFrameDuration": 300_000,
    }
    volume = volume_of(pet(after(3600), **frame), tmp_path)
    assert volume.voxels.max() == pytest.approx(1, rel=1e-5)


def test_the_maker_says_when_the_scan_began(tmp_path: Path) -> None:
    slices = pet(after(3600), SeriesTime="150000")
    for data in slices:
        block = data.private_block(0x0009, "GEMS_PETD_01", create=True)
        block.add_new(0x0D, "DT", "20240310100000.00")
    assert volume_of(slices, tmp_path).voxels.max() == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize(("element", "factor"), [(0x00, 0.25), (0x09, 4.0)])
def test_counts_become_suv_by_the_makers_factor(
    tmp_path: Path, element: int, factor: float
) -> None:
    counts = 1 / factor if element == 0x00 else after(3600) / factor
    slices = pet(counts, Units="CNTS")
    for data in slices:
        block = data.private_block(0x7053, "Philips PET Private Group", create=True)
        block.add_new(element, "DS", str(factor))
    volume = volume_of(slices, tmp_path)
    assert volume.unit == "SUVbw"
    assert volume.voxels.max() == pytest.approx(1, rel=1e-5)


def test_values_that_are_suv_already_are_kept(tmp_path: Path) -> None:
    volume = volume_of(pet(3.25, Units="GML"), tmp_path)
    assert volume.unit == "SUVbw"
    assert volume.voxels.max() == pytest.approx(3.25)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"PatientWeight": None}, "Patient's Weight (0010,1030) is missing"),
        ({"PatientWeight": 0}, "Patient's Weight (0010,1030) is missing"),
        ({"PatientWeight": 74_000}, "not in kg"),
        ({"dose": {"RadionuclideTotalDose": None}}, "Radionuclide Total Dose (0018,1074) is"),
        ({"dose": {"RadionuclideTotalDose": 370}}, "not in Bq"),
        ({"dose": {"RadionuclideHalfLife": None}}, "Radionuclide Half Life (0018,1075) is missing"),
        ({"dose": {"RadiopharmaceuticalStartTime": None}}, "(0018,1072) is missing"),
        ({"dose": {"RadiopharmaceuticalStartTime": "100500"}}, "later than the scan"),
        (
            {"dose": {"RadiopharmaceuticalStartDateTime": "20240310080000"}},
            "(0018,1078) and Radiopharmaceutical Start Time (0018,1072) contradict",
        ),
        (
            {"dose": {"RadiopharmaceuticalStartTime": None,
                      "RadiopharmaceuticalStartDateTime": "20190310090000"}},
            "more than 10 half-lives",
        ),
        ({"DecayCorrection": "NONE"}, "Decay Correction (0054,1102) is NONE"),
        ({"DecayCorrection": None}, "Decay Correction (0054,1102) is missing"),
        ({"CorrectedImage": ["ATTN"]}, "does not name the correction for decay"),
        ({"CorrectedImage": ["DECY"]}, "does not name the correction for attenuation"),
        ({"AcquisitionTime": None}, "Acquisition Time (0008,0032) is missing"),
        ({"SeriesTime": "150000"}, "Series Time (0008,0031) is missing or later than"),
        (
            {"per_slice": ({"PatientWeight": 74}, {"PatientWeight": 80})},
            "Patient's Weight (0010,1030) differs from slice to slice",
        ),
    ],
)  # fmt: skip
def test_without_all_that_is_needed_activity_stays_activity_and_the_note_says_why(
    tmp_path: Path, attributes: dict[str, Any], reason: str
) -> None:
    series = only_series(pet(5000, **attributes), tmp_path)
    assert series.unit == "Bq/ml"
    message = note_of(series, "no_suv")
    assert message.startswith("The values stay in Bq/ml, not in SUV: ")
    assert reason in message
    assert volume_of(pet(5000, **attributes), tmp_path / "again").voxels.max() == pytest.approx(
        5000
    )


@pytest.mark.parametrize(
    ("attributes", "unit"),
    [({"Units": "CNTS"}, "counts"), ({"Units": "GML", "SUVType": "LBM"}, "g/ml"),
     ({"Units": "PROPCPS"}, ""), ({"Units": None}, "")],
)  # fmt: skip
def test_other_units_are_named(tmp_path: Path, attributes: dict[str, Any], unit: str) -> None:
    series = only_series(pet(5000, **attributes), tmp_path)
    assert series.unit == unit
    assert "no_suv" in codes(series)


def test_the_note_says_what_suv_was_computed_from(tmp_path: Path) -> None:
    message = note_of(only_series(pet(5000), tmp_path), "suv")
    assert "370 MBq injected, 60.0 minutes before the scan" in message
    assert "74 kg" in message


def test_uptake_is_shown_dark_on_white_from_zero_to_seven_and_the_files_window_follows(
    tmp_path: Path,
) -> None:
    concentration = after(3600)
    series = only_series(
        pet(concentration, WindowCenter=concentration, WindowWidth=2 * concentration), tmp_path
    )
    assert series.windows[0].limits == (0, 7)
    assert series.windows[-1].limits == pytest.approx((0, 2))
    assert series.is_shown_inverted
    assert not series.is_inverted
    assert thumbnail(series).min() > 200


def test_a_page_of_a_report_in_a_pet_study_is_no_uptake(tmp_path: Path) -> None:
    page = pet(5000, SOPClassUID=SecondaryCaptureImageStorage)
    assert not codes(only_series(page, tmp_path)) & {"suv", "no_suv"}
