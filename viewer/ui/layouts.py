"""The layouts as data: how many views there are, how they share the space, what they show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from viewer.imaging.plane import Orientation
from viewer.ui.language import tr


class ViewKind(StrEnum):
    """What a view shows of a series: slices of one of the three orientations, or 3D."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    VOLUME = "3d"

    @property
    def orientation(self) -> Orientation | None:
        """The orientation of the slices; None for 3D."""
        return None if self is ViewKind.VOLUME else Orientation(self.value)

    @property
    def caption(self) -> str:
        """The name for people."""
        return tr("3D" if self is ViewKind.VOLUME else self.value.capitalize())


class LayoutName(StrEnum):
    """The layouts there are; that of one view alone has the name of its kind."""

    FOUR = "2x2"
    ONE_AND_THREE = "1+3"
    SIDE_BY_SIDE = "1x2"
    STACKED = "2x1"
    FOUR_SERIES = "four-series"
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    VOLUME = "3d"


@dataclass(frozen=True)
class Layout:
    """Views in lines.

    Parameters
    ----------
    lines : tuple of tuple of ViewKind or None
        The views of each line; None is the orientation in which a series was acquired.
    in_columns : bool
        Whether the lines run from top to bottom, side by side; rows otherwise.
    weights : tuple of int
        How the lines share the space; equally by default.
    """

    lines: tuple[tuple[ViewKind | None, ...], ...]
    in_columns: bool = False
    weights: tuple[int, ...] = ()

    @property
    def kinds(self) -> tuple[ViewKind | None, ...]:
        """What each view shows, line by line."""
        return tuple(kind for line in self.lines for kind in line)

    @property
    def is_of_one_series(self) -> bool:
        """Whether all views show the same series; else each has one of its own."""
        return None not in self.kinds


_K = ViewKind

#: The layouts of several views.
LAYOUTS = {
    LayoutName.FOUR: Layout(((_K.AXIAL, _K.VOLUME), (_K.CORONAL, _K.SAGITTAL))),
    LayoutName.ONE_AND_THREE: Layout(
        ((_K.AXIAL,), (_K.CORONAL, _K.SAGITTAL, _K.VOLUME)), in_columns=True, weights=(2, 1)
    ),
    LayoutName.SIDE_BY_SIDE: Layout(((None, None),)),
    LayoutName.STACKED: Layout(((None,), (None,))),
    LayoutName.FOUR_SERIES: Layout(((None, None), (None, None))),
}

#: Most views of any layout.
MOST_VIEWS = max(len(layout.kinds) for layout in LAYOUTS.values())
