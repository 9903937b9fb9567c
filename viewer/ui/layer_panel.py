"""The controls of fusion: which series lies over the one in view, and how it is drawn."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from viewer.dicom.series import Series
from viewer.imaging.colormaps import colormap_names
from viewer.imaging.voi import VoiFunction, Window
from viewer.session.layer import Layer
from viewer.session.session import Session
from viewer.ui import captions, theme
from viewer.ui.fraction_slider import FractionSlider
from viewer.ui.language import Texts, tr

_MOST = 1e6


class LayerPanel(QFrame):
    """The layer over the active series."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer_panel")
        self.setProperty("panel", True)
        self._session = session
        self._offered: list[Series] = []
        self.series = QComboBox()
        self.visible = QCheckBox()
        self.colors = QComboBox()
        self.opacity = FractionSlider("Opacity", lambda share: f"{100 * share:.0f} %")
        self.low, self.high = _value(), _value()
        self.auto = QPushButton()
        self._texts = Texts()
        self._why = QLabel()
        self._controls = QWidget()
        self._build()
        self._connect()
        self._list()

    @property
    def why(self) -> str:
        """Why no series can be laid over the one in view; empty when some can."""
        return self._why.text() if not self._why.isHidden() else ""

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._list()
        super().changeEvent(event)

    def _build(self) -> None:
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setContentsMargins(space.space_m, space.space_m, space.space_m, space.space_m)
        column.setSpacing(space.space_s)
        title = QLabel()
        say = self._texts.say
        say(title.setText, "Series on top")
        title.setProperty("role", "section")
        column.addWidget(title)
        say(self.series.setAccessibleName, "Series on top")
        say(self.series.setToolTip, "A series of the same frame of reference to lay over this one")
        column.addWidget(self.series)
        self._why.setWordWrap(True)
        self._why.setProperty("role", "muted")
        column.addWidget(self._why)
        inside = QVBoxLayout(self._controls)
        inside.setContentsMargins(0, space.space_s, 0, 0)
        inside.setSpacing(space.space_s)
        say(self.visible.setText, "Show on the images")
        say(self.visible.setToolTip, "Show or hide the layer (Shift+B)")
        self.colors.addItems([name.capitalize() for name in colormap_names()])
        say(self.colors.setAccessibleName, "Colour map of the layer")
        say(self.colors.setToolTip, "Colour map of the layer")
        top = QHBoxLayout()
        top.addWidget(self.visible)
        top.addStretch(1)
        top.addWidget(self.colors)
        inside.addLayout(top)
        inside.addWidget(self.opacity)
        values = QFormLayout()
        values.setSpacing(space.space_s)
        for text, box in (("Transparent up to", self.low), ("Last colour from", self.high)):
            name = QLabel()
            say(name.setText, text)
            say(box.setAccessibleName, text)
            values.addRow(name, box)
        inside.addLayout(values)
        say(self.auto.setText, "Auto")
        say(self.auto.setToolTip, "Take the window in which the series opens by itself")
        self.auto.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        inside.addWidget(self.auto, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self._controls)
        column.addStretch(1)

    def _connect(self) -> None:
        session = self._session
        self.series.activated.connect(self._lay)
        self.visible.toggled.connect(lambda on: self._change(visible=on))
        self.colors.activated.connect(lambda row: self._change(colormap=colormap_names()[row]))
        self.opacity.changed.connect(lambda value: self._change(opacity=value))
        self.low.valueChanged.connect(self._set_window)
        self.high.valueChanged.connect(self._set_window)
        self.auto.clicked.connect(lambda: self._change(window=None))
        session.library.changed.connect(self._list)
        session.active_changed.connect(self._list)
        session.volume_changed.connect(self._list)
        session.fusion.changed.connect(lambda _: self._show())

    def _list(self) -> None:
        base, fusion = self._session.display, self._session.fusion
        self._offered = [s for s in self._session.library.series if not fusion.refusal(base, s)]
        blocked = self.series.blockSignals(True)
        self.series.clear()
        self.series.addItem(tr("None"))
        for series in self._offered:
            self.series.addItem(f"{captions.series_title(series)} · {captions.slices_line(series)}")
        self.series.blockSignals(blocked)
        self.series.setEnabled(bool(self._offered))
        if base.volume is None:
            why = "Open a series first."
        else:
            why = "" if self._offered else "No other open series has this frame of reference."
        self._why.setText(tr(why))
        self._why.setVisible(bool(why))
        self._show()

    def _show(self) -> None:
        layer = self._session.fusion.over(self._session.display)
        keys = [series.key for series in self._offered]
        on_top = layer.display.series if layer is not None else None
        row = keys.index(on_top.key) + 1 if on_top is not None and on_top.key in keys else 0
        self.series.setCurrentIndex(row)
        self._controls.setVisible(layer is not None)
        if layer is None:
            return
        blocked = self.visible.blockSignals(True)
        self.visible.setChecked(layer.visible)
        self.visible.blockSignals(blocked)
        self.colors.setCurrentIndex(colormap_names().index(layer.colormap))
        self.opacity.set_value(layer.opacity)
        self._show_window(layer)

    def _show_window(self, layer: Layer) -> None:
        low, high = layer.limits
        volume = layer.display.volume
        for box, value in ((self.low, low), (self.high, high)):
            if box.hasFocus():
                continue  # what is being typed is not written over
            blocked = box.blockSignals(True)
            box.setDecimals(0 if high - low >= 100 else 2)
            box.setSuffix(f" {volume.unit}" if volume is not None and volume.unit else "")
            box.setValue(value)
            box.blockSignals(blocked)

    def _set_window(self) -> None:
        layer = self._session.fusion.over(self._session.display)
        if layer is None:
            return
        low, high = self.low.value(), self.high.value()
        if high > low:
            exact = VoiFunction.LINEAR_EXACT
            self._change(window=Window((low + high) / 2, high - low, function=exact))

    def _lay(self, row: int) -> None:
        series = self._offered[row - 1] if row else None
        self._session.fusion.lay(self._session.display, series)

    def _change(self, **values: object) -> None:
        self._session.fusion.change(self._session.display, **values)


def _value() -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(-_MOST, _MOST)
    box.setKeyboardTracking(False)
    return box
