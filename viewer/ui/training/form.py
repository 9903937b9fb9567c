"""The form of settings: a widget for each, made by the setting's rule, with its fault below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from viewer.training import Config, TableConfig
from viewer.ui import theme
from viewer.ui.fraction_slider import FractionSlider
from viewer.ui.parts import label
from viewer.ui.training.fields import Field, Rule, rule

_LARGEST = 10_000
_NAME_WIDTH = 132


class Form(QFrame):
    """Settings in groups.

    Parameters
    ----------
    model : type
        Of the configuration.
    groups : dict of str to tuple of Field
    """

    #: A place and the value that the user gave it.
    changed = Signal(str, object)

    def __init__(
        self,
        model: type[Config] | type[TableConfig],
        groups: dict[str, tuple[Field, ...]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._put: dict[str, Callable[[Any], None]] = {}
        self._rules: dict[str, Rule] = {}
        self._faults: dict[str, QLabel] = {}
        self.widgets: dict[str, QWidget] = {}
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, space.space_m, 0)
        column.setSpacing(space.space_s)
        for title, fields in groups.items():
            column.addSpacing(space.space_s)
            column.addWidget(label(title, "section"))
            rows = QFormLayout()
            rows.setHorizontalSpacing(space.space_m)
            rows.setVerticalSpacing(space.space_s)
            for field in fields:
                self._rules[field.place] = rule(model, field.place)
                self._add(rows, field)
            column.addLayout(rows)
        column.addStretch(1)

    def show_values(self, value: Callable[[str], Any]) -> None:
        """Show a configuration without announcing changes."""
        for place, put in self._put.items():
            given = value(place)
            widget = self.widgets[place]
            blocked = widget.blockSignals(True)
            put(self._rules[place].default if given is None else given)
            widget.blockSignals(blocked)

    def show_faults(self, faults: dict[str, str]) -> None:
        """Show what is wrong below the fields concerned."""
        for place, message in self._faults.items():
            fault = faults.get(place, "")
            message.setText(fault)
            message.setVisible(bool(fault))

    def _add(self, rows: QFormLayout, field: Field) -> None:
        widget = self._widget(field, self._rules[field.place])
        widget.setToolTip(field.tip)
        widget.setAccessibleName(field.name)
        self.widgets[field.place] = widget
        fault = self._faults[field.place] = label("", "error", wraps=True)
        fault.hide()
        if field.most or self._rules[field.place].kind is bool:
            rows.addRow(widget)
        else:
            name = label(field.name)
            name.setMinimumWidth(_NAME_WIDTH)
            name.setToolTip(field.tip)
            name.setBuddy(widget)
            rows.addRow(name, widget)
        rows.addRow(fault)

    def _widget(self, field: Field, found: Rule) -> QWidget:
        place = field.place
        if field.most:
            return self._slider(field)
        if found.kind is bool:
            box = QCheckBox(field.name)
            box.toggled.connect(lambda on: self.changed.emit(place, on))
            self._put[place] = box.setChecked
            return box
        if found.choices:
            combo = QComboBox()
            combo.addItems(found.choices)
            combo.currentTextChanged.connect(lambda text: self.changed.emit(place, text))
            self._put[place] = combo.setCurrentText
            return combo
        if found.kind is int:
            spin = QSpinBox()
            spin.setRange(int(found.least or 0), int(found.most or _LARGEST))
            spin.setSuffix(f" {field.unit}" if field.unit else "")
            spin.valueChanged.connect(lambda number: self.changed.emit(place, number))
            self._put[place] = spin.setValue
            return spin
        line = QLineEdit()
        numeric = found.kind is float
        line.textEdited.connect(
            lambda text: self.changed.emit(place, _number(text) if numeric else text)
        )
        self._put[place] = lambda value: _put_text(
            line, f"{value:g}" if isinstance(value, float | int) else str(value)
        )
        return line

    def _slider(self, field: Field) -> QWidget:
        def words(share: float) -> str:
            return f"{_rounded(share * field.most):g}{_suffix(field.unit)}" if share else "off"

        slider = FractionSlider(field.name, words)
        slider.changed.connect(
            lambda share: self.changed.emit(field.place, _rounded(share * field.most))
        )
        self._put[field.place] = lambda value: slider.set_value(min(1.0, value / field.most))
        return slider


def _put_text(line: QLineEdit, text: str) -> None:
    if line.text() != text and not line.hasFocus():
        line.setText(text)


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")


def _suffix(unit: str) -> str:
    return unit if unit in ("", "°") else f" {unit}"


def _number(text: str) -> float | str:
    """The number a text stands for; the text itself, for the configuration to refuse."""
    try:
        return float(text)
    except ValueError:
        return text
