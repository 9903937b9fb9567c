"""The button in the 3D pane's corner: preset, direction of view, table."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from viewer.ui.rendering.camera import FACING
from viewer.ui.rendering.presets import VolumePreset, volume_presets

_SIDES = {"A": "front", "P": "back", "R": "right", "L": "left", "H": "head", "F": "feet"}


class PresetButton(QToolButton):
    """Shows the preset in use and opens the pane's menu."""

    preset_chosen = Signal(str)
    side_chosen = Signal(str)
    table_toggled = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("preset button")
        self.setProperty("onImage", True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip("Preset and direction of view")
        self._actions: dict[str, QAction] = {}
        self.setMenu(self._menu())

    def show_preset(self, preset: VolumePreset) -> None:
        """Name the preset in use and check it in the menu."""
        self.setText(preset.name)
        self._actions[preset.id].setChecked(True)
        self.adjustSize()

    def offer(self, preset_ids: Collection[str]) -> None:
        """Enable these presets; the others say why they are not."""
        for preset_id, action in self._actions.items():
            offered = preset_id in preset_ids
            action.setEnabled(offered)
            action.setToolTip("" if offered else "No lungs were found in this volume.")

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        for preset in volume_presets().values():
            action = menu.addAction(preset.name)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, name=preset.id: self.preset_chosen.emit(name))
            group.addAction(action)
            self._actions[preset.id] = action
        menu.addSeparator()
        for side in FACING:
            action = menu.addAction(f"From the {_SIDES[side]}")
            action.triggered.connect(lambda _=False, letter=side: self.side_chosen.emit(letter))
        menu.addSeparator()
        table = menu.addAction("Table and clothing")
        table.setCheckable(True)
        table.toggled.connect(self.table_toggled)
        return menu
