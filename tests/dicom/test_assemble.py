"""What a series says of itself: millimetres, windows, inversion, units.

Rules 1, 11–12, 17–22 and 25–27 of docs/dicom.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.dicom.synthetic import along_z, codes, image, item, only_series
from viewer.dicom.load import load
from viewer.dicom.series import LengthUnit, Series
from viewer.imaging.plane import Orientation, standard_stack
from viewer.imaging.voi import VoiFunction, Window


def radiograph(folder: Path, **attributes: Any) -> Series:
    """One projection without a place in the patient."""
    removed = dict.fromkeys(("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"))
    return only_series([image(Modality="DX", **{**removed, **attributes})], folder)


@pytest.mark.parametrize(
    ("attributes", "unit", "spacing"),
    [
        ({"PixelSpacing": [0.2, 0.1]}, LengthUnit.DETECTOR, (0.2, 0.1)),
        ({"ImagerPixelSpacing": [0.2, 0.1]}, LengthUnit.DETECTOR, (0.2, 0.1)),
        ({"NominalScannedPixelSpacing": [0.2, 0.1]}, LengthUnit.DETECTOR, (0.2, 0.1)),
        (
            {"PixelSpacing": [0.18, 0.09], "ImagerPixelSpacing": [0.2, 0.1]},
            LengthUnit.CALIBRATED,
            (0.18, 0.09),
        ),
        (
            {"PixelSpacing": [0.2, 0.1], "PixelSpacingCalibrationType": "FIDUCIAL"},
            LengthUnit.CALIBRATED,
            (0.2, 0.1),
        ),
        (
            {
                "ImagerPixelSpacing": [0.2, 0.1],
                "EstimatedRadiographicMagnificationFactor": 1.25,
            },
            LengthUnit.CALIBRATED,
            (0.16, 0.08),
        ),
        ({}, LengthUnit.PIXELS, (1, 1)),
        ({"PixelAspectRatio": [2, 1]}, LengthUnit.PIXELS, (2, 1)),
        ({"PixelSpacing": [0, 0]}, LengthUnit.PIXELS, (1, 1)),
    ],
)
def test_a_radiograph_says_which_millimetres_it_has(
    tmp_path: Path, attributes: dict[str, Any], unit: LengthUnit, spacing: tuple[float, float]
) -> None:
    series = radiograph(tmp_path, **attributes)
    assert series.length_unit is unit
    assert series.grid.spacing_mm[1:] == pytest.approx(spacing)
    assert series.geometry is None
    assert codes(series) & {"pixel_spacing", "no_pixel_spacing"}


def test_a_slice_has_the_patients_millimetres(tmp_path: Path) -> None:
    series = only_series([image()], tmp_path)
    assert series.length_unit is LengthUnit.MM
    assert not codes(series) & {"pixel_spacing", "no_pixel_spacing"}


def test_slices_without_pixel_spacing_keep_their_order_but_have_no_geometry(
    tmp_path: Path,
) -> None:
    series = only_series(along_z([4, 0, 2], PixelSpacing=None), tmp_path)
    assert series.geometry is None
    assert series.length_unit is LengthUnit.PIXELS
    assert load(series).volume.voxels[:, 0, 0].tolist() == [2, 3, 1]


@pytest.mark.parametrize(
    ("attributes", "inverted"),
    [
        ({"PhotometricInterpretation": "MONOCHROME2"}, False),
        ({"PhotometricInterpretation": "MONOCHROME1"}, True),
        ({"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"}, True),
        ({"PhotometricInterpretation": "MONOCHROME2", "PresentationLUTShape": "IDENTITY"}, False),
    ],
)
def test_a_picture_is_inverted_once_or_not_at_all(
    tmp_path: Path, attributes: dict[str, Any], inverted: bool
) -> None:
    assert radiograph(tmp_path, **attributes).is_inverted is inverted


def test_all_windows_are_offered_with_their_names_and_function(tmp_path: Path) -> None:
    series = only_series(
        [
            image(
                WindowCenter=[40, -600, 40],
                WindowWidth=[400, 1500, 400],
                WindowCenterWidthExplanation=["SOFT", "LUNG", "AGAIN"],
                VOILUTFunction="SIGMOID",
            )
        ],
        tmp_path,
    )
    assert series.windows == (
        Window(40, 400, "SOFT", VoiFunction.SIGMOID),
        Window(-600, 1500, "LUNG", VoiFunction.SIGMOID),
    )


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"WindowCenter": 40},
        {"WindowCenter": 40, "WindowWidth": 0},
        {"WindowCenter": 40, "WindowWidth": -400},
    ],
)
def test_a_window_without_width_is_no_window(tmp_path: Path, attributes: dict[str, Any]) -> None:
    assert only_series([image(**attributes)], tmp_path).windows == ()


def test_a_modality_lut_takes_the_place_of_the_rescale(tmp_path: Path) -> None:
    table = item(LUTDescriptor=[4, 0, 16], LUTData=[0, 10, 500, 60000], ModalityLUTType="US")
    values = np.array([[0, 1], [2, 3]], np.uint16)
    data = image(values, RescaleSlope=None, RescaleIntercept=None, ModalityLUTSequence=[table])
    data["ModalityLUTSequence"][0]["LUTDescriptor"].VR = "US"
    data["ModalityLUTSequence"][0]["LUTData"].VR = "US"
    series = only_series([data], tmp_path)
    assert load(series).volume.voxels[0].tolist() == [[0, 10], [500, 60000]]
    assert series.unit == ""


def test_lossy_compression_burned_in_text_and_animals_are_noted(tmp_path: Path) -> None:
    series = only_series(
        [
            image(
                LossyImageCompression="01",
                BurnedInAnnotation="YES",
                AnatomicalOrientationType="QUADRUPED",
            )
        ],
        tmp_path,
    )
    assert {"lossy", "burned_in", "quadruped"} <= codes(series)


def test_an_ordinary_series_has_nothing_to_report(tmp_path: Path) -> None:
    assert only_series(along_z([0, 2, 4, 6]), tmp_path).report == ()


@pytest.mark.parametrize("claimed", [-2.0, 9.0])
def test_the_claimed_spacing_between_slices_is_not_asked_where_positions_are(
    tmp_path: Path, claimed: float
) -> None:
    slices = along_z([0, 2, 4], SpacingBetweenSlices=claimed)
    series = only_series(slices, tmp_path)
    assert series.grid.spacing_mm[0] == 2.0
    assert load(series).volume.voxels[:, 0, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize("position", ["HFS", "FFP", "HFDR"])
def test_sides_are_told_by_the_orientation_and_not_by_the_patients_position(
    tmp_path: Path, position: str
) -> None:
    turned = [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0]
    slices = along_z([0, 2, 4], PatientPosition=position, ImageOrientationPatient=turned)
    geometry = only_series(slices, tmp_path).grid
    first = standard_stack(geometry, Orientation.AXIAL).first
    assert first.letters == ("R", "L", "A", "P")
    # The file's first pixel is the patient's left back: the lower right of the view.
    row, column = first.to_pixel(geometry.to_lps((0, 0, 0)))
    assert (row, column) == pytest.approx((7, 9))
