"""What the rescaled values of a series are: HU where the files say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viewer.dicom.images import Image
from viewer.dicom.report import Note, count, info, warning


@dataclass(frozen=True)
class Scale:
    """What the values of a series are.

    Parameters
    ----------
    unit : str
        ``"HU"``, ``"SUVbw"``, another that the files give, or empty.
    factor : float
        Turns rescaled values into this unit.
    notes : tuple of Note
    """

    unit: str
    factor: float = 1.0
    notes: tuple[Note, ...] = ()


def hounsfield(images: Sequence[Image]) -> Scale:
    """Whether the values are HU: those of a CT whose files rescale them (PS3.3 C.8.2.1.1.5).

    Parameters
    ----------
    images : sequence of Image
        Of one volume.
    """
    frame = images[0].frame
    if frame.text("Modality") != "CT" or (frame.integer("SamplesPerPixel") or 1) > 1:
        return Scale("")
    kind = frame.text("RescaleType")
    if kind not in ("", "HU"):
        return Scale("", notes=(info("not_hu", f"The values' unit is {kind}, not HU."),))
    without = tuple(i.path for i in images if i.frame.number("RescaleIntercept") is None)
    if not without:
        return Scale("HU")
    note = warning(
        "no_rescale",
        f"{count(len(without), 'image gives', 'images give')} no rescale to HU. The values are "
        "shown as stored.",
        without,
    )
    return Scale("", notes=(note,))
