"""What one file says about its images, without reading the images."""

from __future__ import annotations

import math
import os
import struct
import warnings
from collections import ChainMap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from viewer.dicom.source import Source
from viewer.dicom.tags import ATTRIBUTES, Scalar, Value, Values, decode_value, python_encodings
from viewer.errors import DamagedFileError, NotDicomError, UnsupportedError

_MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"
_PIXEL_DATA = 0x7FE00010
_FLOAT_PIXEL_DATA = (0x7FE00008, 0x7FE00009)
_UNDEFINED = 0xFFFFFFFF
_TRUNCATED = "Copy the file again from its origin."


@dataclass(frozen=True)
class Frame:
    """The attributes of one frame: its own, else those shared by all, else the file's."""

    index: int
    values: Values

    def text(self, keyword: str) -> str:
        """A value as text, the parts of several joined by a backslash; empty where absent."""
        value = self.values.get(keyword, "")
        return "\\".join(map(str, value)) if isinstance(value, tuple) else str(value)

    def parts(self, keyword: str) -> tuple[Scalar, ...]:
        """All values of an attribute."""
        value = self.values.get(keyword, ())
        return value if isinstance(value, tuple) else (value,)

    def numbers(self, keyword: str, count: int) -> tuple[float, ...] | None:
        """Exactly ``count`` numbers, or None."""
        parts = self.parts(keyword)
        if len(parts) != count or any(isinstance(p, str) for p in parts):
            return None
        return tuple(float(p) for p in parts)

    def number(self, keyword: str) -> float | None:
        """The first number of an attribute, or None."""
        parts = self.parts(keyword)
        return float(parts[0]) if parts and not isinstance(parts[0], str) else None

    def integer(self, keyword: str) -> int | None:
        """The first number of an attribute as an integer, or None."""
        number = self.number(keyword)
        return int(number) if number is not None else None


@dataclass(frozen=True)
class Header:
    """The header of one file.

    Parameters
    ----------
    source : Source
    transfer_syntax : str
        UID; the one that the bytes follow where the file does not name any.
    values : mapping of keyword to value
    per_frame : tuple of mappings
        Of a multi-frame file with functional groups (PS3.3 C.7.6.16).
    pixel_offset : int, optional
        Where the value of Pixel Data starts; None where it is not in the file as such (deflated).
    """

    source: Source
    transfer_syntax: str
    values: Values
    per_frame: tuple[Values, ...] = field(default=())
    pixel_offset: int | None = None

    @property
    def frames(self) -> Iterator[Frame]:
        """Each frame with its attributes."""
        if self.per_frame:
            for index, own in enumerate(self.per_frame):
                yield Frame(index, ChainMap(dict(own), dict(self.values)))
            return
        root = Frame(0, self.values)
        number = root.integer("NumberOfFrames") or 1
        if number == 1:
            yield root
            return
        # The file's one position is not that of each frame.
        shared = {k: v for k, v in self.values.items() if k != "ImagePositionPatient"}
        for index, position in enumerate(_frame_positions(root, number)):
            own = {"ImagePositionPatient": position} if position is not None else {}
            yield Frame(index, ChainMap(own, shared))


def _frame_positions(root: Frame, number: int) -> Sequence[tuple[float, float, float] | None]:
    """Positions of a dose's frames: offsets along the normal (PS3.3 C.8.8.3.2)."""
    first = root.numbers("ImagePositionPatient", 3)
    cosines = root.numbers("ImageOrientationPatient", 6)
    offsets = root.numbers("GridFrameOffsetVector", number)
    if first is None or cosines is None or offsets is None:
        return [None] * number
    normal = np.cross(cosines[:3], cosines[3:])
    # Offsets are relative to the first position, or else are positions themselves.
    points = np.array(first) + np.outer(np.array(offsets) - offsets[0], normal)
    return [(float(x), float(y), float(z)) for x, y, z in points]


def read_header(source: Source) -> Header:
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
        size = file.seek(0, os.SEEK_END)
        _sniff(file, size, source)
        header, pixel_length = _read_with_pydicom(file, source)
    _require_image(header, pixel_length, size)
    return header


def _sniff(file: BinaryIO, size: int, source: Source) -> None:
    """Refuse what is not DICOM, so that nothing has to be forced through a parser."""
    if size == 0:
        raise NotDicomError("the file is empty.", source.path)
    file.seek(0)
    start = file.read(132)
    file.seek(0)
    if start[128:132] == b"DICM":
        return
    if len(start) >= 8:
        # Without the preamble (PS3.10 7.1) a file starts with group 0002 or 0008.
        for order in "<>":
            group, element, length = struct.unpack(f"{order}HHI", start[:8])
            explicit = start[4:6].isalpha() and start[4:6].isupper()
            if group in (0x0002, 0x0008) and element < 0x0100 and (explicit or length < size):
                return
    raise NotDicomError("this is not a DICOM file.", source.path)


def _read_with_pydicom(file: BinaryIO, source: Source) -> tuple[Header, int | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(
                file, stop_before_pixels=True, force=True, specific_tags=list(ATTRIBUTES)
            )
            return _header_of(dataset, file, source)
    except Exception as error:  # a damaged header breaks the parser in ways of its own
        raise DamagedFileError(
            f"the header cannot be read ({type(error).__name__}: {error}).", source.path, _TRUNCATED
        ) from error


def _header_of(dataset: Dataset, file: BinaryIO, source: Source) -> tuple[Header, int | None]:
    meta = dataset.file_meta
    syntax = str(meta.get("TransferSyntaxUID", "") or "")
    implicit, little = dataset.original_encoding
    if not syntax:
        syntax = str(ImplicitVRLittleEndian if implicit else "1.2.840.10008.1.2.1")
    if not little and not UID(syntax).is_compressed:
        syntax = "1.2.840.10008.1.2.2"
    values = _plain_values(dataset, bool(little), ("iso8859",))
    if str(meta.get("MediaStorageSOPClassUID", "")) == _MEDIA_STORAGE_DIRECTORY:
        values["SOPClassUID"] = _MEDIA_STORAGE_DIRECTORY
    per_frame = _functional_groups(dataset, bool(little), values)
    offset, length = (
        (None, None)
        if syntax == DeflatedExplicitVRLittleEndian
        else _pixel_element(file, bool(implicit), bool(little))
    )
    return Header(source, syntax, values, per_frame, offset), length


def _plain_values(dataset: Dataset, little: bool, encodings: Sequence[str]) -> dict[str, Value]:
    """The wanted attributes of a data set, decoded from their raw bytes."""
    values: dict[str, Value] = {}
    character_set = dataset.get_item(0x00080005)
    if character_set is not None and character_set.value:
        named = character_set.value
        text = named.decode("latin-1") if isinstance(named, bytes) else named
        text = text if isinstance(text, str) else "\\".join(text)
        values["SpecificCharacterSet"] = text.strip(" \0")
        encodings = python_encodings(text)
    for tag in tuple(dataset.keys()):
        attribute = ATTRIBUTES.get(tag)
        if attribute is None or attribute.keyword in values:
            continue
        element = dataset.get_item(tag)
        if attribute.vr == "SQ":
            if _holds_table(dataset, tag):
                values[attribute.keyword] = 1
            continue
        raw = element.value if element is not None else None
        if not isinstance(raw, bytes):
            continue
        value = decode_value(attribute, element.VR, raw, little, encodings)
        if value is not None:
            values[attribute.keyword] = value
    return values


def _holds_table(dataset: Dataset, tag: int) -> bool:
    """Whether a sequence of look-up tables has one with data in it."""
    items = dataset[tag].value or ()
    return any(item.get("LUTData") not in (None, b"", []) for item in items)


def _functional_groups(
    dataset: Dataset, little: bool, values: dict[str, Value]
) -> tuple[Values, ...]:
    """The attributes of each frame of an enhanced image; shared ones are put into ``values``."""
    if "PerFrameFunctionalGroupsSequence" not in dataset:
        return ()
    encodings = python_encodings(str(values.get("SpecificCharacterSet", "")))

    def flatten(group: Dataset) -> dict[str, Value]:
        flat: dict[str, Value] = {}
        for macro in group:
            if macro.VR == "SQ" and macro.value:
                flat.update(_plain_values(macro.value[0], little, encodings))
        return flat

    shared = dataset.get("SharedFunctionalGroupsSequence") or ()
    for group in shared:
        values.update(flatten(group))
    return tuple(flatten(group) for group in dataset.PerFrameFunctionalGroupsSequence)


def _pixel_element(file: BinaryIO, implicit: bool, little: bool) -> tuple[int | None, int | None]:
    """Offset and length of the value of Pixel Data, where the parser stopped; None if absent."""
    order = "<" if little else ">"
    head = file.read(12)
    if len(head) < 8:
        return None, None
    group, element = struct.unpack(f"{order}HH", head[:4])
    if (group << 16) + element != _PIXEL_DATA:
        return None, None
    if implicit:
        return file.tell() - len(head) + 8, struct.unpack(f"{order}I", head[4:8])[0]
    if len(head) < 12 or head[4:6] not in (b"OB", b"OW", b"UN"):
        return None, None
    return file.tell(), struct.unpack(f"{order}I", head[8:12])[0]


def _require_image(header: Header, length: int | None, size: int) -> None:
    """Refuse a file without an image, or with less of it than its header promises."""
    path = header.source.path
    root = Frame(0, header.values)
    sop_class = root.text("SOPClassUID")
    if sop_class == _MEDIA_STORAGE_DIRECTORY:
        raise UnsupportedError(
            "this is a DICOMDIR, an index of other files.", path, "Open the folder it lies in."
        )
    rows, columns = root.integer("Rows"), root.integer("Columns")
    if not rows or not columns or rows < 0 or columns < 0:
        kind = UID(sop_class).name if sop_class else root.text("Modality") or "an unknown object"
        raise UnsupportedError(f"this holds no image ({kind}).", path)
    if header.transfer_syntax == DeflatedExplicitVRLittleEndian:
        return
    if header.pixel_offset is None:
        return
    frames = len(header.per_frame) or root.integer("NumberOfFrames") or 1
    allocated = root.integer("BitsAllocated") or 16
    samples = root.integer("SamplesPerPixel") or 1
    present = size - header.pixel_offset
    if frames > present:
        raise DamagedFileError(f"the file is too short for {frames:,} frames.", path, _TRUNCATED)
    if length == _UNDEFINED or UID(header.transfer_syntax).is_compressed:
        return
    bits = rows * columns * samples * allocated
    if root.text("PhotometricInterpretation") == "YBR_FULL_422":
        bits = bits * 2 // 3
    # Of several frames those that are there can be shown.
    needed = math.ceil(bits / 8)
    if present < needed:
        raise DamagedFileError(
            f"the image is cut off: {present:,} of {needed:,} bytes are there.", path, _TRUNCATED
        )
