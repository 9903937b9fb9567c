"""The attributes that reading needs, and their values from bytes to plain Python.

Values in the wild break the rules of their value representation (PS3.5 6.2), so what cannot be
understood becomes None instead of an error, and the caller decides whether it can do without.
"""

from __future__ import annotations

import math
import struct
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import keyword_dict
from pydicom.valuerep import TEXT_VR_DELIMS

Scalar = str | int | float
Value = Scalar | tuple[Scalar, ...]
Values = Mapping[str, Value]

# Keywords by value representation; PS3.6 gives both.
_WANTED = {
    "UI": "SOPClassUID SOPInstanceUID SeriesInstanceUID StudyInstanceUID FrameOfReferenceUID",
    "CS": "SpecificCharacterSet ImageType FrameType Modality PatientSex BodyPartExamined "
    "PhotometricInterpretation VOILUTFunction PresentationLUTShape LossyImageCompression "
    "BurnedInAnnotation PixelSpacingCalibrationType AnatomicalOrientationType "
    "LossyImageCompressionMethod Units DecayCorrection CorrectedImage SUVType",
    "DA": "StudyDate PatientBirthDate SeriesDate AcquisitionDate",
    "TM": "StudyTime SeriesTime AcquisitionTime ContentTime RadiopharmaceuticalStartTime",
    "DT": "FrameAcquisitionDateTime RadiopharmaceuticalStartDateTime",
    "PN": "PatientName",
    "LO": "PatientID SeriesDescription StudyDescription WindowCenterWidthExplanation RescaleType",
    "SH": "AccessionNumber ConvolutionKernel",
    "IS": "SeriesNumber InstanceNumber AcquisitionNumber NumberOfFrames TemporalPositionIdentifier "
    "PixelAspectRatio ActualFrameDuration",
    "DS": "ImagePositionPatient ImageOrientationPatient PixelSpacing SliceThickness "
    "SpacingBetweenSlices GantryDetectorTilt ImagerPixelSpacing NominalScannedPixelSpacing "
    "EstimatedRadiographicMagnificationFactor RescaleSlope RescaleIntercept WindowCenter "
    "WindowWidth TriggerTime EchoTime GridFrameOffsetVector DoseGridScaling PatientWeight "
    "RadionuclideTotalDose RadionuclideHalfLife FrameReferenceTime",
    "FD": "DiffusionBValue EffectiveEchoTime",
    "UL": "TemporalPositionIndex",
    "US": "Rows Columns SamplesPerPixel BitsAllocated BitsStored HighBit PixelRepresentation "
    "PixelPaddingValue PixelPaddingRangeLimit",
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

ATTRIBUTES: Mapping[int, Attribute] = {
    keyword_dict[keyword]: Attribute(keyword, vr)
    for vr, keywords in _WANTED.items()
    for keyword in keywords.split()
} | _PRIVATE

_BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
_LOCALISED = frozenset(("LO", "SH", "PN", "ST", "LT", "UC", "UT"))
_TEXT = frozenset(("UI", "CS", "DA", "TM", "DT", "AS", "AE", "UR")) | _LOCALISED


def decode_value(
    attribute: Attribute, vr: str | None, raw: bytes, little_endian: bool, encodings: Sequence[str]
) -> Value | None:
    """Decode the bytes of a value.

    Parameters
    ----------
    attribute : Attribute
    vr : str, optional
        As the file gives it; the attribute's own where the file gives none that is known.
    raw : bytes
    little_endian : bool
    encodings : sequence of str
        Python's names of the file's character sets.

    Returns
    -------
    str, int, float, a tuple of them, or None
        None when the value is empty or makes no sense.
    """
    if vr not in _BINARY and vr not in _TEXT and vr not in ("DS", "IS"):
        vr = attribute.vr
    if vr in _BINARY:
        return _unpack(_BINARY[vr], raw, little_endian)
    text = decode_text(raw, encodings) if vr in _LOCALISED else raw.decode("latin-1")
    if vr in ("DS", "IS"):
        return _numbers(text, whole=attribute.vr == "IS")
    parts = tuple(part.strip(" \0\t\r\n") for part in text.split("\\"))
    if not any(parts):
        return None
    return parts[0] if len(parts) == 1 else parts


def decode_text(raw: bytes, encodings: Sequence[str]) -> str:
    """Decode text whose character set (PS3.3 C.12.1.1.2) may be missing or untrue."""
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii")
    if len(encodings) > 1 or b"\x1b" in raw:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return decode_bytes(raw, list(encodings), TEXT_VR_DELIMS)
    # "iso8859" is pydicom's name of the default repertoire, in which no such byte is valid.
    for encoding in (*(e for e in encodings if e != "iso8859"), "utf-8"):
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")


def python_encodings(character_set: str) -> tuple[str, ...]:
    """Python's codec names for a value of Specific Character Set (0008,0005)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return tuple(convert_encodings([part.strip() for part in character_set.split("\\")]))
        except (LookupError, ValueError):
            return ("iso8859",)


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
