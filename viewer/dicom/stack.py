"""From slice positions to a regular grid: order, spacing, tilt, gaps.

Spacing comes from Image Position (Patient) projected on the slices' normal (PS3.3 C.7.6.2.1.1),
never from Slice Thickness, which is a nominal width, nor from Spacing Between Slices, whose sign
and meaning differ between makers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from viewer.dicom.report import Note, count, error, info, warning
from viewer.dicom.series import Placement
from viewer.errors import GeometryError
from viewer.imaging.geometry import Geometry, Points

#: Deviation from regular positions that is rounding, and that which is only worth a note,
#: as fractions of the spacing.
_ROUNDING, _JITTER = 0.01, 0.1
_ROUNDING_MM = 0.01
#: A sideways drift of the whole stack that is rounding.
_DRIFT_MM = 0.1
#: Gaps up to this are interpolated; wider ones stay empty.
_WIDEST_BRIDGE_SLICES, _WIDEST_BRIDGE_MM = 3, 20.0
#: More slices than this many times the files are not made.
_MOST_RESAMPLED = 4


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices in order on a regular grid.

    Parameters
    ----------
    order : tuple of int
        The given slices, from the lowest position along the normal to the highest.
    positions_mm : ndarray, shape (n,)
        Positions along the normal, in that order.
    placements : tuple of Placement
        What each slice of the grid is made of, by place in ``order``.
    geometry : Geometry
        Right-handed, in LPS mm.
    notes : tuple of Note
    """

    order: tuple[int, ...]
    positions_mm: npt.NDArray[np.float64]
    placements: tuple[Placement, ...]
    geometry: Geometry
    notes: tuple[Note, ...]


def directions(orientations: npt.ArrayLike) -> tuple[Points, Points, float]:
    """Row and column direction that slices share, and how far they differ.

    Parameters
    ----------
    orientations : array_like, shape (n, 6)
        Image Orientation (Patient) of each slice; need be neither of unit length nor exactly
        perpendicular.

    Returns
    -------
    row, column : ndarray, shape (3,)
        Perpendicular unit vectors.
    spread : float
        The largest angle between a slice's direction and the shared one, in degrees.
    """
    vectors = np.asarray(orientations, dtype=np.float64).reshape(-1, 2, 3)
    lengths = np.linalg.norm(vectors, axis=2, keepdims=True)
    if not np.all(lengths > 1e-6):
        raise GeometryError("Image Orientation (Patient) has a direction of length 0.")
    vectors = vectors / lengths
    row, column = vectors.mean(axis=0)
    row = row / np.linalg.norm(row)
    column = column - (column @ row) * row
    length = np.linalg.norm(column)
    if length < 0.5:
        raise GeometryError("Image Orientation (Patient) has two directions that are the same.")
    column = column / length
    apart = np.linalg.norm(vectors - np.stack((row, column)), axis=2).max()
    return row, column, float(np.degrees(2 * np.arcsin(min(1.0, apart / 2))))


def arrange(
    positions: npt.ArrayLike,
    row: Points,
    column: Points,
    pixel_spacing: tuple[float, float],
    size: tuple[int, int],
    thickness_mm: float | None,
    files: Sequence[Path],
) -> Stack:
    """Put slices in order on a regular grid.

    Parameters
    ----------
    positions : array_like, shape (n, 3)
        Image Position (Patient) of each slice, no two in one plane.
    row, column : ndarray, shape (3,)
        From ``directions``.
    pixel_spacing : tuple of float
        ``(between rows, between columns)`` in mm.
    size : tuple of int
        ``(rows, columns)``.
    thickness_mm : float, optional
        Nominal Slice Thickness: the distance of a single slice, and compared with that of several.
    files : sequence of Path
        Of the slices, for the notes.
    """
    points = np.asarray(positions, dtype=np.float64)
    normal = np.cross(row, column)
    order = np.argsort(points @ normal, kind="stable")
    points = points[order]
    distances = points @ normal
    files = [files[i] for i in order]
    notes: list[Note] = []
    placements: tuple[Placement, ...] = (Placement(0, 0),)
    if len(points) == 1:
        step = normal * (thickness_mm or 1.0)
    else:
        drift = _drift(points, distances, normal, files, notes)
        spacing, placements = _regular_grid(distances, files, notes)
        step = (normal + drift) * spacing
        _compare_thickness(spacing, thickness_mm, notes)
    geometry = Geometry.from_directions(
        points[0].tolist(),
        row.tolist(),
        column.tolist(),
        step.tolist(),
        pixel_spacing,
        (len(placements), *size),
    )
    if geometry.is_sheared:
        notes.append(
            warning(
                "gantry_tilt",
                f"The slices are tilted by {geometry.tilt_degrees:.1f}° against the direction in "
                "which they follow each other. The geometry is kept true: views across the slices "
                "are interpolated.",
            )
        )
    return Stack(tuple(int(i) for i in order), distances, placements, geometry, tuple(notes))


def _drift(
    points: Points, distances: Points, normal: Points, files: Sequence[Path], notes: list[Note]
) -> Points:
    """How far the slices slide sideways per mm along the normal (0 where it is rounding)."""
    sideways = points - distances[:, None] * normal
    slope = (sideways[-1] - sideways[0]) / (distances[-1] - distances[0])
    line = sideways[0] + (distances - distances[0])[:, None] * slope
    off = np.linalg.norm(sideways - line, axis=1)
    if off.max() > _DRIFT_MM:
        shifted = tuple(file for file, o in zip(files, off, strict=True) if o > _DRIFT_MM)
        notes.append(
            warning(
                "slices_shifted",
                f"{count(len(shifted), 'slice lies', 'slices lie')} up to {off.max():.2f} mm "
                "beside the line of the others. They are shown on that line.",
                shifted,
            )
        )
    total = float(np.linalg.norm(sideways[-1] - sideways[0]))
    return slope if total > _DRIFT_MM else np.zeros(3)


def _regular_grid(
    distances: Points, files: Sequence[Path], notes: list[Note]
) -> tuple[float, tuple[Placement, ...]]:
    """Spacing of the grid, and what its slices are made of."""
    steps = np.diff(distances)
    number = len(distances)
    mean = float((distances[-1] - distances[0]) / (number - 1))
    index = np.arange(number)
    line = np.polynomial.Polynomial.fit(index, distances, 1)
    deviation = float(np.abs(distances - line(index)).max())
    plain = tuple(Placement(i, i) for i in range(number))
    if deviation <= max(_ROUNDING * mean, _ROUNDING_MM):
        return mean, plain
    if deviation <= _JITTER * mean:
        notes.append(
            info(
                "uneven_spacing",
                f"The slices' positions deviate by up to {deviation:.3f} mm from an even spacing "
                f"of {mean:.3f} mm. They are shown evenly spaced.",
            )
        )
        return mean, plain
    spacing = _typical_step(steps)
    placements = _resample(distances, spacing)
    _note_gaps(distances, spacing, placements, files, notes)
    return spacing, placements


def _typical_step(steps: Points) -> float:
    """The distance of most neighbours; of several common distances the smallest."""
    lower = float(np.quantile(steps, 0.25, method="lower"))
    alike = steps[np.abs(steps - lower) <= _JITTER * lower]
    spacing = float(alike.mean())
    least = float(steps.sum()) / (_MOST_RESAMPLED * len(steps))
    return max(spacing, least)


def _resample(distances: Points, spacing: float) -> tuple[Placement, ...]:
    last = int((distances[-1] - distances[0]) / spacing + _JITTER)
    targets = distances[0] + spacing * np.arange(last + 1)
    above = np.clip(np.searchsorted(distances, targets), 1, len(distances) - 1)
    below = above - 1
    gaps = distances[above] - distances[below]
    weights = np.clip((targets - distances[below]) / gaps, 0, 1)
    widest = min(_WIDEST_BRIDGE_MM, (_WIDEST_BRIDGE_SLICES + 1) * spacing) + _JITTER * spacing
    placements = []
    for low, high, weight, gap in zip(below, above, weights, gaps, strict=True):
        if weight * gap <= _JITTER * spacing:
            placements.append(Placement(int(low), int(low)))
        elif (1 - weight) * gap <= _JITTER * spacing:
            placements.append(Placement(int(high), int(high)))
        elif gap > max(widest, 2 * spacing):
            placements.append(Placement(None, None))
        else:
            placements.append(Placement(int(low), int(high), float(weight)))
    return tuple(placements)


def _note_gaps(
    distances: Points,
    spacing: float,
    placements: Sequence[Placement],
    files: Sequence[Path],
    notes: list[Note],
) -> None:
    steps = np.diff(distances)
    multiples = np.rint(steps / spacing)
    even = np.abs(steps - multiples * spacing) <= _JITTER * spacing
    interpolated = sum(p.is_interpolated for p in placements)
    empty = sum(p.is_empty for p in placements)
    if even.all():
        gaps = np.flatnonzero(multiples > 1)
        missing = int(multiples[gaps].sum()) - len(gaps)
        where = ", ".join(
            f"{distances[i]:.1f} to {distances[i + 1]:.1f} mm, after image {i + 1}"
            for i in gaps[:5]
        )
        more = f", and {len(gaps) - 5} more gaps" if len(gaps) > 5 else ""
        notes.append(
            warning(
                "missing_slices",
                f"{count(missing, 'slice')} of an even spacing of {spacing:.3f} mm "
                f"{'is' if missing == 1 else 'are'} not there (along the normal from "
                f"{where}{more}). " + _filled(interpolated, empty),
                tuple(files[int(i)] for i in gaps),
            )
        )
    else:
        found = ", ".join(_distances_in_words(steps))
        unused = len(distances) - len(
            {i for p in placements for i in (p.below, p.above) if i is not None}
        )
        left_out = f" {count(unused, 'measured slice')} fell between these." if unused else ""
        notes.append(
            warning(
                "uneven_spacing",
                f"The distances between slices differ: {found}. The volume is resampled to an even "
                f"spacing of {spacing:.3f} mm. " + _filled(interpolated, empty) + left_out,
            )
        )
    if empty:
        notes.append(
            error(
                "empty_slices",
                f"{count(empty, 'slice of the volume holds', 'slices of the volume hold')} "
                "nothing: the gap is too wide to interpolate across.",
            )
        )


def _filled(interpolated: int, empty: int) -> str:
    parts = []
    if interpolated:
        parts.append(f"{interpolated} are interpolated from their neighbours")
    if empty:
        parts.append(f"{empty} are empty")
    return f"Of the volume's slices, {' and '.join(parts)}." if parts else ""


def _distances_in_words(steps: Points) -> list[str]:
    """The commonest distances: ``["13 of 4.00 mm", "1 of 1.08 mm"]``."""
    values, numbers = np.unique(np.round(steps, 2), return_counts=True)
    commonest = np.argsort(-numbers, kind="stable")[:4]
    words = [f"{numbers[i]} of {values[i]:.2f} mm" for i in commonest]
    return [*words, "others"] if len(values) > len(words) else words


def _compare_thickness(spacing: float, thickness_mm: float | None, notes: list[Note]) -> None:
    if thickness_mm and abs(thickness_mm - spacing) > _ROUNDING * spacing:
        overlap = "overlap" if thickness_mm > spacing else "leave gaps"
        notes.append(
            info(
                "thickness_not_spacing",
                f"The files give a slice thickness of {thickness_mm:g} mm, but their positions are "
                f"{spacing:.3f} mm apart (the slices {overlap}). The positions are used.",
            )
        )
