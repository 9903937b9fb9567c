"""Measurements as a structured report: Imaging Measurement Report (PS3.16 TID 1500).

A figure on an image is drawn in that image's pixels, one across the images in the patient's
millimetres. Lines and angles lie with their numbers (TID 1501), regions and points in a group of
their own (TID 1410).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highdicom as hd
import numpy as np
import numpy.typing as npt
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import generate_uid

from viewer import DISCLAIMER, __version__
from viewer.dicom.series import SUV, LengthUnit
from viewer.errors import UnsupportedError
from viewer.imaging.roi.figure import AREAS, Figure, Kind
from viewer.results.dicom.by_hand import instance
from viewer.results.dicom.codes import plain, private
from viewer.results.dicom.content import add_comment, quantity
from viewer.results.dicom.identity import MANUFACTURER
from viewer.results.dicom.sources import Sources
from viewer.results.measured import Measured
from viewer.session.readings import DEGREES, Quantity, What

ARROW, TEXT = private("Arrow"), private("Text annotation")

NAMES: dict[What, Code] = {
    What.LENGTH: codes.SCT.Length,
    What.LONG_AXIS: codes.SCT.LongAxis,
    What.SHORT_AXIS: codes.SCT.ShortAxis,
    What.ANGLE: codes.SCT.Angle,
    What.COBB: codes.SCT.CobbAngle,
    What.AREA: codes.SCT.Area,
    What.PERIMETER: codes.SCT.Perimeter,
    What.PIXELS: private("Number of pixels"),
}
_DERIVATIONS = {
    What.MEAN: codes.SCT.Mean,
    What.SD: codes.SCT.StandardDeviation,
    What.MINIMUM: codes.SCT.Minimum,
    What.MAXIMUM: codes.SCT.Maximum,
    What.VALUE: None,
}
_UNITS = {
    "": codes.UCUM.NoUnits,
    "mm": codes.UCUM.Millimeter,
    "mm²": codes.UCUM.SquareMillimeter,
    "px": Code("{pixels}", "UCUM", "pixels"),
    "px²": Code("{pixels}2", "UCUM", "square pixels"),
    DEGREES: codes.UCUM.Degree,
    "HU": codes.UCUM.HounsfieldUnit,
    SUV: codes.UCUM.StandardizedUptakeValueBodyWeight,
}
_SERIES_NUMBER = 9006
_FINDINGS = {Kind.ARROW: ARROW, Kind.TEXT: TEXT}

_Group = (
    hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations
    | hd.sr.MeasurementsAndQualitativeEvaluations
)
_Floats = npt.NDArray[np.float64]


def measurement_reports(
    measured: Sequence[Measured],
) -> tuple[hd.sr.Comprehensive3DSR | hd.sr.ComprehensiveSR, ...]:
    """Make the reports of measurements, one for each study.

    Parameters
    ----------
    measured : sequence of Measured
        Of series whose files are DICOM.

    Raises
    ------
    UnsupportedError
        The files of a series are no DICOM, or say too little of themselves to be referred to.
    OSError
        They cannot be read (any more).
    """
    sources = {one.series.key: one.series for one in measured}
    places = {key: Sources(series) for key, series in sources.items()}
    studies: dict[str, list[Measured]] = {}
    for one in measured:
        studies.setdefault(one.series.study_uid, []).append(one)
    return tuple(
        _report(members, {k: places[k] for k in dict.fromkeys(m.series.key for m in members)})
        for members in studies.values()
    )


def _report(
    measured: Sequence[Measured], sources: dict[str, Sources]
) -> hd.sr.Comprehensive3DSR | hd.sr.ComprehensiveSR:
    pens = [_pen(one, sources[one.series.key]) for one in measured]
    groups = [_group(one, pen) for one, pen in zip(measured, pens, strict=True)]
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=_observer()),
        procedure_reported=codes.SCT.ImagingProcedure,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    add_comment(content[0], _statement(measured))
    in_space = any(isinstance(pen, _SpacePen) for pen in pens)
    kind = hd.sr.Comprehensive3DSR if in_space else hd.sr.ComprehensiveSR
    return kind(
        evidence=[d for one in sources.values() for d in one.datasets],
        content=content[0],
        is_complete=True,
        is_final=False,
        is_verified=False,
        **instance(_SERIES_NUMBER, "Measurements"),
    )


@dataclass(frozen=True)
class _ImagePen:
    """Draws in the pixels of one image."""

    measured: Measured
    source: hd.sr.SourceImageForRegion

    def line(self, points: _Floats) -> hd.sr.CoordinatesForMeasurement:
        """A line that is measured along."""
        return hd.sr.CoordinatesForMeasurement("POLYLINE", self._pixels(points), self.source)

    def region(self, shape: str, points: _Floats) -> hd.sr.ImageRegion:
        """A line, point, outline or ellipse of its own."""
        shape = "POLYLINE" if shape == "POLYGON" else shape
        return hd.sr.ImageRegion(shape, self._pixels(points), self.source)

    def _pixels(self, points: _Floats) -> _Floats:
        # The corner of the image is 0, the centre of its first pixel 0.5 (PS3.3 C.18.6.1.1).
        return self.measured.series.grid.to_index(points)[:, :2] + 0.5


@dataclass(frozen=True)
class _SpacePen:
    """Draws in the patient, for figures across the images."""

    frame_of_reference: str

    def line(self, points: _Floats) -> hd.sr.CoordinatesForMeasurement3D:
        """A line that is measured along."""
        return hd.sr.CoordinatesForMeasurement3D("POLYLINE", points, self.frame_of_reference)

    def region(self, shape: str, points: _Floats) -> hd.sr.ImageRegion3D:
        """A line, point, outline or ellipse of its own."""
        return hd.sr.ImageRegion3D(shape, points, self.frame_of_reference)


def _pen(one: Measured, sources: Sources) -> _ImagePen | _SpacePen:
    image = None if one.slice_number is None else sources.image(one.slice_number)
    if image is not None:
        return _ImagePen(one, hd.sr.SourceImageForRegion(*image.reference))
    sources.require_place()
    return _SpacePen(str(sources.datasets[0].FrameOfReferenceUID))


def _group(one: Measured, pen: _ImagePen | _SpacePen) -> _Group:
    figure, measurement = one.measurement.figure, one.measurement
    tracking = hd.sr.TrackingIdentifier(uid=hd.UID(), identifier=measurement.name)
    quantities = one.reading.quantities
    points = figure.points
    if figure.kind in AREAS or figure.kind in (Kind.PROBE, Kind.ARROW, Kind.TEXT):
        return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=tracking,
            referenced_region=pen.region(*_shape(figure)),
            finding_type=_FINDINGS.get(figure.kind),
            measurements=[_number(q) for q in quantities] or None,
        )
    if figure.kind is Kind.BIDIRECTIONAL:
        # By their lengths, as they are measured: the long axis may have been dragged short.
        axes = sorted((points[:2], points[2:]), key=_length, reverse=True)
        lines = [[pen.line(axis)] for axis in axes]
    elif figure.kind is Kind.COBB:
        lines = [[pen.line(points[:2]), pen.line(points[2:])]]
    else:
        lines = [[pen.line(points)]]
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking,
        measurements=[_number(q, at) for q, at in zip(quantities, lines, strict=False)],
    )


def _shape(figure: Figure) -> tuple[str, _Floats]:
    """Graphic type and data (PS3.3 C.18.6 and C.18.9) of what stands for itself."""
    if figure.kind is Kind.ELLIPSE:
        left, top, right, bottom = figure.handles
        axes = ((left, right), (top, bottom))
        (a, b), (c, d) = sorted(axes, key=lambda axis: _length(np.stack(axis)), reverse=True)
        return "ELLIPSE", np.stack([a, b, c, d])
    if figure.kind in AREAS:
        return "POLYGON", figure.strokes[0]
    if figure.kind is Kind.ARROW:
        return "POLYLINE", figure.points
    return "POINT", figure.points


def _number(
    one: Quantity,
    coordinates: list[Any] | None = None,
) -> hd.sr.Measurement:
    if one.what in NAMES:
        name, derivation = NAMES[one.what], None
    else:
        name, derivation = _value_name(one.unit), _DERIVATIONS[one.what]
    return quantity(name, one.value, _unit(one.unit), derivation, coordinates)


def _value_name(unit: str) -> Code:
    return codes.DCM.AttenuationCoefficient if unit == "HU" else private("Pixel value")


def _unit(unit: str) -> Code:
    for length in (LengthUnit.DETECTOR, LengthUnit.CALIBRATED):
        unit = unit.replace(length, "mm").replace(length.replace("mm", "mm²"), "mm²")
    # Units that the files give are UCUM's or free text; braces make an annotation of that.
    return _UNITS.get(unit) or Code("{" + plain(unit, 14) + "}", "UCUM", plain(unit, 64))


def _length(points: _Floats) -> float:
    return float(np.linalg.norm(points[1] - points[0]))


def _observer() -> hd.sr.ObserverContext:
    """The program: it does not know who sits at it."""
    return hd.sr.ObserverContext(
        observer_type=codes.DCM.Device,
        observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(
            uid=generate_uid(entropy_srcs=[MANUFACTURER, __version__]),
            name=plain(f"{MANUFACTURER} {__version__}", 64),
            manufacturer_name=MANUFACTURER,
        ),
    )


def _statement(measured: Sequence[Measured]) -> str:
    """The disclaimer, and which millimetres those of radiographs are."""
    units = {one.series.length_unit for one in measured} - {LengthUnit.MM}
    text = f"{DISCLAIMER} Measured by hand."
    if units:
        text += f" Lengths are in {' or '.join(sorted(units))}."
    return text


def require_dicom(measured: Sequence[Measured]) -> None:
    """Refuse series whose files are no DICOM.

    Raises
    ------
    UnsupportedError
    """
    for one in measured:
        if not one.series.slices:
            raise UnsupportedError(
                f"{one.series.description} is no DICOM series, to which a report could refer.",
                remedy="Export CSV or JSON.",
            )
