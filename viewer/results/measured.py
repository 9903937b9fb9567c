"""What is known of a measurement when it is written to a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from viewer.dicom.series import Series, SliceFile
from viewer.session.measurements import Measurement
from viewer.session.readings import Reading
from viewer.session.session import Session

_ON_SLICE = 0.01  # slices beside an image that still count as in it


@dataclass(frozen=True, eq=False)
class Measured:
    """A measurement with its numbers and where it was made.

    Parameters
    ----------
    measurement : Measurement
    reading : Reading
    series : Series
        That it was drawn on.
    """

    measurement: Measurement
    reading: Reading
    series: Series

    @cached_property
    def index(self) -> npt.NDArray[np.float64]:
        """Its points as fractional indices ``(x, y, z)`` of the volume, shape (n, 3)."""
        return self.series.grid.to_index(self.measurement.figure.points)

    @cached_property
    def slice_number(self) -> int | None:
        """The volume's slice that it lies in; None where it lies across the slices."""
        z = self.index[:, 2]
        nearest = int(np.rint(z[0]))
        inside = 0 <= nearest < self.series.shape[0]
        return nearest if inside and np.all(np.abs(z - nearest) <= _ON_SLICE) else None

    @property
    def image(self) -> SliceFile | None:
        """The image that it lies in; None where it lies in none that was measured."""
        if self.slice_number is None or not self.series.slices:
            return None
        placement = self.series.placements[self.slice_number]
        if placement.below is None or placement.is_interpolated:
            return None
        return self.series.slices[placement.below]

    @property
    def frame(self) -> int | None:
        """Which of a file's images it is, counted from 1; None where there is only one."""
        image = self.image
        many = image is not None and image.encoding.frames > 1
        return image.frame + 1 if image is not None and many else None


def gather(session: Session) -> Callable[[], tuple[Measured, ...]]:
    """What is measured in the open series now.

    Returns
    -------
    callable
        Gives it, on any thread: the values of large regions take a while.
    """
    found = [
        (m, series, session.readings.when_asked(m))
        for m in session.open_measurements
        if (series := session.library.find(m.series)) is not None
    ]
    return lambda: tuple(Measured(m, read(), series) for m, series, read in found)
