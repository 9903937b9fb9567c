"""Headers by way of pydicom, which reads whatever can be read."""

from __future__ import annotations

import io
import struct
import warnings
from typing import IO

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from viewer.dicom.charset import TextDecoder
from viewer.dicom.header import Header
from viewer.dicom.lookup_tables import plain_tables
from viewer.dicom.report import Note, warning
from viewer.dicom.source import Source
from viewer.dicom.tags import ATTRIBUTES, Value, Values, decode_value
from viewer.errors import DamagedFileError

#: SOP class of a DICOMDIR, which has no such attribute of its own.
MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"
_PIXEL_DATA = 0x7FE00010
_SPECIFIC_CHARACTER_SET = 0x00080005
_REMEDY = "Copy the file again from its origin."


def read_with_pydicom(file: IO[bytes], source: Source) -> tuple[Header, int | None]:
    """Read a header, and the length of the pixel data: None where unknown, 0 without any.

    Parameters
    ----------
    file : file object
        At its beginning.
    source : Source
        Of the file.

    Raises
    ------
    DamagedFileError
    """
    buffered: IO[bytes] = io.BufferedReader(file) if isinstance(file, io.FileIO) else file
    # The file stays the caller's to close.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(
                buffered, stop_before_pixels=True, force=True, specific_tags=list(ATTRIBUTES)
            )
            return _header_of(dataset, buffered, source)
    except Exception as error:  # a damaged header breaks the parser in ways of its own
        raise DamagedFileError(
            f"The header cannot be read ({type(error).__name__}: {error}).", source.path, _REMEDY
        ) from error
    finally:
        if isinstance(buffered, io.BufferedReader):
            buffered.detach()


def _header_of(dataset: Dataset, file: IO[bytes], source: Source) -> tuple[Header, int | None]:
    meta = dataset.file_meta
    implicit, little = dataset.original_encoding
    syntax = str(meta.get("TransferSyntaxUID", "") or "")
    if not syntax:
        syntax = str(ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian)
    if not little and not UID(syntax).is_compressed:
        syntax = str(ExplicitVRBigEndian)
    decoder = TextDecoder("\\".join(_character_set(dataset)))
    values = _plain_values(dataset, bool(little), decoder)
    if str(meta.get("MediaStorageSOPClassUID", "")) == MEDIA_STORAGE_DIRECTORY:
        values["SOPClassUID"] = MEDIA_STORAGE_DIRECTORY
    per_frame = _functional_groups(dataset, bool(little), values, decoder)
    offset, length = (
        (None, None)
        if syntax == DeflatedExplicitVRLittleEndian
        else _pixel_element(file, bool(implicit), bool(little))
    )
    notes = (
        *decoder.take_doubts(),
        *_syntax_notes(str(meta.get("TransferSyntaxUID", "") or ""), syntax),
    )
    return Header(source, syntax, values, per_frame, offset, notes), length


def _syntax_notes(named: str, used: str) -> tuple[Note, ...]:
    if named == used:
        return ()
    name = UID(used).name
    found = f"The files name {UID(named).name}" if named else "The files name no transfer syntax"
    return (warning("transfer_syntax", f"{found}; their bytes were read as {name}."),)


def _plain_values(dataset: Dataset, little: bool, decoder: TextDecoder) -> dict[str, Value]:
    """The wanted attributes of a data set, decoded from their raw bytes."""
    values: dict[str, Value] = {}
    character_set = _character_set(dataset)
    if character_set:
        several = len(character_set) > 1
        values["SpecificCharacterSet"] = character_set if several else character_set[0]
    for tag in tuple(dataset.keys()):
        attribute = ATTRIBUTES.get(tag)
        if attribute is None or attribute.keyword in values:
            continue
        element = dataset.get_item(tag)
        if attribute.keyword == "RadiopharmaceuticalInformationSequence":
            # One item in all that is not research; its attributes occur nowhere else.
            for item in list(dataset[tag].value or ())[:1]:
                values.update(_plain_values(item, little, decoder))
            continue
        if attribute.keyword == "VOILUTSequence":
            tables = plain_tables(dataset[tag].value or (), little, decoder.decode)
            if tables:
                values[attribute.keyword] = tables
            continue
        if attribute.vr == "SQ":
            if _holds_table(dataset, tag):
                values[attribute.keyword] = 1
            continue
        raw = element.value if element is not None else None
        if not isinstance(raw, bytes):
            continue
        value = decode_value(attribute, element.VR, raw, little, decoder)
        if value is not None:
            values[attribute.keyword] = value
    return values


def _character_set(dataset: Dataset) -> tuple[str, ...]:
    """Specific Character Set, the one attribute that pydicom decodes on its own account."""
    element = dataset.get_item(_SPECIFIC_CHARACTER_SET)
    named = element.value if element is not None else None
    text = named.decode("latin-1") if isinstance(named, bytes) else named or ""
    parts = text.split("\\") if isinstance(text, str) else text
    stripped = tuple(str(part).strip(" \0\t\r\n") for part in parts)
    return stripped if any(stripped) else ()


def _holds_table(dataset: Dataset, tag: int) -> bool:
    """Whether a sequence of look-up tables has one with data in it."""
    items = dataset[tag].value or ()
    return any(item.get("LUTData") not in (None, b"", []) for item in items)


def _functional_groups(
    dataset: Dataset, little: bool, values: dict[str, Value], decoder: TextDecoder
) -> tuple[Values, ...]:
    """The attributes of each frame of an enhanced image; shared ones are put into ``values``."""
    if "PerFrameFunctionalGroupsSequence" not in dataset:
        return ()

    def flatten(group: Dataset) -> dict[str, Value]:
        flat: dict[str, Value] = {}
        for macro in group:
            if macro.VR == "SQ" and macro.value:
                flat.update(_plain_values(macro.value[0], little, decoder))
        return flat

    shared = dataset.get("SharedFunctionalGroupsSequence") or ()
    for group in shared:
        values.update(flatten(group))
    return tuple(flatten(group) for group in dataset.PerFrameFunctionalGroupsSequence)


def _pixel_element(file: IO[bytes], implicit: bool, little: bool) -> tuple[int | None, int | None]:
    """Offset and length of the value of Pixel Data, where the parser stopped.

    The length is 0 where the file ends there; both are None where the element is another.
    """
    order = "<" if little else ">"
    head = file.read(12)
    if len(head) < 8:
        return None, 0
    group, element = struct.unpack(f"{order}HH", head[:4])
    if (group << 16) + element != _PIXEL_DATA:
        return None, None
    if implicit:
        return file.tell() - len(head) + 8, struct.unpack(f"{order}I", head[4:8])[0]
    if len(head) < 12 or head[4:6] not in (b"OB", b"OW", b"UN"):
        return None, None
    return file.tell(), struct.unpack(f"{order}I", head[8:12])[0]
