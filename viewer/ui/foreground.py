"""All that lies over a slice's picture, from the state of the session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from viewer.imaging.colormaps import colormap
from viewer.imaging.geometry import Points
from viewer.imaging.plane import Orientation, Stack
from viewer.imaging.voi import VoiLut
from viewer.imaging.volume import Volume
from viewer.session.display import Display
from viewer.session.layer import Layer
from viewer.session.marks import Finding
from viewer.session.session import Session
from viewer.ui import captions, drawing
from viewer.ui.corner_texts import corner_texts
from viewer.ui.crosshair import Crosshair
from viewer.ui.drawing import Corners
from viewer.ui.placement import Placement

_FINDING_MARGIN_MM = 2.0
_BRIEF_BELOW_PX = 300
_GAUGE_PX, _GAUGE_REACH_PX, _GAUGE_SHARE = 3.0, 10.0, 0.5


@dataclass(frozen=True)
class ViewOptions:
    """What is drawn over the pictures of all views."""

    crosshair: bool = True
    reference_lines: bool = True
    texts: bool = True
    patient_names: bool = False
    overlay_planes: bool = True
    shutter: bool = True
    smooth: bool = True
    magnifier: bool = False


class Gauge:
    """The bar at a view's right edge that shows how far through its slices it is."""

    def __init__(self, view: QSizeF, count: int) -> None:
        height = view.height() * _GAUGE_SHARE
        top = (view.height() - height) / 2
        self.count = count
        self.track = QRectF(view.width() - _GAUGE_PX - 2, top, _GAUGE_PX, height)

    def contains(self, position: QPointF) -> bool:
        """Whether a point is near enough to the bar to mean it."""
        return (
            position.x() >= self.track.right() - _GAUGE_REACH_PX
            and self.track.top() - _GAUGE_REACH_PX <= position.y()
            and position.y() <= self.track.bottom() + _GAUGE_REACH_PX
        )

    def slice_at(self, position: QPointF) -> int:
        """The slice that the bar has at the height of a point; may lie beyond the ends."""
        share = (position.y() - self.track.top()) / self.track.height()
        return round(share * (self.count - 1))


@dataclass(frozen=True, eq=False)
class Foreground:
    """One slice with what belongs on it.

    Parameters
    ----------
    session : Session
    display : Display
        What the view shows.
    orientation, stack, index : the slice.
    placement : Placement
        Where it lies in the view.
    marked : sequence of int
        The slices in which findings have their centres.
    """

    session: Session
    display: Display
    orientation: Orientation
    stack: Stack
    index: int
    placement: Placement
    marked: Sequence[int]

    def paint(
        self,
        painter: QPainter,
        options: ViewOptions,
        pointer: Points | None,
        projected: float | None = None,
        caption: str = "",
    ) -> None:
        """Draw texts, letters, scale, crosshair and findings.

        Parameters
        ----------
        painter : QPainter
        options : ViewOptions
        pointer : ndarray, shape (3,), optional
            LPS mm of the point under the pointer, whose value is told.
        projected : float, optional
            The value that a thick slice shows there.
        caption : str
            Anything else that is to be said of the view.
        """
        view = QRectF(QPointF(0, 0), self.placement.view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        crosshair = self.crosshair if options.crosshair else None
        if crosshair is not None:
            at = self.placement.position_of(pointer) if pointer is not None else None
            crosshair.paint(painter, at)
        self._draw_findings(painter)
        self._draw_gauge(painter)
        if self.display.is_in_patient_space:
            drawing.draw_letters(painter, view, self.placement.letters)
        values = self._values_at(pointer, projected) if pointer is not None else ""
        corners = self._corners(options, values) if options.texts else Corners()
        if caption:
            line = drawing.Line(caption, "overlay_letter", bold=True)
            corners = replace(corners, bottom_left=(line, *corners.bottom_left))
        scale, unit = self.placement.pixels_per_mm, self.display.length_unit
        drawing.draw_scale_bar(painter, view, scale, unit, len(corners.bottom_right))
        drawing.draw_corners(painter, view, corners)
        if options.texts:
            self._draw_color_bars(painter, view)

    def finding_boxes(self) -> list[tuple[Finding, QRectF]]:
        """The findings that this slice passes through, and their frames in the view."""
        reach = self.stack.spacing_mm / 2
        boxes = (
            (finding, self.placement.box_of(finding, _FINDING_MARGIN_MM, reach))
            for finding in self.session.review_of(self.display).shown
        )
        return [(finding, box) for finding, box in boxes if box is not None]

    @property
    def crosshair(self) -> Crosshair | None:
        """The lines of the other views; None where there are no other views."""
        if self.display.no_cross_sections or self.display.cursor is None:
            return None
        return Crosshair(self.display, self.orientation, self.placement)

    @property
    def _layer(self) -> Layer | None:
        """What lies over the series, if it is to be seen."""
        layer = self.session.fusion.over(self.display)
        return layer if layer is not None and layer.volume is not None else None

    def _draw_color_bars(self, painter: QPainter, view: QRectF) -> None:
        """Tell what the colours of the picture and of what lies over it mean."""
        layer, display = self._layer, self.display
        if layer is not None and layer.volume is not None:
            texts = _ends(layer.limits, layer.volume)
            drawing.draw_color_bar(painter, view, colormap(layer.colormap), texts)
        if display.colormap and display.volume is not None and not display.no_window:
            voi = display.window
            window = voi.as_window() if isinstance(voi, VoiLut) else voi
            texts = _ends(window.limits, display.volume)
            if display.inverted:
                texts = (texts[1], texts[0])
            drawing.draw_color_bar(painter, view, colormap(display.colormap), texts, right=True)

    def _draw_findings(self, painter: QPainter) -> None:
        selected = self.session.review_of(self.display).selected
        for finding, box in self.finding_boxes():
            chosen = selected is not None and finding.id == selected.id
            label = captions.probability(finding.probability) if chosen else ""
            drawing.draw_finding(painter, box, label, selected=chosen)

    def _draw_gauge(self, painter: QPainter) -> None:
        gauge = Gauge(self.placement.view, self.stack.count)
        drawing.draw_gauge(painter, gauge.track, self.index, gauge.count, self.marked)

    def _corners(self, options: ViewOptions, values: str) -> Corners:
        return corner_texts(
            self.display,
            self.orientation,
            self.stack,
            self.index,
            self.placement.pixels_per_mm * self.placement.pixel_mm[1],
            values,
            is_loading=self._is_loading,
            show_names=options.patient_names,
            brief=self.placement.view.width() < _BRIEF_BELOW_PX,
            layer=self._layer.title if self._layer is not None else "",
        )

    @property
    def _is_loading(self) -> bool:
        series = self.display.series
        return series is not None and self.session.opening.loads(series.key)

    def _values_at(self, lps: Points, projected: float | None) -> str:
        volume, heatmap = self.display.volume, self.session.review_of(self.display).heatmap
        slab, text = self.display.slab(self.orientation), ""
        if volume is not None and slab is None:
            text = captions.value_at(volume, lps)
        elif volume is not None and slab is not None and projected is not None:
            shown = captions.value(projected, volume.unit)
            text = f"{shown} {captions.projection(slab.projection)}"
        layer = self._layer
        if text and layer is not None and layer.volume is not None:
            on_top = captions.value_at(layer.volume, lps)
            text = f"{text}   {on_top}" if on_top else text
        if not text or heatmap is None or not self.session.results.overlay.visible:
            return text
        score = heatmap.value_at(lps)
        return text if score is None else f"{text}   score {captions.number(score, 2)}"


def _ends(limits: tuple[float, float], volume: Volume) -> tuple[str, str]:
    """What the first and the last colour mean."""
    digits = 0 if limits[1] - limits[0] >= 20 else 2
    low, high = (f"{captions.number(value, digits)} {volume.unit}".strip() for value in limits)
    return low, high
