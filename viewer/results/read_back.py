"""Measurements read back from files, onto the series that are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from viewer.dicom.series import Series
from viewer.imaging.roi.figure import Figure
from viewer.results.measurement_files import Imported, read_json
from viewer.session.measurements import Point

_NOT_OPEN = "its series is not open."


@dataclass(frozen=True, eq=False)
class Found:
    """A measurement of a file.

    Parameters
    ----------
    name : str
    figure : Figure
    series : Series
        Of the open ones, that it belongs to.
    color : str
    label : tuple of float, optional
        As of a ``Measurement``.
    """

    name: str
    figure: Figure
    series: Series
    color: str = ""
    label: Point | None = None


@dataclass(frozen=True, eq=False)
class ReadBack:
    """What became of a file.

    Parameters
    ----------
    found : tuple of Found
    left_out : tuple of str
        Why something became no measurement, one sentence each.
    """

    found: tuple[Found, ...]
    left_out: tuple[str, ...] = ()


def read_back(path: Path, series: Sequence[Series]) -> ReadBack:
    """Read the measurements of a JSON export or of a structured report.

    Parameters
    ----------
    path : Path
    series : sequence of Series
        Those that are open.

    Raises
    ------
    DamagedFileError
        The file is of another kind.
    OSError
        It cannot be read.
    """
    if path.suffix.lower() == ".json":
        return _of_json(path, series)
    # Needs highdicom's codes, which take a second to import.
    from viewer.results.dicom.read_measurements import read_measurements

    return read_measurements(path, series)


def _of_json(path: Path, series: Sequence[Series]) -> ReadBack:
    found: list[Found] = []
    left_out: list[str] = []
    for one in read_json(path):
        owner = _owner(one, series)
        if owner is None:
            left_out.append(f"{one.name or 'A measurement'}: {_NOT_OPEN}")
        else:
            found.append(Found(one.name, one.figure, owner, one.color, one.label_lps_mm))
    return ReadBack(tuple(found), tuple(left_out))


def _owner(one: Imported, series: Sequence[Series]) -> Series | None:
    """The open series that a measurement belongs to: of several volumes, the one with its image."""
    same = [s for s in series if s.series_uid == one.series_uid]
    with_image = [
        s for s in same if any(i.sop_instance_uid == one.sop_instance_uid for i in s.slices)
    ]
    return next(iter(with_image or same), None)
