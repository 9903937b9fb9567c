"""How long a run will still take, said calmly."""

from __future__ import annotations

_ENOUGH_SECONDS, _ENOUGH_FRACTION = 3.0, 0.05
_INERTIA = 0.8


class TimeLeft:
    """An estimate from the share that is done, smoothed so that it does not jump about.

    Parameters
    ----------
    began : float
        When the run began, in seconds of any clock.
    """

    def __init__(self, began: float) -> None:
        self._began = began
        self._last: tuple[float, float] | None = None

    def update(self, fraction: float, now: float) -> float | None:
        """Seconds left; None while there is too little to judge by.

        Parameters
        ----------
        fraction : float
            Share of the work that is done, 0 to 1.
        now : float
            On the same clock as ``began``.
        """
        elapsed = now - self._began
        if elapsed < _ENOUGH_SECONDS or fraction < _ENOUGH_FRACTION:
            return None
        estimate = elapsed * (1 - fraction) / fraction
        if self._last is not None:
            at, before = self._last
            expected = max(before - (now - at), 0.0)
            estimate = _INERTIA * expected + (1 - _INERTIA) * estimate
        self._last = (now, estimate)
        return estimate
