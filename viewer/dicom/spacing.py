"""Pixel spacing, and which millimetres it is in (PS3.3 10.7.1.3, C.8.11, C.7.6.3.1.7)."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.dicom.header import Frame
from viewer.dicom.report import Note, info, warning
from viewer.dicom.series import LengthUnit

_PROJECTIONS = frozenset(("CR", "DX", "MG", "RG", "IO", "PX", "XA", "RF"))


@dataclass(frozen=True)
class PixelSpacing:
    """Distances between rows and between columns (in this order, as in DICOM), and their unit."""

    mm: tuple[float, float]
    unit: LengthUnit
    notes: tuple[Note, ...] = ()


def pixel_spacing(frame: Frame) -> PixelSpacing:
    """Find the pixel spacing of an image.

    Pixel Spacing is the patient's millimetres in a slice. In a projection it is the detector's
    unless it says how it was calibrated; Imager Pixel Spacing always is the detector's, and the
    Estimated Radiographic Magnification Factor brings it to the patient.

    Parameters
    ----------
    frame : Frame
    """
    spacing = _positive(frame, "PixelSpacing")
    imager = _positive(frame, "ImagerPixelSpacing")
    if frame.text("Modality") not in _PROJECTIONS and spacing:
        return PixelSpacing(spacing, LengthUnit.MM)
    if spacing and (frame.text("PixelSpacingCalibrationType") or (imager and imager != spacing)):
        note = info("pixel_spacing", "Lengths use the calibrated Pixel Spacing.")
        return PixelSpacing(spacing, LengthUnit.CALIBRATED, (note,))
    magnification = frame.number("EstimatedRadiographicMagnificationFactor")
    if imager and magnification and magnification >= 1:
        note = info(
            "pixel_spacing",
            f"Lengths are the detector's, divided by a magnification of {magnification:g}.",
        )
        corrected = (imager[0] / magnification, imager[1] / magnification)
        return PixelSpacing(corrected, LengthUnit.CALIBRATED, (note,))
    detector = spacing or imager or _positive(frame, "NominalScannedPixelSpacing")
    if detector:
        note = info(
            "pixel_spacing",
            "Lengths are those at the detector; the patient's are smaller by the magnification.",
        )
        return PixelSpacing(detector, LengthUnit.DETECTOR, (note,))
    note = warning(
        "no_pixel_spacing", "The files give no pixel spacing: lengths are shown in pixels."
    )
    return PixelSpacing(_aspect(frame), LengthUnit.PIXELS, (note,))


def _positive(frame: Frame, keyword: str) -> tuple[float, float] | None:
    values = frame.numbers(keyword, 2)
    return (values[0], values[1]) if values and min(values) > 0 else None


def _aspect(frame: Frame) -> tuple[float, float]:
    """Pixel Aspect Ratio is the height of a pixel to its width."""
    ratio = _positive(frame, "PixelAspectRatio")
    return (ratio[0] / ratio[1], 1.0) if ratio else (1.0, 1.0)
