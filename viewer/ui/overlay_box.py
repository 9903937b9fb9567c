"""How the heatmap is drawn: on or off, opacity, threshold, colours, and its legend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy.typing as npt
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viewer.imaging.colormaps import colormap_names
from viewer.session.session import Session
from viewer.ui import captions, theme
from viewer.ui.color_bar import ColorBar
from viewer.ui.fraction_slider import FractionSlider
from viewer.ui.language import Texts, tr

_HONESTY = "The model's evidence: where it looked, not where disease is."


class OverlayBox(QWidget):
    """The controls of the heatmap of the series in view."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overlay_box")
        self._session = session
        self._texts = Texts()
        self._visible = QCheckBox()
        self._colors = QComboBox()
        self.opacity = FractionSlider("Opacity", _percent)
        self.threshold = FractionSlider("Hide values below", self._value)
        self._bar = ColorBar()
        self._meaning = QLabel()
        self._build()
        self._connect()
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._show()
        super().changeEvent(event)

    def probe(self, lps: npt.ArrayLike | None) -> None:
        """Show the heatmap's value at a point of the patient in LPS mm."""
        heatmap = self._session.results.heatmap
        known = heatmap is not None and lps is not None
        self._bar.set_value(
            heatmap.value_at(lps) if known and heatmap and lps is not None else None
        )

    def _build(self) -> None:
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space.space_s)
        for set_text, text in (
            (self._visible.setText, "Show on the images"),
            (self._visible.setToolTip, "Show or hide the heatmap (B)"),
            (self._colors.setAccessibleName, "Colour map"),
            (self._colors.setToolTip, "Colour map"),
        ):
            self._texts.say(set_text, text)
        self._colors.addItems([name.capitalize() for name in colormap_names()])
        top = QHBoxLayout()
        top.addWidget(self._visible)
        top.addStretch(1)
        top.addWidget(self._colors)
        column.addLayout(top)
        column.addWidget(self._bar)
        self._meaning.setWordWrap(True)
        self._meaning.setProperty("role", "caption")
        column.addWidget(self._meaning)
        column.addWidget(self.opacity)
        column.addWidget(self.threshold)

    def _connect(self) -> None:
        self._visible.toggled.connect(lambda on: self._change({"visible": on}))
        self._colors.activated.connect(
            lambda row: self._change({"colormap": colormap_names()[row]})
        )
        self.opacity.changed.connect(lambda value: self._change({"opacity": value}))
        self.threshold.changed.connect(lambda value: self._change({"threshold": value}))
        self._session.results.overlay_changed.connect(self._show)

    def _change(self, values: Mapping[str, object]) -> None:
        results = self._session.results
        results.set_overlay(replace(results.overlay, **values))  # type: ignore[arg-type]

    def _show(self) -> None:
        results = self._session.results
        style, result = results.overlay, results.result
        blocked = self._visible.blockSignals(True)
        self._visible.setChecked(style.visible)
        self._visible.blockSignals(blocked)
        self._colors.setCurrentIndex(colormap_names().index(style.colormap))
        self.opacity.set_value(style.opacity)
        self.threshold.set_value(style.threshold)
        self._bar.set_style(style, self._full)
        meaning = result.meaning if result is not None else ""
        evidence = "" if self._has_evidence else tr("No evidence: nothing is coloured.") + " "
        about = f"{meaning[:1].upper()}{meaning[1:]}. " if meaning else ""
        self._meaning.setText(f"{evidence}{about}{tr(_HONESTY)}")

    @property
    def _full(self) -> float:
        result = self._session.results.result
        return result.full if result is not None else 1.0

    @property
    def _has_evidence(self) -> bool:
        heatmap = self._session.results.heatmap
        return heatmap is None or bool((heatmap.voxels > 0).any())

    def _value(self, share: float) -> str:
        return captions.number(share * self._full, 2)


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"
