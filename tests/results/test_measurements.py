"""Measurements in files: what they say, that others can read them, and that they come back."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from scipy.spatial.transform import Rotation

from tests.dicom.phantoms import marker_series
from tests.dicom.test_assemble import radiograph
from tests.results.objects import dump_report, validate
from viewer import DISCLAIMER
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.dicom.series import LengthUnit, Series
from viewer.errors import DamagedFileError, ViewerError
from viewer.export.measurements import MeasurementFormat, export_measurements
from viewer.imaging.plane import Orientation, Plane, standard_stack
from viewer.imaging.roi.figure import Figure, Kind
from viewer.imaging.volume import Volume
from viewer.results.dicom.read_measurements import read_measurements
from viewer.results.measured import Measured
from viewer.results.measurement_files import read_json
from viewer.session.measurements import TITLES, Measurement
from viewer.session.readings import read

Pixels = Sequence[tuple[float, float]]
STACKS = ["axial", "reversed", "tilted", "oblique"]

#: Points of each kind as rows and columns of a plane; no edge goes through a pixel's centre, which
#: the float32 of a report might put on the other side.
DRAWN: dict[Kind, Pixels] = {
    Kind.LENGTH: ((10, 10), (20.5, 22.25)),
    Kind.BIDIRECTIONAL: ((12, 5), (12, 25), (7, 15), (17, 15)),
    Kind.ANGLE: ((5, 5), (15, 12), (25, 5)),
    Kind.COBB: ((5, 5), (6, 20), (20, 5), (15, 20)),
    Kind.RECTANGLE: ((5.3, 6.4), (14.6, 20.7)),
    Kind.ELLIPSE: ((5.3, 6.4), (14.6, 20.7)),
    Kind.FREEHAND: (
        (5.237, 5.361),
        (8.419, 20.173),
        (18.337, 22.641),
        (20.213, 8.729),
        (12.157, 4.311),
    ),
    Kind.PROBE: ((11.2, 13.4),),
    Kind.ARROW: ((10, 10), (20, 5)),
    Kind.TEXT: ((9, 9),),
}


@dataclass(frozen=True)
class Case:
    series: Series
    volume: Volume

    def measured(self, kind: Kind, number: int, orientation: Orientation | None) -> Measured:
        stack = standard_stack(self.series.grid, orientation or acquired(self.series))
        plane = stack.plane(stack.count // 2)
        points = np.array([plane.to_lps(row, column) for row, column in DRAWN[kind]])
        figure = Figure(kind, points, plane)
        name = f"{TITLES[kind]} 肺 {number}"
        measurement = Measurement(number, figure, self.series.key, name, "#ff6b6b")
        reading = read(figure, self.volume, self.series.length_unit)
        return Measured(measurement, reading, self.series)

    def all(self, orientation: Orientation | None = None) -> tuple[Measured, ...]:
        return tuple(self.measured(kind, n, orientation) for n, kind in enumerate(DRAWN, 1))


def acquired(series: Series) -> Orientation:
    """The view in whose slices the images lie."""
    return next(
        o
        for o in Orientation
        if abs(standard_stack(series.grid, o).first.normal @ series.grid.normal) > 0.9999
    )


def case(folder: Path, stack: str = "axial") -> Case:
    truth = marker_series(folder, stack)
    (series,) = scan([truth.folder]).series
    return Case(series, load(series).volume)


@pytest.fixture(scope="module")
def axial(tmp_path_factory) -> Case:
    return case(tmp_path_factory.mktemp("axial"))


def write_report(measured: Sequence[Measured], folder: Path) -> Path:
    (path,) = export_measurements(measured, folder / "out.dcm", MeasurementFormat.REPORT)
    return path


def numbers(path: Path) -> list[tuple[str, float, str]]:
    """All numbers of a report: what, value, unit."""

    def walk(item: Dataset):
        for child in item.get("ContentSequence", ()):
            if child.ValueType == "NUM":
                value = child.MeasuredValueSequence[0]
                unit = value.MeasurementUnitsCodeSequence[0].CodeValue
                name = child.ConceptNameCodeSequence[0].CodeMeaning
                yield name, float(value.NumericValue), unit
            yield from walk(child)

    return list(walk(pydicom.dcmread(path)))


@pytest.mark.parametrize("stack", STACKS)
def test_a_report_is_valid_and_comes_back_as_the_same_figures(tmp_path, stack):
    one = case(tmp_path / "scan", stack)
    measured = one.all()
    path = write_report(measured, tmp_path)
    assert validate(path) == []
    back = read_measurements(path, [one.series])
    assert back.left_out == ()
    assert [f.name for f in back.found] == [m.measurement.name for m in measured]
    for found, was in zip(back.found, measured, strict=True):
        figure = was.measurement.figure
        assert found.series is one.series
        assert found.figure.kind is figure.kind
        assert same_points(found.figure, figure)
        again = read(found.figure, one.volume, one.series.length_unit)
        for quantity, before in zip(again.quantities, was.reading.quantities, strict=True):
            assert quantity.value == pytest.approx(before.value, rel=1e-4, abs=1e-3)


def same_points(a: Figure, b: Figure) -> bool:
    """Opposite corners may be the other two."""
    if a.kind in (Kind.ELLIPSE, Kind.RECTANGLE):
        return bool(np.allclose(spread(a), spread(b), atol=1e-3))
    return bool(np.allclose(a.points, b.points, atol=1e-3))


def spread(figure: Figure) -> np.ndarray:
    return np.array([figure.points.min(axis=0), figure.points.max(axis=0)])


def test_across_the_slices_a_report_draws_in_the_patient(axial, tmp_path):
    measured = axial.all(Orientation.CORONAL)
    path = write_report(measured, tmp_path)
    assert validate(path) == []
    assert "SCOORD3D" in dump_report(path)
    back = read_measurements(path, [axial.series])
    assert back.left_out == ()
    for found, was in zip(back.found, measured, strict=True):
        assert found.figure.kind is was.measurement.kind
        assert same_points(found.figure, was.measurement.figure)


@pytest.mark.parametrize("kind", DRAWN)
def test_an_oblique_figure_comes_back(axial, tmp_path, kind):
    stack = standard_stack(axial.series.grid, Orientation.AXIAL)
    turn = Rotation.from_euler("xyz", (25, -20, 10), degrees=True)
    flat = stack.plane(stack.count // 2)
    plane = Plane(flat.origin, turn.apply(flat.right), turn.apply(flat.down), flat.shape)
    points = np.array([plane.to_lps(row, column) for row, column in DRAWN[kind]])
    figure = Figure(kind, points, plane)
    reading = read(figure, axial.volume, LengthUnit.MM)
    one = Measured(Measurement(1, figure, axial.series.key, "x"), reading, axial.series)
    (found,) = read_measurements(write_report([one], tmp_path), [axial.series]).found
    assert found.figure.kind is kind
    drawn = [np.concatenate([f.points, *f.strokes]) for f in (found.figure, figure)]
    gaps = np.linalg.norm(drawn[0][:, None] - drawn[1][None], axis=-1)
    assert max(gaps.min(axis=0).max(), gaps.min(axis=1).max()) < 0.5
    for a, b in zip(
        read(found.figure, None, LengthUnit.MM).quantities,
        read(figure, None, LengthUnit.MM).quantities,
        strict=True,
    ):
        assert a.value == pytest.approx(b.value, rel=1e-4)


def test_a_report_names_its_numbers_by_public_codes_with_units(axial, tmp_path):
    length, region = axial.measured(Kind.LENGTH, 1, None), axial.measured(Kind.ELLIPSE, 2, None)
    found = numbers(write_report([length, region], tmp_path))
    values = {q.what.value: q.value for m in (length, region) for q in m.reading.quantities}
    expected = [
        ("Length", values["length"], "mm"),
        *(("Attenuation Coefficient", values[w], "[hnsf'U]") for w in ("mean", "SD", "min", "max")),
        ("Area", values["area"], "mm2"),
        ("Perimeter", values["perimeter"], "mm"),
        ("Number of pixels", values["pixels"], "1"),
    ]
    assert [(n, u) for n, _, u in found] == [(n, u) for n, _, u in expected]
    assert [v for _, v, _ in found] == pytest.approx([v for _, v, _ in expected], abs=1e-3)


def test_a_report_belongs_to_the_patient_and_says_what_it_is(axial, tmp_path):
    report = pydicom.dcmread(write_report(axial.all(), tmp_path))
    source = pydicom.dcmread(axial.series.slices[0].path)
    assert report.StudyInstanceUID == source.StudyInstanceUID
    assert report.PatientID == source.PatientID
    assert report.PatientName == source.PatientName
    assert report.VerificationFlag == "UNVERIFIED"
    comments = [c.TextValue for c in report.ContentSequence if c.ValueType == "TEXT"]
    assert comments[-1] == f"{DISCLAIMER} Measured by hand."


def test_a_radiograph_is_measured_in_its_own_pixels_and_millimetres(tmp_path):
    series = radiograph(
        tmp_path,
        ImagerPixelSpacing=[0.5, 0.5],
        PixelSpacing=None,
        EstimatedRadiographicMagnificationFactor=None,
    )
    assert series.length_unit is LengthUnit.DETECTOR
    one = Case(series, load(series).volume)
    stack = standard_stack(series.grid, Orientation.AXIAL)
    plane = stack.plane(0)
    points = np.array([plane.to_lps(1, 1), plane.to_lps(1, 3)])
    figure = Figure(Kind.LENGTH, points, plane)
    reading = read(figure, one.volume, series.length_unit)
    measured = [Measured(Measurement(1, figure, series.key, "Length 1"), reading, series)]
    path = write_report(measured, tmp_path / "out")
    assert numbers(path) == [("Length", 1.0, "mm")]
    assert "mm (detector)" in dump_report(path)
    assert validate(path) == []
    (found,) = read_measurements(path, [series]).found
    assert np.allclose(found.figure.points, points)


def test_series_of_two_studies_get_a_report_each(axial, tmp_path):
    other = case(tmp_path / "other", "coronal")
    measured = [axial.measured(Kind.LENGTH, 1, None), other.measured(Kind.ANGLE, 2, None)]
    paths = export_measurements(measured, tmp_path / "out.dcm", MeasurementFormat.REPORT)
    assert [p.name for p in paths] == ["out-1.dcm", "out-2.dcm"]
    assert [len(read_measurements(p, [axial.series, other.series]).found) for p in paths] == [1, 1]


def test_what_cannot_be_placed_is_left_out_with_a_reason(axial, tmp_path):
    path = write_report(axial.all(), tmp_path)
    back = read_measurements(path, [])
    assert back.found == ()
    assert len(back.left_out) == len(DRAWN)
    assert "its image is not open" in back.left_out[0]


def test_a_turned_ellipse_of_others_becomes_an_outline(axial, tmp_path):
    path = write_report([axial.measured(Kind.ELLIPSE, 1, None)], tmp_path)
    report = pydicom.dcmread(path)

    def scoord(item):
        for child in item.get("ContentSequence", ()):
            if child.ValueType == "SCOORD":
                return child
            if (found := scoord(child)) is not None:
                return found
        return None

    center, a, b = np.array([20.0, 20]), np.array([6.0, 6]), np.array([-3.0, 3])
    ends = [center - a, center + a, center - b, center + b]
    scoord(report).GraphicData = np.concatenate(ends).tolist()
    report.save_as(path)
    (found,) = read_measurements(path, [axial.series]).found
    assert found.figure.kind is Kind.FREEHAND
    pixel = np.prod(found.figure.plane.pixel_mm)
    exact = np.pi * np.linalg.norm(a) * np.linalg.norm(b) * pixel
    assert found.figure.region.area_mm2 == pytest.approx(exact, rel=0.01)


def test_json_has_every_number_with_its_unit_and_place_and_comes_back(axial, tmp_path):
    measured = axial.all()
    path = tmp_path / "out.json"
    export_measurements(measured, path, MeasurementFormat.JSON)
    content = json.loads(path.read_text("utf-8"))
    assert content["disclaimer"] == DISCLAIMER
    for entry, one in zip(content["measurements"], measured, strict=True):
        assert entry["space"] == "patient LPS"
        assert np.allclose(entry["points_lps_mm"], one.measurement.figure.points)
        assert entry["series_uid"] == axial.series.series_uid
        assert entry["sop_instance_uid"] == one.image.sop_instance_uid
        image = pydicom.dcmread(one.image.path)
        index = np.array(entry["pixels_column_row"]) * image.PixelSpacing[::-1]
        row, column = np.split(np.array(image.ImageOrientationPatient), 2)
        places = np.array(image.ImagePositionPatient) + index @ np.stack([row, column])
        assert np.allclose(places, entry["points_lps_mm"], atol=1e-3)
        assert [(q["what"], q["value"], q["unit"]) for q in entry["quantities"]] == [
            (q.what, q.value, q.unit) for q in one.reading.quantities
        ]
    for back, one in zip(read_json(path), measured, strict=True):
        assert (back.kind, back.name, back.color) == (
            one.measurement.kind, one.measurement.name, one.measurement.color
        )  # fmt: skip
        assert np.allclose(back.figure.points, one.measurement.figure.points)
        assert back.figure.plane.shape == one.measurement.figure.plane.shape


def test_csv_has_a_line_for_each_and_a_column_for_each_quantity(axial, tmp_path):
    measured = axial.all()
    path = tmp_path / "out.csv"
    export_measurements(measured, path, MeasurementFormat.CSV)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    by_kind = {row["kind"]: row for row in rows}
    assert list(by_kind) == [kind.value for kind in DRAWN]
    ellipse = {q.what: q for q in measured[5].reading.quantities}
    row = by_kind["ellipse"]
    assert float(row["mean"]) == ellipse["mean"].value
    assert float(row["area"]) == ellipse["area"].value
    assert (row["value_unit"], row["area_unit"], row["length_unit"]) == ("HU", "mm²", "mm")
    assert by_kind["length"]["mean"] == ""
    assert row["disclaimer"] == DISCLAIMER
    assert row["series_uid"] == axial.series.series_uid


def test_files_of_another_kind_are_refused(axial, tmp_path):
    other = tmp_path / "other.json"
    other.write_text("{}")
    with pytest.raises(DamagedFileError, match=r"other\.json"):
        read_json(other)
    with pytest.raises(DamagedFileError, match="no DICOM"):
        read_measurements(other, [axial.series])
    with pytest.raises(DamagedFileError, match="no structured report"):
        read_measurements(axial.series.slices[0].path, [axial.series])
    with pytest.raises(ViewerError, match="nothing to export"):
        export_measurements([], tmp_path / "a.csv", MeasurementFormat.CSV)
