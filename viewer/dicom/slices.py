"""From an image's attributes to what is needed to read its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from viewer.dicom.header import Frame
from viewer.dicom.images import Image
from viewer.dicom.series import PixelEncoding, Rescale, SliceFile
from viewer.dicom.tags import Value


def slice_file(image: Image, position: float) -> SliceFile:
    """What is needed to read one image at a position along the normal."""
    values = image.frame.values
    header = image.header
    described = _format(
        header.transfer_syntax, len(header.per_frame), *map(values.get, _FORMAT_KEYWORDS)
    )
    return SliceFile(
        source=header.source,
        frame=image.frame.index,
        sop_instance_uid=image.frame.text("SOPInstanceUID"),
        instance_number=image.frame.integer("InstanceNumber"),
        position_mm=float(position),
        encoding=described.encoding,
        rescale=described.rescale,
        padding=described.padding,
        offset=header.pixel_offset,
        has_lut=described.has_lut,
        has_overlays="OverlayRows" in values,
    )


_FORMAT_KEYWORDS = (
    "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated",
    "BitsStored", "HighBit", "PixelRepresentation", "NumberOfFrames", "RescaleSlope",
    "RescaleIntercept", "DoseGridScaling", "PixelPaddingValue", "PixelPaddingRangeLimit",
    "ModalityLUTSequence", "PlanarConfiguration",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Format:
    """What the images of a series mostly have in common."""

    encoding: PixelEncoding
    rescale: Rescale
    padding: tuple[int, int] | None
    has_lut: bool


@lru_cache(maxsize=1024)
def _format(transfer_syntax: str, frames: int, *values: Value | None) -> _Format:
    known = zip(_FORMAT_KEYWORDS, values, strict=True)
    frame = Frame(0, {keyword: value for keyword, value in known if value is not None})
    slope = frame.number("RescaleSlope")
    signed = frame.integer("PixelRepresentation") == 1
    allocated = frame.integer("BitsAllocated") or 16
    stored = min(frame.integer("BitsStored") or allocated, allocated)
    high_bit = frame.integer("HighBit")
    return _Format(
        PixelEncoding(
            transfer_syntax=transfer_syntax,
            rows=frame.integer("Rows") or 0,
            columns=frame.integer("Columns") or 0,
            samples=frame.integer("SamplesPerPixel") or 1,
            photometric=frame.text("PhotometricInterpretation") or "MONOCHROME2",
            bits_allocated=allocated,
            bits_stored=stored,
            high_bit=high_bit if high_bit is not None else stored - 1,
            signed=signed,
            frames=frames or frame.integer("NumberOfFrames") or 1,
            is_planar=frame.integer("PlanarConfiguration") == 1,
        ),
        Rescale(
            slope or frame.number("DoseGridScaling") or 1.0, frame.number("RescaleIntercept") or 0.0
        ),
        _padding(frame, signed, allocated),
        "ModalityLUTSequence" in frame.values and slope is None,
    )


def _padding(frame: Frame, signed: bool, bits: int) -> tuple[int, int] | None:
    """Range of stored values that mean padding (PS3.3 C.7.5.1.1.2)."""
    value = frame.integer("PixelPaddingValue")
    if value is None:
        return None
    limit = frame.integer("PixelPaddingRangeLimit")
    bounds = sorted(_as_stored(v, signed, bits) for v in (value, value if limit is None else limit))
    return bounds[0], bounds[1]


def _as_stored(value: int, signed: bool, bits: int) -> int:
    """The value of the same bits in the pixels' sign: 63536 written as US means −2000."""
    modulus = 1 << bits
    value %= modulus
    return value - modulus if signed and value >= modulus // 2 else value
