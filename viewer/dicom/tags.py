"""The attributes that reading needs, and their values from bytes to plain Python.

Values in the wild break the rules of their value representation (PS3.5 6.2), so what cannot be
understood becomes None instead of an error, and the caller decides whether it can do without.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from pydicom.datadict import keyword_dict

from viewer.dicom.charset import TextDecoder

Scalar = str | int | float
Value = Scalar | tuple[Scalar, ...]
Values = Mapping[str, Value]

# Keywords by value representation; PS3.6 gives both.
_WANTED = {
    "UI": "SOPClassUID SOPInstanceUID SeriesInstanceUID StudyInstanceUID FrameOfReferenceUID",
    "CS": "SpecificCharacterSet ImageType FrameType Modality PatientSex BodyPartExamined "
    "PhotometricInterpretation VOILUTFunction PresentationLUTShape LossyImageCompression "
    "BurnedInAnnotation PixelSpacingCalibrationType AnatomicalOrientationType "
    "LossyImageCompressionMethod Units DecayCorrection CorrectedImage SUVType ShutterShape",
    "DA": "StudyDate PatientBirthDate SeriesDate AcquisitionDate",
    "TM": "StudyTime SeriesTime AcquisitionTime ContentTime RadiopharmaceuticalStartTime",
    "DT": "FrameAcquisitionDateTime RadiopharmaceuticalStartDateTime",
    "PN": "PatientName",
    "LO": "PatientID SeriesDescription StudyDescription WindowCenterWidthExplanation RescaleType",
    "SH": "AccessionNumber ConvolutionKernel",
    "IS": "SeriesNumber InstanceNumber AcquisitionNumber NumberOfFrames TemporalPositionIdentifier "
    "PixelAspectRatio ActualFrameDuration ShutterLeftVerticalEdge ShutterRightVerticalEdge "
    "ShutterUpperHorizontalEdge ShutterLowerHorizontalEdge CenterOfCircularShutter "
    "RadiusOfCircularShutter VerticesOfThePolygonalShutter",
    "DS": "ImagePositionPatient ImageOrientationPatient PixelSpacing SliceThickness "
    "SpacingBetweenSlices GantryDetectorTilt ImagerPixelSpacing NominalScannedPixelSpacing "
    "EstimatedRadiographicMagnificationFactor RescaleSlope RescaleIntercept WindowCenter "
    "WindowWidth TriggerTime EchoTime GridFrameOffsetVector DoseGridScaling PatientWeight "
    "RadionuclideTotalDose RadionuclideHalfLife FrameReferenceTime LossyImageCompressionRatio",
    "FD": "DiffusionBValue EffectiveEchoTime",
    "UL": "TemporalPositionIndex",
    "US": "Rows Columns SamplesPerPixel BitsAllocated BitsStored HighBit PixelRepresentation "
    "PixelPaddingValue PixelPaddingRangeLimit PlanarConfiguration ShutterPresentationValue",
    "SQ": "ModalityLUTSequence VOILUTSequence SharedFunctionalGroupsSequence "
    "PerFrameFunctionalGroupsSequence RadiopharmaceuticalInformationSequence",
}


@dataclass(frozen=True, slots=True)
class Attribute:
    """A wanted attribute: keyword and value representation."""

    keyword: str
    vr: str


#: Private attributes of PET scanners, and who reserved their block (PS3.5 7.8.1).
_PRIVATE = {
    0x00090010: Attribute("GEPETCreator", "LO"),
    0x0009100D: Attribute("GEScanDateTime", "DT"),
    0x70530010: Attribute("PhilipsPETCreator", "LO"),
    0x70531000: Attribute("PhilipsSUVScaleFactor", "DS"),
    0x70531009: Attribute("PhilipsConcentrationScaleFactor", "DS"),
}

#: That there is an overlay plane, in any of the repeating groups (PS3.5 7.6).
_OVERLAYS = {tag: Attribute("OverlayRows", "US") for tag in range(0x60000010, 0x60200010, 0x20000)}

ATTRIBUTES: Mapping[int, Attribute] = (
    {
        keyword_dict[keyword]: Attribute(keyword, vr)
        for vr, keywords in _WANTED.items()
        for keyword in keywords.split()
    }
    | _PRIVATE
    | _OVERLAYS
)

#: What mostly differs from image to image of a series; of the others the images mostly agree.
OF_EACH_IMAGE = (
    "SOPInstanceUID", "InstanceNumber", "ImagePositionPatient", "AcquisitionTime", "ContentTime",
    "TriggerTime", "RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth",
)  # fmt: skip

_BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
_LOCALISED = frozenset(("LO", "SH", "PN", "ST", "LT", "UC", "UT"))
_TEXT = frozenset(("UI", "CS", "DA", "TM", "DT", "AS", "AE", "UR")) | _LOCALISED


def decode_value(
    attribute: Attribute, vr: str | None, raw: bytes, little_endian: bool, decoder: TextDecoder
) -> Value | None:
    """Decode the bytes of a value.

    Parameters
    ----------
    attribute : Attribute
    vr : str, optional
        As the file gives it; the attribute's own where the file gives none that is known.
    raw : bytes
    little_endian : bool
    decoder : TextDecoder
        Of the file's character set.

    Returns
    -------
    str, int, float, a tuple of them, or None
        None when the value is empty or makes no sense.
    """
    if vr not in _BINARY and vr not in _TEXT and vr not in ("DS", "IS"):
        vr = attribute.vr
    if vr in _BINARY:
        return _unpack(_BINARY[vr], raw, little_endian)
    text = decoder.decode(raw) if vr in _LOCALISED else raw.decode("latin-1")
    if vr in ("DS", "IS"):
        return _numbers(text, whole=attribute.vr == "IS")
    parts = tuple(part.strip(" \0\t\r\n") for part in text.split("\\"))
    if not any(parts):
        return None
    return parts[0] if len(parts) == 1 else parts


def _unpack(code: str, raw: bytes, little_endian: bool) -> Value | None:
    size = struct.calcsize(code)
    number = len(raw) // size
    if number == 0:
        return None
    order = "<" if little_endian else ">"
    values = struct.unpack(f"{order}{number}{code}", raw[: number * size])
    return values[0] if number == 1 else tuple(values)


def _numbers(text: str, *, whole: bool) -> Value | None:
    numbers: list[float] = []
    for part in text.split("\\"):
        try:
            # A decimal comma is the commonest breach.
            value = float(part.strip(" \0\t\r\n").replace(",", "."))
        except ValueError:
            return None
        if not math.isfinite(value):
            return None
        numbers.append(value)
    values = tuple(int(n) for n in numbers) if whole else tuple(numbers)
    return values[0] if len(values) == 1 else values
