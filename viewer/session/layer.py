"""A second series that lies in colour over the first."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.imaging.voi import Voi, VoiLut
from viewer.imaging.volume import Volume
from viewer.session.display import Display


@dataclass(frozen=True, eq=False)
class Layer:
    """Which series lies over another one, and how it is drawn.

    Parameters
    ----------
    display : Display
        Of the series on top; it may be looked at by itself too.
    window : Window or VoiLut, optional
        Of the layer alone; by default that in which the series is looked at.
    colormap : str
    opacity : float
        0 to 1.
    visible : bool
    """

    display: Display
    window: Voi | None = None
    colormap: str = "hot"
    opacity: float = 0.5
    visible: bool = True

    @property
    def voi(self) -> Voi:
        """What turns its values into colours."""
        return self.window if self.window is not None else self.display.window

    @property
    def limits(self) -> tuple[float, float]:
        """The values up to which it is transparent, and from which it has the last colour."""
        window = self.voi.as_window() if isinstance(self.voi, VoiLut) else self.voi
        return window.limits

    @property
    def volume(self) -> Volume | None:
        """The volume on top, where it is to be seen and there."""
        return self.display.volume if self.visible else None

    @property
    def title(self) -> str:
        """What the series is called."""
        series = self.display.series
        return (series.description or series.modality) if series is not None else ""
