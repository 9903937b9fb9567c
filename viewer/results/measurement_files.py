"""Measurements as JSON and CSV, and JSON read back."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from viewer import DISCLAIMER, __version__
from viewer.errors import DamagedFileError
from viewer.results.measured import Measured
from viewer.session.measurement_document import MeasurementDocument, document
from viewer.session.readings import What

SCHEMA = "hounsfield.measurements/1"

_OF_SERIES = ("study_uid", "series_uid", "series", "sop_instance_uid", "frame", "slice")
_LENGTHS = (What.LENGTH, What.LONG_AXIS, What.SHORT_AXIS, What.PERIMETER)
_VALUES = (What.MEAN, What.SD, What.MINIMUM, What.MAXIMUM, What.VALUE)
_UNITS = {
    "length_unit": _LENGTHS,
    "area_unit": (What.AREA,),
    "angle_unit": (What.ANGLE, What.COBB),
    "value_unit": _VALUES,
}
_COLUMNS = (
    "name", "kind", *_OF_SERIES,
    *(what.replace(" ", "_").lower() for what in What), *_UNITS,
    "note", "space", "points_mm", "disclaimer",
)  # fmt: skip


class Imported(MeasurementDocument):
    """A measurement read from a file, and the series that it belongs to."""

    series_uid: str
    sop_instance_uid: str | None = None


class _Document(BaseModel):
    """What of a JSON export is read."""

    schema_: Literal["hounsfield.measurements/1"] = Field(alias="schema")
    measurements: tuple[Imported, ...]


def write_json(measured: Sequence[Measured], path: Path) -> None:
    """Write a JSON document with all numbers and points.

    Parameters
    ----------
    measured : sequence of Measured
    path : Path
    """
    content = {
        "schema": SCHEMA,
        "disclaimer": DISCLAIMER,
        "program": f"Hounsfield {__version__}",
        "exported": datetime.now(UTC).isoformat(timespec="seconds"),
        "measurements": [_entry(one) for one in measured],
    }
    text = json.dumps(content, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def read_json(path: Path) -> tuple[Imported, ...]:
    """Read the measurements of a JSON export.

    Raises
    ------
    DamagedFileError
        It is no such document.
    OSError
    """
    try:
        return _Document.model_validate_json(path.read_bytes()).measurements
    except ValidationError as error:
        raise DamagedFileError(
            "The file holds no measurements that Hounsfield has written.",
            path,
            "Choose a file made by Export Measurements.",
        ) from error


def write_csv(measured: Sequence[Measured], path: Path) -> None:
    """Write a CSV file: a line for each measurement, a column for each quantity.

    Parameters
    ----------
    measured : sequence of Measured
    path : Path
    """
    # With a byte order mark, without which spreadsheets take "mm²" for something else.
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, _COLUMNS, restval="")
        writer.writeheader()
        for one in measured:
            writer.writerow(_row(one))


def _entry(one: Measured) -> dict[str, Any]:
    written = document(one.measurement).model_dump(mode="json")
    pixels = None if one.slice_number is None else one.index[:, :2].round(4).tolist()
    return {
        **written,
        **_place(one),
        "space": _space(one),
        "frame_of_reference_uid": one.series.frame_of_reference or None,
        "pixels_column_row": pixels,
        "quantities": [
            {"what": q.what.value, "value": q.value, "unit": q.unit} for q in one.reading.quantities
        ],
        "note": one.reading.note,
    }


def _place(one: Measured) -> dict[str, Any]:
    """The values of ``_OF_SERIES``; slices are counted from 1, in the volume's order."""
    image = one.image
    return {
        "study_uid": one.series.study.study_uid if one.series.slices else None,
        "series_uid": one.series.series_uid,
        "series": one.series.description,
        "sop_instance_uid": image.sop_instance_uid if image is not None else None,
        "frame": one.frame,
        "slice": None if one.slice_number is None else one.slice_number + 1,
    }


def _space(one: Measured) -> str:
    """What the points' millimetres mean: patients' are LPS, others begin at the first pixel."""
    return "patient LPS" if one.series.geometry is not None else "image"


def _row(one: Measured) -> dict[str, Any]:
    quantities = one.reading.quantities
    units = {
        column: next((q.unit for q in quantities if q.what in whats), "")
        for column, whats in _UNITS.items()
    }
    points = one.measurement.figure.points.round(4).tolist()
    return {
        "name": one.measurement.name,
        "kind": one.measurement.kind.value,
        **{key: "" if value is None else value for key, value in _place(one).items()},
        **{q.what.replace(" ", "_").lower(): q.value for q in quantities},
        **units,
        "note": one.reading.note,
        "space": _space(one),
        "points_mm": "; ".join(" ".join(f"{v:g}" for v in point) for point in points),
        "disclaimer": DISCLAIMER,
    }
