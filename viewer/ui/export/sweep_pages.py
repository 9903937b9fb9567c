"""Slices one after the other: as pictures, as a film."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox

from viewer.export.film import FilmFormat
from viewer.export.frames import Heat, Look, Over
from viewer.export.order import Form, Order
from viewer.imaging.plane import Orientation, Stack, acquired_orientation
from viewer.ui import captions, theme
from viewer.ui.export.exporter import Work
from viewer.ui.export.page import STILL_READING, Kind, Page, series_work
from viewer.ui.icons import IconName
from viewer.ui.language import tr


class SweepPage(Page):
    """Slices one after the other, drawn through the window of the active view."""

    formats: ClassVar[dict[str, object]]

    def build(self) -> None:
        """Add format, orientation, slices and texts."""
        self._shown: Stack | None = None
        self.format = self.choice("Format", self.formats)
        self.orientation = self.choice(
            "Orientation", {o.capitalize(): o for o in Orientation}, "Of the slices"
        )
        self.first, self.last = QSpinBox(), QSpinBox()
        row = QHBoxLayout()
        row.setSpacing(theme.tokens().space_s)
        row.addWidget(self.first, 1)
        to = QLabel()
        self.words.say(to.setText, "to")
        row.addWidget(to)
        row.addWidget(self.last, 1)
        self.row("Slices", row)
        self.texts = self.tick(
            "Texts on the pictures", on=True, tip="Number of the slice, window, sides of the body"
        )
        self.heatmap = self.tick("Heatmap", on=False)
        self.orientation.currentIndexChanged.connect(self._show_range)
        self.orientation.currentIndexChanged.connect(self._show_note)
        self.first.valueChanged.connect(self.changed)
        self.last.valueChanged.connect(self.changed)

    def refresh(self) -> None:
        """Follow the active view: its orientation and its window."""
        volume, orientation = self.display.volume, self.window_.panes.active_slices.orientation
        stack = self.display.stack(orientation)
        if volume is None or stack is None:
            return
        if stack is not self._shown:
            self._shown = stack
            if self.display.no_cross_sections:
                orientation = acquired_orientation(volume.geometry)
            self.orientation.setCurrentIndex(self.orientation.findData(orientation))
            self._show_range()
        why = self.display.no_cross_sections
        self.orientation.setEnabled(not why)
        self.orientation.setToolTip(tr(why or "Of the slices"))
        there = self._heat is not None
        self.heatmap.setEnabled(there)
        self.heatmap.setToolTip(
            tr("As it lies over the view" if there else "Analyze the series first.")
        )
        self._show_note()

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
        orientation = self._orientation
        stack = display.stack(orientation)
        assert stack is not None
        look = Look(
            stack,
            display.window,
            inverted=display.inverted,
            colormap=display.colormap,
            slab=display.slab(orientation),
            over=self._over,
            heat=self._heat if self.heatmap.isChecked() else None,
            texts=self.texts.isChecked(),
            is_in_patient_space=display.is_in_patient_space,
        )
        slices = range(self.first.value() - 1, min(self.last.value(), stack.count))
        return Order(self.format.currentData()[0], look, slices=slices)

    def work(self) -> Work:
        """Drawn and written in the background."""
        return series_work(self.display, self.order())

    @property
    def _orientation(self) -> Orientation:
        return Orientation(self.orientation.currentData())

    @property
    def _over(self) -> Over | None:
        """What lies over the series in the views."""
        layer = self.window_.session.fusion.over(self.display)
        if layer is None or layer.volume is None:
            return None
        return Over(layer.volume, layer.voi, layer.colormap, layer.opacity)

    @property
    def _heat(self) -> Heat | None:
        """The heatmap of the series, as views show it."""
        session = self.window_.session
        result = session.review_of(self.display).result
        if result is None or result.heatmap is None:
            return None
        return Heat(result.heatmap, session.results.overlay, result.full)

    def _show_note(self) -> None:
        display = self.display
        if display.volume is None or display.volume.color is not None:
            self.note.setText(tr("The colours are those of the files."))
            return
        parts = [captions.window_line(display.window)]
        if display.inverted:
            parts.append(tr("inverted"))
        if display.colormap:
            parts.append(display.colormap.capitalize())
        if display.slab(self._orientation) is not None:
            parts.append(captions.slab_line(display.slab(self._orientation)))
        if display.is_turned(self._orientation):
            parts.append(tr("turned planes"))
        if self._over is not None:
            parts.append(tr("with the series on top"))
        self.note.setText(tr("Drawn as in the view: {how}.", how=", ".join(parts)))

    def _show_range(self) -> None:
        stack = self.display.stack(self._orientation)
        if stack is None:
            return
        for box, value in ((self.first, 1), (self.last, stack.count)):
            box.setRange(1, stack.count)
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
        self.speed = QSpinBox(minimum=1, maximum=60, value=15)
        self.words.say(self.speed.setSuffix, " slices / s")
        self.row("Speed", self.speed)

    def order(self) -> Order:
        """What is wanted, with the speed."""
        order = super().order()
        return Order(order.form, order.look, float(self.speed.value()), order.slices)
