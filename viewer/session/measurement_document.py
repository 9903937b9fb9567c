"""A measurement as it is written down: in the files of sessions and of exports."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from viewer.imaging.plane import Plane
from viewer.imaging.roi.figure import Figure, Kind
from viewer.session.measurements import Measurement

Number = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Number, Number, Number]


class PlaneDocument(BaseModel):
    """The plane that a measurement lies in.

    ``origin`` is the centre of the first pixel in LPS mm, ``right`` and ``down`` lead to the next
    column and row.
    """

    model_config = ConfigDict(frozen=True)

    origin: Point
    right: Point
    down: Point
    rows: int = Field(gt=0)
    columns: int = Field(gt=0)

    @field_validator("right", "down")
    @classmethod
    def _has_length(cls, step: Point) -> Point:
        if not any(step):
            raise ValueError("a step between pixels must lead somewhere")
        return step


class MeasurementDocument(BaseModel):
    """A measurement without its numbers, which are made of it and the volume again."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    name: str = ""
    color: str = Field("", pattern=r"^(#[0-9a-fA-F]{6})?$")
    points_lps_mm: tuple[Point, ...] = Field(min_length=1)
    label_lps_mm: Point | None = None
    plane: PlaneDocument

    @property
    def figure(self) -> Figure:
        """What is drawn."""
        plane = self.plane
        return Figure(
            self.kind,
            np.array(self.points_lps_mm),
            Plane(
                np.array(plane.origin),
                np.array(plane.right),
                np.array(plane.down),
                (plane.rows, plane.columns),
            ),
        )


def document(measurement: Measurement) -> MeasurementDocument:
    """Write a measurement down."""
    figure, plane = measurement.figure, measurement.figure.plane
    rows, columns = plane.shape
    return MeasurementDocument(
        kind=figure.kind,
        name=measurement.name,
        color=measurement.color,
        points_lps_mm=tuple(_point(p) for p in figure.points),
        label_lps_mm=measurement.label,
        plane=PlaneDocument(
            origin=_point(plane.origin),
            right=_point(plane.right),
            down=_point(plane.down),
            rows=rows,
            columns=columns,
        ),
    )


def _point(lps: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Point:
    x, y, z = lps.tolist()
    return x, y, z
