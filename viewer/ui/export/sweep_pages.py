"""Slices one after the other: as pictures, as a film."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox

from viewer.export.film import FilmFormat
from viewer.export.frames import Look, slice_count
from viewer.export.order import Form, Order
from viewer.imaging.plane import Orientation, acquired_orientation
from viewer.imaging.volume import Volume
from viewer.ui import captions, theme
from viewer.ui.export.exporter import Work
from viewer.ui.export.page import STILL_READING, Kind, Page, series_work
from viewer.ui.icons import IconName


class SweepPage(Page):
    """Slices one after the other, drawn through the window of the active view."""

    formats: ClassVar[dict[str, object]]

    def build(self) -> None:
        """Add format, orientation, slices and texts."""
        self._shown: tuple[Volume, Orientation] | None = None
        self.format = self.choice("Format", self.formats)
        self.orientation = self.choice(
            "Orientation", {o.capitalize(): o for o in Orientation}, "Of the slices"
        )
        self.first, self.last = QSpinBox(), QSpinBox()
        row = QHBoxLayout()
        row.setSpacing(theme.tokens().space_s)
        row.addWidget(self.first, 1)
        row.addWidget(QLabel("to"))
        row.addWidget(self.last, 1)
        self.form.addRow("Slices", row)
        self.texts = self.tick(
            "Texts on the pictures", on=True, tip="Number of the slice, window, sides of the body"
        )
        self.orientation.currentIndexChanged.connect(self._show_range)
        self.first.valueChanged.connect(self.changed)
        self.last.valueChanged.connect(self.changed)

    def refresh(self) -> None:
        """Follow the active view: its orientation and its window."""
        view, volume = self.window_.panes.active_slices, self.display.volume
        if volume is None:
            return
        shown = (volume, view.orientation)
        if self._shown is None or (shown[0] is not self._shown[0] or shown[1] != self._shown[1]):
            self._shown = shown
            chosen = view.orientation
            if self.display.no_cross_sections:
                chosen = acquired_orientation(volume.geometry)
            self.orientation.setCurrentIndex(self.orientation.findData(chosen))
            self._show_range()
        why = self.display.no_cross_sections
        self.orientation.setEnabled(not why)
        self.orientation.setToolTip(why or "Of the slices")
        if volume.color is not None:
            self.note.setText("The colours are those of the files.")
        else:
            window = captions.window_line(self.display.window)
            inverted = ", inverted" if self.display.inverted else ""
            self.note.setText(f"Drawn through the window of the view: {window}{inverted}.")

    def refusal(self) -> str:
        """Slices need the whole volume."""
        if super().refusal():
            return super().refusal()
        if not self.display.is_complete:
            return STILL_READING
        if self.last.value() < self.first.value():
            return "The last slice comes before the first."
        return ""

    @property
    def suffix(self) -> str:
        """Of the format, where it makes one file."""
        return str(self.format.currentData()[1])

    def order(self) -> Order:
        """What is wanted."""
        display = self.display
        look = Look(
            Orientation(self.orientation.currentData()),
            display.window,
            inverted=display.inverted,
            texts=self.texts.isChecked(),
            is_in_patient_space=display.is_in_patient_space,
        )
        slices = range(self.first.value() - 1, self.last.value())
        return Order(self.format.currentData()[0], look, slices=slices)

    def work(self) -> Work:
        """Drawn and written in the background."""
        return series_work(self.display, self.order())

    def _show_range(self) -> None:
        volume = self.display.volume
        if volume is None:
            return
        count = slice_count(volume, Orientation(self.orientation.currentData()))
        for box, value in ((self.first, 1), (self.last, count)):
            box.setRange(1, count)
            box.setValue(value)


class SlicesPage(SweepPage):
    """Slices as pictures in a new folder."""

    kind = Kind(
        "Slices as pictures",
        "A new folder with a picture of each slice, in square pixels. The patient is not named.",
        IconName.SERIES,
        "slices",
    )
    formats: ClassVar[dict[str, object]] = {
        "PNG": (Form.PNG, ""),
        "JPEG": (Form.JPEG, ""),
        "TIFF": (Form.TIFF, ""),
    }


class FilmPage(SweepPage):
    """Slices as a film."""

    kind = Kind(
        "Film",
        "The slices one after the other, as in cine. The patient is not named.",
        IconName.CINE,
        "film",
    )
    formats: ClassVar[dict[str, object]] = {
        "MP4 (H.264)": (Form.MP4, FilmFormat.MP4),
        "GIF (animated)": (Form.GIF, FilmFormat.GIF),
    }

    def build(self) -> None:
        """Add the speed to the options of slices."""
        super().build()
        self.speed = QSpinBox(minimum=1, maximum=60, value=15, suffix=" slices / s")
        self.form.addRow("Speed", self.speed)

    def order(self) -> Order:
        """What is wanted, with the speed."""
        order = super().order()
        return Order(order.form, order.look, float(self.speed.value()), order.slices)
