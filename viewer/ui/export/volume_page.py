"""The volume, for other programs."""

from __future__ import annotations

from viewer.export.order import Form, Order
from viewer.export.volume import VolumeFormat, caution, refusal
from viewer.ui.export.exporter import Work
from viewer.ui.export.page import STILL_READING, Kind, Page, series_work
from viewer.ui.icons import IconName
from viewer.ui.language import tr


class VolumePage(Page):
    """The volume for other programs."""

    kind = Kind(
        "Volume",
        "All voxels with their values and their place in the patient, for other programs. "
        "The patient is not named.",
        IconName.VOLUME,
    )

    def build(self) -> None:
        """Add the format."""
        self.format = self.choice(
            "Format",
            {
                "NIfTI (.nii.gz)": (Form.NIFTI, VolumeFormat.NIFTI),
                "NRRD (.nrrd)": (Form.NRRD, VolumeFormat.NRRD),
            },
        )
        self.format.currentIndexChanged.connect(self.refresh)
        self.note.setProperty("role", "warn")

    def refresh(self) -> None:
        """Tell of what other programs may not read."""
        volume = self.display.volume
        text = "" if volume is None else caution(volume, self.format.currentData()[1])
        self.note.setText(tr(text) if text else "")

    @property
    def suffix(self) -> str:
        """Of the format."""
        return str(self.format.currentData()[1])

    def refusal(self) -> str:
        """It must be there whole, and in grey."""
        series = self.display.series
        why = super().refusal() or (refusal(series) if series is not None else "")
        return why or ("" if self.display.is_complete else STILL_READING)

    def work(self) -> Work:
        """Written in the background."""
        form, kind = self.format.currentData()
        display = self.display
        assert display.volume is not None
        warning = caution(display.volume, kind)
        return series_work(display, Order(form), (tr(warning),) if warning else ())
