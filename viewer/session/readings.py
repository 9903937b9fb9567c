"""What a figure measures, in numbers with their units."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from viewer.dicom.series import LengthUnit
from viewer.imaging.roi.distances import angle_degrees, cobb_degrees, length_mm
from viewer.imaging.roi.figure import Figure, Kind
from viewer.imaging.roi.region import Region
from viewer.imaging.roi.statistics import Statistics, values_in
from viewer.imaging.volume import Volume

NO_PIXELS = "no pixels"
NO_VALUE = "no value"

DEGREES = "°"


class What(StrEnum):
    """What is measured, as tables and exports name it."""

    LENGTH = "length"
    LONG_AXIS = "long axis"
    SHORT_AXIS = "short axis"
    ANGLE = "angle"
    COBB = "Cobb angle"
    AREA = "area"
    PERIMETER = "perimeter"
    MEAN = "mean"
    SD = "SD"
    MINIMUM = "min"
    MAXIMUM = "max"
    PIXELS = "pixels"
    VALUE = "value"


@dataclass(frozen=True)
class Quantity:
    """A number that was measured.

    Parameters
    ----------
    what : What
    value : float
    unit : str
        ``"mm"``, ``"mm²"``, ``"°"``, ``"HU"``, … as a series' lengths and values have them; empty
        for numbers without one.
    """

    what: What
    value: float
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Reading:
    """All that a figure tells.

    Parameters
    ----------
    quantities : tuple of Quantity
        The most telling first; none for arrows and texts.
    statistics : Statistics, optional
        Of the values in a region that holds some.
    note : str
        Why there are no values where one expects them: ``"no pixels"``; else empty.
    """

    quantities: tuple[Quantity, ...] = ()
    statistics: Statistics | None = None
    note: str = ""


def read(figure: Figure, volume: Volume | None, unit: LengthUnit) -> Reading:
    """Measure a figure.

    Parameters
    ----------
    figure : Figure
        Whole.
    volume : Volume, optional
        What it was drawn on; without it, or if it is in colour, there are no values.
    unit : LengthUnit
        Of the series.
    """
    region = figure.region
    if region is not None:
        return _read_region(figure, region, volume, unit)
    if figure.kind is Kind.PROBE:
        return _read_point(figure, volume)
    return Reading(_distances(figure, unit))


def _distances(figure: Figure, unit: LengthUnit) -> tuple[Quantity, ...]:
    points = figure.points
    match figure.kind:
        case Kind.LENGTH:
            return (Quantity(What.LENGTH, length_mm(points), unit),)
        case Kind.BIDIRECTIONAL:
            # By their lengths, whichever was drawn first.
            short, long = sorted((length_mm(points[:2]), length_mm(points[2:])))
            return Quantity(What.LONG_AXIS, long, unit), Quantity(What.SHORT_AXIS, short, unit)
        case Kind.ANGLE:
            return _angle(What.ANGLE, angle_degrees(points))
        case Kind.COBB:
            return _angle(What.COBB, cobb_degrees(points))
        case _:
            return ()


def _angle(what: What, degrees: float | None) -> tuple[Quantity, ...]:
    return () if degrees is None else (Quantity(what, degrees, DEGREES),)


def _read_point(figure: Figure, volume: Volume | None) -> Reading:
    if volume is None or volume.color is not None:
        return Reading()
    value = volume.value_at(figure.points[0])
    if value is None:
        return Reading(note=NO_VALUE)
    return Reading((Quantity(What.VALUE, value, volume.unit),))


def _read_region(
    figure: Figure, region: Region, volume: Volume | None, unit: LengthUnit
) -> Reading:
    size = (
        Quantity(What.AREA, region.area_mm2, unit.replace("mm", "mm²").replace("px", "px²")),
        Quantity(What.PERIMETER, region.perimeter_mm, unit),
    )
    if volume is None or volume.color is not None:
        return Reading(size)
    values = values_in(volume, figure.plane, region)
    if not values.size:
        return Reading(size, note=NO_PIXELS)
    statistics = Statistics(values)
    sd = statistics.sd
    return Reading(
        (
            Quantity(What.MEAN, statistics.mean, volume.unit),
            *(() if sd is None else (Quantity(What.SD, sd, volume.unit),)),
            Quantity(What.MINIMUM, statistics.minimum, volume.unit),
            Quantity(What.MAXIMUM, statistics.maximum, volume.unit),
            *size,
            Quantity(What.PIXELS, statistics.count),
        ),
        statistics,
    )
