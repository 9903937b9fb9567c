"""From a file to its header, by the quick way where that understands it."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from viewer.dicom.charset import TextDecoder
from viewer.dicom.header import Header
from viewer.dicom.pydicom_header import MEDIA_STORAGE_DIRECTORY, read_with_pydicom
from viewer.dicom.quick_header import Element, QuickParser, RawHeader, SharedElements
from viewer.dicom.report import Note
from viewer.dicom.source import UNPACKING_ERRORS, Source
from viewer.dicom.tags import ATTRIBUTES, Value, Values, decode_value
from viewer.errors import DamagedFileError, NotDicomError, UnsupportedError

_UNDEFINED = 0xFFFFFFFF
_CHARACTER_SET = 0x00080005
_UNCOMPRESSED = frozenset(
    map(str, (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian))
)
#: Objects with frames that describe other images: Segmentation, Label Map, Parametric Map.
_ATTACHED = frozenset(f"1.2.840.10008.5.1.4.1.1.{n}" for n in ("66.4", "66.7", "30"))
_REMEDY = "Copy the file again from its origin."
#: Bytes read at first, which hold most headers, and then when they do not.
_FIRST_READ, _SECOND_READ = 8 * 1024, 256 * 1024


class HeaderReader:
    """Reads headers of many files; a value that they share is decoded once."""

    def __init__(self) -> None:
        self._decoded: dict[bytes, _Decoded] = {}
        self._shared: dict[SharedElements, _SharedValues] = {}
        self._parser = QuickParser()

    def read(self, source: Source) -> Header:
        """Read the header of a DICOM image.

        Parameters
        ----------
        source : Source

        Returns
        -------
        Header

        Raises
        ------
        NotDicomError
            The file is empty or of another kind.
        UnsupportedError
            It is DICOM without an image: a DICOMDIR, a report, a structure set.
        DamagedFileError
            The header cannot be parsed, or the image is cut off.
        OSError
            The file cannot be opened.
        """
        with source.open() as file:
            size = source.size(file)
            try:
                start = file.read(_FIRST_READ)
            except UNPACKING_ERRORS as error:
                raise DamagedFileError(
                    f"The file cannot be unpacked ({error}).", source.path
                ) from error
            _sniff(start, size, source)
            raw = self._parser.parse(start)
            if raw is None and size > _FIRST_READ:
                raw = self._parser.parse(start + file.read(_SECOND_READ))
            if raw is not None:
                header = self._decode(raw, source)
                length: int | None = raw.pixel_length
            else:
                file.seek(0)
                header, length = read_with_pydicom(file, source)
        _require_image(header, length, size)
        return header

    def _decode(self, raw: RawHeader, source: Source) -> Header:
        known = self._shared.get(raw.shared)
        if known is None:
            known = self._shared[raw.shared] = self._decode_shared(raw.shared.elements)
        values = dict(known.values)
        values.update(pair for e in raw.own if (pair := known.decoded[e]) is not None)
        return Header(source, raw.transfer_syntax, values, (), raw.pixel_offset, known.notes)

    def _decode_shared(self, elements: Sequence[Element]) -> _SharedValues:
        character_set = next((e[2] for e in elements if e[0] == _CHARACTER_SET), b"")
        decoded = self._decoded.get(character_set)
        if decoded is None:
            decoded = self._decoded[character_set] = _Decoded(character_set)
        values = dict(pair for e in elements if (pair := decoded[e]) is not None)
        # None of the elements that differ from image to image is text that may be doubted.
        return _SharedValues(decoded, values, decoded.doubts_about(elements))


@dataclass(frozen=True, slots=True)
class _SharedValues:
    """What headers have in common, decoded; ``decoded`` knows the rest of their elements."""

    decoded: _Decoded
    values: dict[str, Value]
    notes: tuple[Note, ...]


class _Decoded(dict[Element, tuple[str, Value] | None]):
    """Keyword and value by element; None where the value is empty or makes no sense."""

    def __init__(self, character_set: bytes) -> None:
        super().__init__()
        self._decoder = TextDecoder(character_set.decode("latin-1"))
        self._doubts: dict[Element, tuple[Note, ...]] = {}

    def doubts_about(self, elements: Sequence[Element]) -> tuple[Note, ...]:
        """What had to be assumed to decode these."""
        if not self._doubts:
            return ()
        return tuple(dict.fromkeys(d for e in elements for d in self._doubts.get(e, ())))

    def __missing__(self, element: Element) -> tuple[str, Value] | None:
        tag, code, raw = element
        vr = code.to_bytes(2, "little").decode("ascii") if code else None
        attribute = ATTRIBUTES[tag]
        value = decode_value(attribute, vr, raw, True, self._decoder)
        doubts = self._decoder.take_doubts()
        if doubts:
            self._doubts[element] = doubts
        self[element] = None if value is None else (attribute.keyword, value)
        return self[element]


def read_header(source: Source) -> Header:
    """Read the header of one file; see ``HeaderReader.read``."""
    return HeaderReader().read(source)


def _sniff(start: bytes, size: int, source: Source) -> None:
    """Refuse what is not DICOM, so that nothing has to be forced through a parser."""
    if size == 0:
        raise NotDicomError("The file is empty.", source.path)
    if start[128:132] == b"DICM":
        return
    if len(start) >= 8:
        # Without the preamble (PS3.10 7.1) a file starts with group 0002 or 0008.
        for order in "<>":
            group, element, length = struct.unpack(f"{order}HHI", start[:8])
            explicit = start[4:6].isalpha() and start[4:6].isupper()
            if group in (0x0002, 0x0008) and element < 0x0100 and (explicit or length < size):
                return
    raise NotDicomError("This is not a DICOM file.", source.path)


def _require_image(header: Header, length: int | None, size: int) -> None:
    """Refuse a file without an image, or with less of it than its header promises."""
    path = header.source.path
    values = header.values
    sop_class = str(values.get("SOPClassUID", ""))
    if sop_class == MEDIA_STORAGE_DIRECTORY:
        raise UnsupportedError(
            "This is a DICOMDIR, an index of other files.", path, "Open the folder it lies in."
        )
    if sop_class in _ATTACHED:
        raise UnsupportedError(
            f"This is no picture, but an object made of one ({UID(sop_class).name}).", path
        )
    rows, columns = (_count(values, name) for name in ("Rows", "Columns"))
    if rows is None or columns is None:
        kind = UID(sop_class).name if sop_class else values.get("Modality", "an unknown object")
        raise UnsupportedError(f"This holds no image ({kind}).", path)
    if length == 0:
        raise DamagedFileError("The header is not followed by an image.", path, _REMEDY)
    if header.pixel_offset is None:
        return
    present = size - header.pixel_offset
    frames = len(header.per_frame) or _count(values, "NumberOfFrames") or 1
    if frames > present:
        raise DamagedFileError(f"The file is too short for {frames:,} frames.", path, _REMEDY)
    if length == _UNDEFINED or header.transfer_syntax not in _UNCOMPRESSED:
        return
    allocated = _count(values, "BitsAllocated") or 16
    bits = rows * columns * (_count(values, "SamplesPerPixel") or 1) * allocated
    if values.get("PhotometricInterpretation") == "YBR_FULL_422":
        bits = bits * 2 // 3
    # Of several frames those that are there can be shown.
    needed = math.ceil(bits / 8)
    if present < needed:
        raise DamagedFileError(
            f"The image is cut off: {present:,} of {needed:,} bytes are there.", path, _REMEDY
        )


def _count(values: Values, keyword: str) -> int | None:
    """A positive whole number, or None."""
    value = values.get(keyword)
    return value if isinstance(value, int) and value > 0 else None
