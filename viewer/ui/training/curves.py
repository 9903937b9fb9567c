"""Live curves of a training: loss, accuracy, learning rate."""

from __future__ import annotations

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from viewer.ui import theme
from viewer.ui.parts import label
from viewer.ui.training.trainer import Curves


@dataclass(frozen=True)
class _Line:
    """A curve: its key, and the token of its colour."""

    key: str
    name: str
    color: str


_TRAINING, _VALIDATION = ("training", "accent"), ("validation", "warn")
_PLOTS: dict[str, tuple[_Line, ...]] = {
    "Loss": (_Line("train/loss", *_TRAINING), _Line("validation/loss", *_VALIDATION)),
    "Accuracy": (_Line("train/accuracy", *_TRAINING), _Line("validation/accuracy", *_VALIDATION)),
    "Learning rate": (_Line("train/rate", *_TRAINING),),
}


class CurvesView(QWidget):
    """Three plots over the epochs, in the colours of the theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plots: list[pg.PlotWidget] = []
        self.lines: dict[str, pg.PlotDataItem] = {}
        self._legend = label()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._legend)
        row = QHBoxLayout()
        for title, lines in _PLOTS.items():
            row.addLayout(self._plot(title, lines), 1)
        column.addLayout(row, 1)
        self._dress()

    def show_curves(self, curves: Curves) -> None:
        """Draw what has become known."""
        for key, line in self.lines.items():
            points = curves.get(key, [])
            line.setData([p[0] for p in points], [p[1] for p in points])

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._dress()

    def _plot(self, title: str, lines: tuple[_Line, ...]) -> QVBoxLayout:
        plot = pg.PlotWidget()
        plot.setAccessibleName(title)
        plot.setMouseEnabled(x=False, y=False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.showGrid(x=True, y=True, alpha=0.15)
        plot.getAxis("bottom").enableAutoSIPrefix(False)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.setLabel("bottom", "epoch")
        plot.getPlotItem().setContentsMargins(0, 4, 8, 0)
        for line in lines:
            # A mark for each epoch: the first of them makes no line yet.
            mark = "o" if line.key.startswith("validation") else None
            self.lines[line.key] = plot.plot(symbol=mark, symbolSize=6)
        self._plots.append(plot)
        column = QVBoxLayout()
        column.addWidget(label(title, "section"))
        column.addWidget(plot, 1)
        return column

    def _dress(self) -> None:
        tokens = theme.tokens()
        for plot, lines in zip(self._plots, _PLOTS.values(), strict=False):
            plot.setBackground(tokens.surface)
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(tokens.border_strong)
                axis.setTextPen(tokens.text_muted)
                axis.setStyle(tickFont=theme.body_font(tokens.font_caption))
            for line in lines:
                color = getattr(tokens, line.color)
                curve = self.lines[line.key]
                curve.setPen(pg.mkPen(color, width=2))
                curve.setSymbolPen(None)
                curve.setSymbolBrush(color)
        self._legend.setText(
            "   ".join(
                f'<span style="color:{getattr(tokens, color)}">━</span> {name}'
                for name, color in (_TRAINING, _VALIDATION)
            )
        )
