"""Middle and size of a finding's box in millimetres, to be changed while the views show it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from viewer.session.marks import Box, Finding
from viewer.ui import theme

_AXES = ("Right → left", "Front → back", "Foot → head")
_FARTHEST_MM, _SMALLEST_MM, _STEP_MM = 10_000.0, 0.5, 0.5


class BoxDialog(QDialog):
    """Edits the box of a finding.

    Parameters
    ----------
    finding : Finding
    """

    #: The box is another one.
    changed = Signal()

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Box of finding {finding.id}")
        low, high = np.array(finding.box_lps_mm)
        self.middles = [self._field(value, -_FARTHEST_MM) for value in (low + high) / 2]
        self.sizes = [self._field(value, _SMALLEST_MM) for value in high - low]
        self.is_changed = False
        self._build()
        for field in (*self.middles, *self.sizes):
            field.valueChanged.connect(self._tell)

    @property
    def box(self) -> Box:
        """Lower and upper corner in LPS mm."""
        middle = np.array([field.value() for field in self.middles])
        half = np.array([field.value() for field in self.sizes]) / 2
        (a, b, c), (d, e, f) = (middle - half).tolist(), (middle + half).tolist()
        return (a, b, c), (d, e, f)

    def _tell(self) -> None:
        self.is_changed = True
        self.changed.emit()

    def _field(self, value: float, lowest: float) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setRange(lowest, _FARTHEST_MM)
        field.setDecimals(1)
        field.setSingleStep(_STEP_MM)
        field.setSuffix(" mm")
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setValue(float(value))
        return field

    def _build(self) -> None:
        space = theme.tokens()
        grid = QGridLayout()
        grid.setHorizontalSpacing(space.space_m)
        grid.setVerticalSpacing(space.space_s)
        for column, title in enumerate(("Middle", "Size"), start=1):
            grid.addWidget(QLabel(title), 0, column, Qt.AlignmentFlag.AlignRight)
        for row, (axis, middle, size) in enumerate(
            zip(_AXES, self.middles, self.sizes, strict=True), start=1
        ):
            grid.addWidget(QLabel(axis), row, 0)
            grid.addWidget(middle, row, 1)
            grid.addWidget(size, row, 2)
            middle.setAccessibleName(f"Middle, {axis}")
            size.setAccessibleName(f"Size, {axis}")
        note = QLabel(
            "Size and volume are the box's then: the model's own outline no longer counts."
        )
        note.setWordWrap(True)
        note.setProperty("role", "caption")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(space.space_l, space.space_l, space.space_l, space.space_l)
        column_.setSpacing(space.space_m)
        column_.addLayout(grid)
        column_.addWidget(note)
        column_.addWidget(buttons)
