"""The series that views show, and those kept for when they come back, as far as memory goes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from viewer.dicom.memory import available_bytes
from viewer.dicom.series import Series
from viewer.session.display import Display

#: What is kept out of view where nobody says otherwise: this share of the memory that is free.
_SHARE = 0.25
_WHERE_UNKNOWN = 2 * 2**30


class Displays:
    """One ``Display`` for each series that has been shown, the one used last at the end.

    Parameters
    ----------
    limit_bytes : int, optional
        Most that the volumes which no view shows may take; a share of the free memory by default.
        What views show is never given up.
    """

    def __init__(self, limit_bytes: int | None = None) -> None:
        self._limit = limit_bytes
        self._displays: dict[str, Display] = {}

    def __iter__(self) -> Iterator[Display]:
        return iter(tuple(self._displays.values()))

    def find(self, key: str) -> Display | None:
        """The display of the series with this key."""
        return self._displays.get(key)

    def put(self, series: Series, display: Display) -> None:
        """Keep a display as that of a series, as the one used last."""
        self._displays.pop(series.key, None)
        self._displays[series.key] = display

    def remove(self, key: str) -> None:
        """Give up the volume of a series."""
        display = self._displays.pop(key, None)
        if display is not None:
            display.clear()

    def give_up(self, shown: Collection[Display]) -> tuple[str, ...]:
        """Give up what is not wanted any more.

        Loading for no view is not gone on with; of the whole volumes that no view shows, those
        used longest ago go until the rest keeps to the limit.

        Parameters
        ----------
        shown : collection of Display
            What views show.

        Returns
        -------
        tuple of str
            The keys of the series given up.
        """
        hidden = [(key, d) for key, d in self._displays.items() if d not in shown]
        unwanted = [key for key, display in hidden if not display.is_complete]
        room = self._room()
        for key, display in reversed(hidden):
            room -= volume_bytes(display)
            if display.is_complete and room < 0:
                unwanted.append(key)
        for key in unwanted:
            self.remove(key)
        return tuple(unwanted)

    def _room(self) -> int:
        if self._limit is not None:
            return self._limit
        free = available_bytes()
        return _WHERE_UNKNOWN if free is None else int(free * _SHARE)


def volume_bytes(display: Display) -> int:
    """Memory that the voxels and colours of a display take."""
    volume = display.volume
    if volume is None:
        return 0
    return volume.voxels.nbytes + (volume.color.nbytes if volume.color is not None else 0)
