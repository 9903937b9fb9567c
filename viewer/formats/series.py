"""A series that is one file of another format than DICOM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy.typing as npt

from viewer.dicom.report import Note
from viewer.dicom.series import LengthUnit, Placement, Series, StudyInfo
from viewer.dicom.source import Source
from viewer.imaging.geometry import Geometry
from viewer.imaging.voi import Window

#: What to do about a file that is damaged.
COPY_AGAIN = "Copy the file again from its origin."


class Content(Protocol):
    """The slices of a volume, as they lie in one file."""

    @property
    def source(self) -> Source:
        """The file that holds the values."""

    def read(self, wanted: Iterable[int]) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        """Yield slices with their index, in the order that suits the file.

        Parameters
        ----------
        wanted : iterable of int
            Indices into the volume's slices.

        Yields
        ------
        int, ndarray
            Values of int16 or float32, shape (rows, columns), NaN where there is none; or RGB of
            uint8, shape (rows, columns, 3).

        Raises
        ------
        DamagedFileError
            The file ends too early, or cannot be unpacked.
        OSError
        """


@dataclass(frozen=True, eq=False, kw_only=True)
class FileSeries(Series):
    """A series without DICOM headers.

    Parameters
    ----------
    content : Content
        Its values.
    """

    content: Content


def file_series(
    source: Source,
    content: Content,
    *,
    kind: str,
    grid: Geometry,
    report: tuple[Note, ...],
    geometry: Geometry | None = None,
    length_unit: LengthUnit = LengthUnit.MM,
    modality: str = "",
    unit: str = "",
    windows: tuple[Window, ...] = (),
    is_inverted: bool = False,
    is_float: bool = False,
    volume: int | None = None,
) -> FileSeries:
    """Describe a file; its name and folder stand in for what DICOM would say of series and study.

    Parameters
    ----------
    source : Source
        The file that the user knows.
    content : Content
    kind : str
        The format's name, for people.
    volume : int, optional
        Number of the volume in a file of several, counted from 1.

    Notes
    -----
    The other parameters are those of ``Series``.
    """
    name = source.path.name if volume is None else f"{source.path.name} #{volume}"
    folder = source.path.parent
    return FileSeries(
        key=str(folder / name),
        series_uid=name,
        study_uid=str(folder),
        modality=modality,
        description=name,
        study=StudyInfo(study_uid=str(folder), description=folder.name),
        slices=(),
        placements=tuple(Placement(k, k) for k in range(grid.shape[0])),
        geometry=geometry,
        grid=grid,
        length_unit=length_unit,
        number=volume,
        windows=windows,
        is_inverted=is_inverted,
        transfer_syntax=kind,
        unit=unit,
        is_float=is_float,
        report=report,
        content=content,
    )
