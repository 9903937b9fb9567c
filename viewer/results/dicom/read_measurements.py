"""Structured reports read back as measurements: our own, and others that draw like them.

Of an Imaging Measurement Report (PS3.16 TID 1500) each group of measurements becomes a figure: by
the shape of its region, or by what the numbers are called that its lines belong to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from viewer.dicom.series import Series
from viewer.errors import DamagedFileError
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation, Plane, standard_stack
from viewer.imaging.roi.figure import Figure, Kind
from viewer.results.dicom.measurement_report import ARROW, TEXT
from viewer.results.read_back import Found, ReadBack

_GROUP = codes.DCM.MeasurementGroup
_TRACKING, _FINDING = codes.DCM.TrackingIdentifier, codes.DCM.Finding
_NO_FINDING = Code("", "", "")
_ELLIPSE_CORNERS = 64
_IN_PLANE_MM = 0.05

_Floats = npt.NDArray[np.float64]


def read_measurements(path: Path, series: Sequence[Series]) -> ReadBack:
    """Read the measurements of a structured report.

    Parameters
    ----------
    path : Path
    series : sequence of Series
        Those that are open, in which the images of the report are looked for.

    Raises
    ------
    DamagedFileError
        It is no structured report.
    OSError
    """
    try:
        report = pydicom.dcmread(path)
    except InvalidDicomError as error:
        raise DamagedFileError("The file is no DICOM.", path, "Choose another.") from error
    if report.get("ValueType") != "CONTAINER":
        raise DamagedFileError("The file is no structured report.", path, "Choose another.")
    found: list[Found] = []
    left_out: list[str] = []
    for group in _groups(report):
        try:
            found.append(_read(group, series))
        except _LeftOutError as why:
            left_out.append(f"{_name(group) or 'A measurement'}: {why}")
    return ReadBack(tuple(found), tuple(left_out))


class _LeftOutError(Exception):
    """A group that becomes no measurement; says why."""


@dataclass(frozen=True, eq=False)
class _Graphic:
    """What a group draws: its shape and points in LPS mm, and the plane they lie in."""

    shape: str
    points: _Floats
    plane: Plane
    series: Series


def _groups(item: Dataset) -> Iterator[Dataset]:
    for child in item.get("ContentSequence", ()):
        if child.get("ValueType") == "CONTAINER":
            if _is_called(child, _GROUP):
                yield child
            else:
                yield from _groups(child)


def _read(group: Dataset, series: Sequence[Series]) -> Found:
    children = list(group.get("ContentSequence", ()))
    regions = [c for c in children if c.ValueType in ("SCOORD", "SCOORD3D")]
    if regions:
        graphic = _graphic(regions[0], series)
        figure = _of_region(graphic, _finding(children))
    else:
        graphic, figure = _of_numbers([c for c in children if c.ValueType == "NUM"], series)
    if not figure.is_whole:
        raise _LeftOutError("it has too few points.")
    return Found(_name(group), figure, graphic.series)


def _of_region(graphic: _Graphic, finding: Code) -> Figure:
    points, plane = graphic.points, graphic.plane
    if graphic.shape == "POINT":
        return Figure(Kind.TEXT if finding == TEXT else Kind.PROBE, points, plane)
    if graphic.shape in ("ELLIPSE", "CIRCLE"):
        return _ellipse(graphic)
    closed = graphic.shape == "POLYGON" or np.allclose(points[0], points[-1])
    if finding == ARROW or not closed:
        return Figure(Kind.ARROW if finding == ARROW else Kind.LENGTH, points[:2], plane)
    corners = points[:-1] if np.allclose(points[0], points[-1]) else points
    return _box(corners, plane) or Figure(Kind.FREEHAND, corners, plane)


def _of_numbers(numbers: Sequence[Dataset], series: Sequence[Series]) -> tuple[_Graphic, Figure]:
    """A figure of the lines that its numbers are inferred from."""
    drawn = [(n, [_graphic(c, series) for c in _coordinates(n)]) for n in numbers]
    drawn = [(number, graphics) for number, graphics in drawn if graphics]
    if not drawn:
        raise _LeftOutError("it has no coordinates.")
    first = drawn[0][1][0]
    points = np.concatenate([g.points for _, graphics in drawn for g in graphics])
    kinds = (
        (codes.SCT.CobbAngle, Kind.COBB),
        (codes.SCT.Angle, Kind.ANGLE),
        (codes.SCT.ShortAxis, Kind.BIDIRECTIONAL),
    )
    for name, kind in kinds:
        if any(_is_called(number, name) for number, _ in drawn):
            return first, Figure(kind, points, first.plane)
    if first.shape == "POINT":
        return first, Figure(Kind.PROBE, first.points, first.plane)
    if len(first.points) != 2:
        raise _LeftOutError("a line of several parts cannot be shown yet.")
    return first, Figure(Kind.LENGTH, first.points, first.plane)


def _coordinates(number: Dataset) -> list[Dataset]:
    children = number.get("ContentSequence", ())
    return [c for c in children if c.ValueType in ("SCOORD", "SCOORD3D")]


def _graphic(item: Dataset, series: Sequence[Series]) -> _Graphic:
    if item.ValueType == "SCOORD3D":
        points = np.array(item.GraphicData, np.float64).reshape(-1, 3)
        owner = _with_frame(str(item.ReferencedFrameOfReferenceUID), series)
        return _Graphic(item.GraphicType, points, _plane_through(points, owner), owner)
    image = next(
        (c for c in item.get("ContentSequence", ()) if c.ValueType in ("IMAGE", "COMPOSITE")), None
    )
    if image is None:
        raise _LeftOutError("it names no image.")
    reference = image.ReferencedSOPSequence[0]
    owner, number = _with_image(reference, series)
    flat = np.array(item.GraphicData, np.float64).reshape(-1, 2) - 0.5
    points = owner.grid.to_lps(np.column_stack([flat, np.full(len(flat), float(number))]))
    return _Graphic(item.GraphicType, points, _slice_plane(owner.grid, number), owner)


def _with_image(reference: Dataset, series: Sequence[Series]) -> tuple[Series, int]:
    """The open series that an image belongs to, and which of its volume's slices it is."""
    uid = str(reference.ReferencedSOPInstanceUID)
    frames: Any = reference.get("ReferencedFrameNumber") or 1
    frame = int(frames if isinstance(frames, (int, str)) else frames[0]) - 1
    for one in series:
        for number, placement in enumerate(one.placements):
            if placement.below is None or placement.is_interpolated or not one.slices:
                continue
            image = one.slices[placement.below]
            if image.sop_instance_uid == uid and image.frame == frame:
                return one, number
    raise _LeftOutError("its image is not open.")


def _with_frame(uid: str, series: Sequence[Series]) -> Series:
    found = [s for s in series if s.frame_of_reference == uid and s.geometry is not None]
    if not found:
        raise _LeftOutError("no series of its frame of reference is open.")
    # The one with most slices: what is drawn across the slices was drawn on a volume.
    return max(found, key=lambda s: s.shape[0])


def _slice_plane(grid: Geometry, number: int) -> Plane:
    """The plane of a slice as it is shown."""
    for orientation in Orientation:
        stack = standard_stack(grid, orientation)
        if abs(float(stack.first.normal @ grid.normal)) > 0.9999 and stack.count == grid.shape[0]:
            return stack.plane(stack.index_of(grid.to_lps((0.0, 0.0, float(number)))))
    raise _LeftOutError("its image is shown in no standard view.")


def _plane_through(points: _Floats, series: Series) -> Plane:
    """The plane that holds all points: of a standard view, or else one along the first stroke."""
    for orientation in Orientation:
        stack = standard_stack(series.grid, orientation)
        normal = stack.first.normal
        if np.ptp((points - points[0]) @ normal) <= _IN_PLANE_MM:
            plane = stack.plane(stack.index_of(points[0]))
            offset = (points[0] - plane.origin) @ normal
            return Plane(plane.origin + offset * normal, plane.right, plane.down, plane.shape)
    return _oblique_plane(points, series.grid)


def _oblique_plane(points: _Floats, grid: Geometry) -> Plane:
    """A plane through points, with pixels as small as the grid's."""
    right = (points[1] - points[0]) / _norm(points[1] - points[0])
    offsets = points - points[0]
    across = offsets - (offsets @ right)[:, None] * right
    farthest = across[np.argmax(np.linalg.norm(across, axis=1))]
    if _norm(farthest) <= _IN_PLANE_MM or len(points) < 3:
        # A line lies in many planes: the one nearest to the slices is taken.
        farthest = np.cross(grid.normal, right)
    down = farthest / _norm(farthest)
    if np.max(np.abs(offsets @ np.cross(right, down))) > _IN_PLANE_MM:
        raise _LeftOutError("its points lie in no plane.")
    step = min(grid.spacing_mm)
    size = float(np.linalg.norm(np.ptp(grid.corners_lps, axis=0)))
    count = int(np.ceil(size / step)) + 1
    origin = points[0] - (right + down) * (count // 2) * step
    return Plane(origin, right * step, down * step, (count, count))


def _ellipse(graphic: _Graphic) -> Figure:
    """An ellipse along the plane's rows and columns, or the outline of a turned one."""
    plane, points = graphic.plane, graphic.points
    if graphic.shape == "CIRCLE":
        center, radius = points[0], float(np.linalg.norm(points[1] - points[0]))
        right, down = (v / np.linalg.norm(v) * radius for v in (plane.right, plane.down))
    else:
        center = points.mean(axis=0)
        right, down = (points[1] - points[0]) / 2, (points[3] - points[2]) / 2
    along = [abs(float(v @ plane.right)) / _norm(v) / _norm(plane.right) for v in (right, down)]
    if max(along) > 0.9999 and min(along) < 0.01:
        return Figure(Kind.ELLIPSE, np.stack([center - right - down, center + right + down]), plane)
    turn = np.linspace(0, 2 * np.pi, _ELLIPSE_CORNERS, endpoint=False)[:, None]
    outline = center + np.cos(turn) * right + np.sin(turn) * down
    return Figure(Kind.FREEHAND, outline, plane)


def _box(corners: _Floats, plane: Plane) -> Figure | None:
    """Four corners along the plane's rows and columns as a rectangle."""
    if len(corners) != 4:
        return None
    box = Figure(Kind.RECTANGLE, corners[[0, 2]], plane)
    distances = np.linalg.norm(corners[:, None] - box.handles[None], axis=-1)
    return box if np.all(distances.min(axis=1) < _IN_PLANE_MM) else None


def _norm(vector: _Floats) -> float:
    return float(np.linalg.norm(vector)) or 1.0


def _name(group: Dataset) -> str:
    for child in group.get("ContentSequence", ()):
        if child.ValueType == "TEXT" and _is_called(child, _TRACKING):
            return str(child.TextValue)
    return ""


def _finding(children: Sequence[Dataset]) -> Code:
    for child in children:
        if child.ValueType == "CODE" and _is_called(child, _FINDING):
            return _code(child.ConceptCodeSequence[0])
    return _NO_FINDING


def _is_called(item: Dataset, name: Code) -> bool:
    names = item.get("ConceptNameCodeSequence")
    return bool(names) and _code(names[0]) == name


def _code(item: Dataset) -> Code:
    value = item.get("CodeValue") or item.get("LongCodeValue") or item.get("URNCodeValue") or ""
    return Code(str(value), str(item.get("CodingSchemeDesignator", "")), str(item.CodeMeaning))
