"""What measurements read while they are looked at: made once, large regions in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from weakref import ReferenceType, ref

from psygnal import Signal

from viewer.dicom.series import LengthUnit
from viewer.imaging.reslice import grid_cut
from viewer.imaging.roi.figure import Figure
from viewer.imaging.volume import Volume
from viewer.session.jobs import Job, Jobs
from viewer.session.measurements import Measurement
from viewer.session.readings import Reading, read

#: Regions of more pixels than these are measured in the background; what must be interpolated
#: costs so many times as much.
_AT_ONCE_PIXELS = 100_000
_INTERPOLATED = 8

#: Volume and unit of lengths of the series with a key; no volume where it is not loaded.
Source = Callable[[str], tuple[Volume | None, LengthUnit]]


@dataclass(frozen=True, eq=False)
class _Known:
    """A reading and what it was made of."""

    figure: Figure
    volume: ReferenceType[Volume] | None
    slices_read: int
    unit: LengthUnit
    reading: Reading

    def is_of(self, figure: Figure, volume: Volume | None, unit: LengthUnit) -> bool:
        """Whether another reading would say the same.

        What was read stays when the volume is given up.
        """
        if self.figure is not figure or self.unit is not unit:
            return False
        if volume is None:
            return True
        same = self.volume is not None and self.volume() is volume
        return same and self.slices_read == _slices_read(volume)


class LiveReadings:
    """Readings of measurements as they are now.

    Parameters
    ----------
    source : callable
        Finds the volume that a measurement was drawn on.
    jobs : Jobs
    """

    #: The values of a large region are there.
    changed = Signal()

    def __init__(self, source: Source, jobs: Jobs) -> None:
        self._source = source
        self._jobs = jobs
        self._known: dict[int, _Known] = {}
        self._running: dict[int, Job] = {}

    def of(self, measurement: Measurement) -> Reading:
        """What a measurement reads.

        Of a large region that has just changed these are its new size and the values that it had a
        moment ago, until ``changed`` tells of the new ones.
        """
        figure = measurement.figure
        volume, unit = self._source(measurement.series)
        known = self._known.get(measurement.id)
        if known is not None and known.is_of(figure, volume, unit):
            return known.reading
        if volume is None or not _is_large(figure, volume):
            return self._keep(measurement.id, figure, volume, unit, read(figure, volume, unit))
        if measurement.id not in self._running:
            self._begin(measurement.id, figure, volume, unit)
        return _meanwhile(read(figure, None, unit), known)

    def when_asked(self, measurement: Measurement) -> Callable[[], Reading]:
        """What gives the reading of a measurement as it is now, on any thread: for files."""
        figure = measurement.figure
        volume, unit = self._source(measurement.series)
        known = self._known.get(measurement.id)
        if known is not None and known.is_of(figure, volume, unit):
            reading = known.reading
            return lambda: reading
        return lambda: read(figure, volume, unit)

    def _begin(self, number: int, figure: Figure, volume: Volume, unit: LengthUnit) -> None:
        def done(reading: Reading) -> None:
            del self._running[number]
            self._keep(number, figure, volume, unit, reading)
            self.changed.emit()

        def failed(error: Exception) -> None:
            del self._running[number]
            raise error

        self._running[number] = self._jobs.submit(
            lambda _: read(figure, volume, unit), on_done=done, on_failed=failed
        )

    def _keep(
        self,
        number: int,
        figure: Figure,
        volume: Volume | None,
        unit: LengthUnit,
        reading: Reading,
    ) -> Reading:
        kept = ref(volume) if volume is not None else None
        self._known[number] = _Known(figure, kept, _slices_read(volume), unit, reading)
        return reading


def _is_large(figure: Figure, volume: Volume) -> bool:
    region = figure.region
    if region is None:
        return False
    size = region.outline.max(axis=0) - region.outline.min(axis=0)
    height, width = figure.plane.pixel_mm
    pixels = float(size[0] / width * size[1] / height)
    if grid_cut(volume.geometry, figure.plane) is None:
        pixels *= _INTERPOLATED
    return pixels > _AT_ONCE_PIXELS


def _slices_read(volume: Volume | None) -> int:
    if volume is None:
        return 0
    if volume.is_read is None:
        return volume.geometry.shape[0]
    return int(volume.is_read.sum())


def _meanwhile(size: Reading, before: _Known | None) -> Reading:
    """The size of a region with the values that it had before."""
    if before is None or before.reading.statistics is None:
        return size
    sizes = {q.what: q for q in size.quantities}
    quantities = tuple(sizes.get(q.what, q) for q in before.reading.quantities)
    return replace(before.reading, quantities=quantities)
