"""How grave a message is, as an icon and a colour."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from viewer.dicom.report import Severity
from viewer.ui.icons import IconName, icon

_ICONS = {
    Severity.INFO: (IconName.INFO, "info"),
    Severity.WARNING: (IconName.WARNING, "warn"),
    Severity.ERROR: (IconName.ERROR, "error"),
}

#: The value of the ``banner`` style property for each severity.
BANNER = {Severity.INFO: "info", Severity.WARNING: "warn", Severity.ERROR: "error"}


def show_severity(label: QLabel, severity: Severity) -> None:
    """Show the icon of a severity in a label."""
    name, color = _ICONS[severity]
    label.setPixmap(icon(name, color).pixmap(16, 16))
    label.setAccessibleName(severity.value)
