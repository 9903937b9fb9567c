"""A small parser for the headers that nearly all files have.

It walks the elements of little-endian data sets (PS3.5 7.1) in one piece of memory and knows no
more than where each one ends. Whatever is out of the ordinary makes it give up, and pydicom reads
the file instead.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from pydicom.uid import (
    AllTransferSyntaxes,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from viewer.dicom.tags import ATTRIBUTES

_EXPLICIT = struct.Struct("<IHH")
_IMPLICIT = struct.Struct("<II")
_LENGTH = struct.Struct("<I")
_UNDEFINED = 0xFFFFFFFF
_SYNTAXES = frozenset(map(str, AllTransferSyntaxes)) - {
    str(DeflatedExplicitVRLittleEndian),
    str(ExplicitVRBigEndian),
}


def _swapped(tag: int) -> int:
    """A tag as the four bytes of a file, group first, read as one little-endian number."""
    return (tag >> 16) | ((tag & 0xFFFF) << 16)


def _codes(names: str) -> frozenset[int]:
    return frozenset(int.from_bytes(name.encode(), "little") for name in names.split())


_SHORT = _codes("AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US")
_LONG = _codes("OB OD OF OL OV OW SQ SV UC UN UR UT UV")
_SEQUENCE = _codes("SQ UN")
_PIXEL_VRS = _codes("OB OW UN")
_SQ = int.from_bytes(b"SQ", "little")
_WANTED = {_swapped(tag): tag for tag in ATTRIBUTES}
_SEQUENCES = frozenset(tag for tag, attribute in ATTRIBUTES.items() if attribute.vr == "SQ")
_PIXEL_DATA = _swapped(0x7FE00010)
_FLOAT_PIXEL_DATA = frozenset((_swapped(0x7FE00008), _swapped(0x7FE00009)))
_TRANSFER_SYNTAX = _swapped(0x00020010)
_ITEM, _ITEM_END, _SEQUENCE_END = (_swapped(t) for t in (0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD))


class _GiveUpError(Exception):
    """The header is not one of those that this parser understands."""


#: Tag, value representation and undecoded value of an element. The representation is the two
#: letters as a little-endian number, 0 where the file gives none.
Element = tuple[int, int, bytes]


@dataclass(frozen=True, slots=True)
class RawHeader:
    """The elements that are wanted, undecoded, and where the pixel data are."""

    transfer_syntax: str
    elements: list[Element]
    pixel_offset: int
    pixel_length: int


def parse_quickly(data: bytes) -> RawHeader | None:
    """Parse the beginning of a file, up to the pixel data.

    Parameters
    ----------
    data : bytes
        The file, or as much of its beginning as holds the header.

    Returns
    -------
    RawHeader or None
        None where the header is out of the ordinary or ``data`` ends before it does.
    """
    if data[128:132] != b"DICM":
        return None
    try:
        syntax, start = _file_meta(data)
        if syntax not in _SYNTAXES:
            return None
        return _data_set(data, start, syntax)
    except (_GiveUpError, struct.error, UnicodeDecodeError):
        return None


def _file_meta(data: bytes) -> tuple[str, int]:
    """Transfer syntax, and where the data set starts (PS3.10 7.1)."""
    at, syntax = 132, ""
    while True:
        tag, vr, length = _EXPLICIT.unpack_from(data, at)
        if tag & 0xFFFF != 0x0002:
            return syntax, at
        at, length = _value(data, at, vr, length)
        if length == _UNDEFINED:
            raise _GiveUpError
        if tag == _TRANSFER_SYNTAX:
            syntax = data[at : at + length].decode("ascii").strip(" \0")
        at += length


def _data_set(data: bytes, at: int, syntax: str) -> RawHeader:
    elements: list[Element] = []
    implicit = syntax == ImplicitVRLittleEndian
    vr = 0
    while True:
        if implicit:
            tag, length = _IMPLICIT.unpack_from(data, at)
            at += 8
        else:
            tag, vr, length = _EXPLICIT.unpack_from(data, at)
            if vr in _SHORT:
                at += 8
            else:
                at, length = _value(data, at, vr, length)
        if tag == _PIXEL_DATA:
            distinct = len({element[0] for element in elements})
            if distinct < len(elements) or not (implicit or vr in _PIXEL_VRS):
                raise _GiveUpError
            return RawHeader(syntax, elements, at, length)
        wanted = _WANTED.get(tag)
        if wanted is not None:
            end = at + length
            if wanted in _SEQUENCES or end > len(data):
                raise _GiveUpError
            elements.append((wanted, vr, data[at:end]))
        elif length == _UNDEFINED:
            if not implicit and vr not in _SEQUENCE:
                raise _GiveUpError
            at = _skip_items(data, at, implicit or vr != _SQ)
            continue
        elif tag in _FLOAT_PIXEL_DATA:
            raise _GiveUpError
        at += length


def _value(data: bytes, at: int, vr: int, length: int) -> tuple[int, int]:
    """Where the value of an explicit element starts, and its length."""
    if vr in _SHORT:
        return at + 8, length
    if vr in _LONG:
        return at + 12, _LENGTH.unpack_from(data, at + 8)[0]
    raise _GiveUpError


def _skip_items(data: bytes, at: int, implicit: bool) -> int:
    """Where a sequence of undefined length ends."""
    while True:
        tag, length = _IMPLICIT.unpack_from(data, at)
        at += 8
        if tag == _SEQUENCE_END:
            return at
        if tag != _ITEM:
            raise _GiveUpError
        at = _skip_item(data, at, implicit) if length == _UNDEFINED else at + length


def _skip_item(data: bytes, at: int, implicit: bool) -> int:
    """Where an item of undefined length ends."""
    while True:
        tag, length = _IMPLICIT.unpack_from(data, at)
        if tag == _ITEM_END:
            return at + 8
        vr = _SQ
        if implicit:
            at += 8
        else:
            _, vr, length = _EXPLICIT.unpack_from(data, at)
            at, length = _value(data, at, vr, length)
        if length == _UNDEFINED:
            if vr not in _SEQUENCE:
                raise _GiveUpError
            at = _skip_items(data, at, implicit or vr != _SQ)
        else:
            at += length
