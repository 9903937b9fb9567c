"""Which series lie over which others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from psygnal import Signal

from viewer.dicom.series import Series
from viewer.session.display import Display
from viewer.session.layer import Layer

_OF_A_LAYER = ("volume_changed", "filled", "window_changed")


class Fusion:
    """The layers of all displays, at most one over each.

    Parameters
    ----------
    display_of : callable
        Gives the display of a series, which begins to load.
    """

    #: Another layer, or the same one drawn otherwise: the display that it lies over.
    changed = Signal(object)

    def __init__(self, display_of: Callable[[Series], Display]) -> None:
        self._display_of = display_of
        self._layers: dict[Display, Layer] = {}
        self._replies: dict[Display, Callable[[], None]] = {}

    def __iter__(self) -> Iterator[Display]:
        """The displays of all layers."""
        return iter(tuple(layer.display for layer in self._layers.values()))

    def over(self, display: Display) -> Layer | None:
        """What lies over a display."""
        return self._layers.get(display)

    @staticmethod
    def refusal(base: Display, series: Series) -> str:
        """Why a series cannot be laid over a display; empty when it can."""
        if base.series is None or base.volume is None:
            return "Open a series first."
        if series.key == base.series.key:
            return "This is the series itself."
        if series.geometry is None or not series.frame_of_reference:
            return "The files do not say where the slices lie in the patient."
        if series.frame_of_reference != base.frame_of_reference:
            return "The series have different frames of reference."
        if series.shape[0] == 1:
            return "The series is a single image."
        return ""

    def lay(self, base: Display, series: Series | None) -> None:
        """Lay a series over a display, or take the one there away."""
        if series is not None and self.refusal(base, series):
            return
        self._unfollow(base)
        before = self._layers.pop(base, None)
        if series is not None:
            display = self._display_of(series)
            layer = Layer(display)
            if before is not None:
                layer = replace(layer, colormap=before.colormap, opacity=before.opacity)
            self._layers[base] = layer
            self._follow(base, display)
        self.changed.emit(base)

    def change(self, base: Display, **values: Any) -> None:
        """Draw the layer of a display another way."""
        layer = self._layers.get(base)
        if layer is not None:
            self._layers[base] = replace(layer, **values)
            self.changed.emit(base)

    def forget(self, key: str) -> None:
        """Take away what a series that is closed lies over, and what lies over it."""
        for base, layer in tuple(self._layers.items()):
            if key in (_key(base), _key(layer.display)):
                self.lay(base, None)

    def clear(self) -> None:
        """Take all layers away."""
        for base in tuple(self._layers):
            self.lay(base, None)

    def _follow(self, base: Display, layer: Display) -> None:
        tell = partial(self.changed.emit, base)
        self._replies[base] = tell
        for name in _OF_A_LAYER:
            getattr(layer, name).connect(tell)

    def _unfollow(self, base: Display) -> None:
        tell = self._replies.pop(base, None)
        if tell is not None:
            for name in _OF_A_LAYER:
                getattr(self._layers[base].display, name).disconnect(tell)


def _key(display: Display) -> str:
    return display.series.key if display.series is not None else ""
