"""Thick slices of a view: which value is shown, and how thick they are."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QWidget

from viewer.imaging.slab import Projection, Slab
from viewer.ui.language import tr
from viewer.ui.slice_view import SliceView

#: What is offered; any other thickness can be typed.
THICKNESSES_MM = (2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0)

_FIRST_MM = 10.0
_MOST_MM = 500.0


class Slabs(QObject):
    """Makes the slices of views thick; a view that is made thick takes the last thickness used."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thickness_mm = _FIRST_MM

    @staticmethod
    def of(view: SliceView) -> Slab | None:
        """The slab of a view; None for one plane of voxels."""
        return view.display.slab(view.orientation)

    def project(self, view: SliceView, projection: Projection | None) -> None:
        """Show another value of the slab; None for one plane of voxels."""
        slab = self.of(view)
        if slab is not None:
            self._thickness_mm = slab.thickness_mm
        new = Slab(projection, self._thickness_mm) if projection is not None else None
        view.display.set_slab(view.orientation, new)

    def set_thickness(self, view: SliceView, thickness_mm: float) -> None:
        """Make the slices of a view another thickness; thin ones become the highest value of it."""
        slab = self.of(view)
        projection = slab.projection if slab is not None else Projection.MAXIMUM
        self._thickness_mm = thickness_mm
        view.display.set_slab(view.orientation, Slab(projection, thickness_mm))

    def step(self, view: SliceView, direction: int) -> None:
        """Go to the next thickness of those offered, or the one before."""
        slab = self.of(view)
        if slab is None:
            return
        if direction > 0:
            beyond = [t for t in THICKNESSES_MM if t > slab.thickness_mm]
        else:
            beyond = [t for t in reversed(THICKNESSES_MM) if t < slab.thickness_mm]
        if beyond:
            self.set_thickness(view, beyond[0])

    def ask(self, view: SliceView, parent: QWidget) -> None:
        """Let the thickness be typed."""
        slab = self.of(view)
        now = slab.thickness_mm if slab is not None else self._thickness_mm
        thickness, accepted = QInputDialog.getDouble(
            parent, tr("Slab thickness"), tr("Thickness in mm:"), now, 0.1, _MOST_MM, 1
        )
        if accepted:
            self.set_thickness(view, thickness)
