"""Measurements in words: the labels over the images and the cells of the table."""

from __future__ import annotations

import re

from viewer.dicom.series import SUV
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation, standard_stack
from viewer.imaging.roi.figure import Kind
from viewer.session.measurements import TITLES, Measurement
from viewer.session.readings import DEGREES, Quantity, Reading, What
from viewer.ui import captions

_PARALLEL = 0.9999
_SPREAD = (What.MEAN, What.SD)
_ENDS = (What.MINIMUM, What.MAXIMUM)


def amount(quantity: Quantity) -> str:
    """A quantity's number, with as many digits as mean something."""
    value, what = quantity.value, quantity.what
    if what in (*_SPREAD, *_ENDS, What.VALUE):
        if quantity.unit == SUV:
            return captions.number(value, 2)
        if quantity.unit == "HU":
            return captions.number(value, 1 if what in _SPREAD else 0)
        return captions.number(value, 0 if value.is_integer() else 2)
    if what is What.PIXELS:
        return captions.number(value)
    return captions.number(value, 0 if what is What.AREA and value >= 100 else 1)


def with_unit(quantity: Quantity) -> str:
    """A quantity's number and unit: ``"12.3 mm"``, ``"41.0°"``."""
    gap = "" if quantity.unit == DEGREES else " "
    return f"{amount(quantity)}{gap}{quantity.unit}".strip()


def label(measurement: Measurement, reading: Reading) -> list[str]:
    """What is written beside a figure, a line each; a name only if the reader gave it."""
    lines = [measurement.name] if is_named(measurement) or measurement.kind is Kind.TEXT else []
    found = {q.what: q for q in reading.quantities}
    if What.MEAN in found:
        lines.append(f"Mean {_pair(found, What.MEAN, What.SD, 'SD')}")
        lines.append(f"Min {_pair(found, What.MINIMUM, What.MAXIMUM, 'Max')}")
    if reading.note:
        lines.append(reading.note.capitalize())
    if What.LONG_AXIS in found:
        lines.append(f"{amount(found[What.LONG_AXIS])} × {with_unit(found[What.SHORT_AXIS])}")
    if What.COBB in found:
        lines.append(f"Cobb {with_unit(found[What.COBB])}")
    plain = (What.LENGTH, What.ANGLE, What.VALUE)
    lines += [with_unit(q) for q in reading.quantities if q.what in plain]
    if What.AREA in found:
        lines.append(f"Area {with_unit(found[What.AREA])}")
    return lines


def value(reading: Reading) -> str:
    """The most telling number, for the table."""
    found = {q.what: q for q in reading.quantities}
    if What.LONG_AXIS in found:
        return f"{amount(found[What.LONG_AXIS])} × {with_unit(found[What.SHORT_AXIS])}"
    if reading.note:
        return reading.note.capitalize()
    return with_unit(reading.quantities[0]) if reading.quantities else ""


def details(reading: Reading) -> list[tuple[str, str]]:
    """Every quantity by name."""
    rows = [(_capital(q.what), with_unit(q)) for q in reading.quantities]
    return [*rows, ("Values", reading.note)] if reading.note else rows


def slice_of(measurement: Measurement, grid: Geometry | None) -> str:
    """The slice that it lies in, as the views count them: ``"Ax 49"``.

    Parameters
    ----------
    measurement : Measurement
    grid : Geometry, optional
        Of its series.
    """
    if grid is None:
        return ""
    normal = measurement.figure.plane.normal
    for orientation in Orientation:
        stack = standard_stack(grid, orientation)
        if abs(float(stack.first.normal @ normal)) > _PARALLEL:
            number = stack.index_of(measurement.center_lps) + 1
            return f"{orientation[:2].capitalize()} {number}"
    return "Oblique"


def is_named(measurement: Measurement) -> bool:
    """Whether the reader gave it a name, and not the program."""
    return not re.fullmatch(rf"{re.escape(TITLES[measurement.kind])} \d+", measurement.name)


def _pair(found: dict[What, Quantity], first: What, second: What, name: str) -> str:
    """Two numbers of one unit: ``"41.2  SD 3.0 HU"``."""
    other = f"  {name} {amount(found[second])}" if second in found else ""
    return f"{amount(found[first])}{other} {found[first].unit}".rstrip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
