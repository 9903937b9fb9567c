"""A small parser for the headers that nearly all files have.

It walks the elements of little-endian data sets (PS3.5 7.1) in one piece of memory and knows no
more than where each one ends. Whatever is out of the ordinary makes it give up, and pydicom reads
the file instead. The files of a series mostly have the same structure, and all but a few of their
values in common, to the byte, which is quicker to see than to parse again.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.uid import (
    AllTransferSyntaxes,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from viewer.dicom.tags import ATTRIBUTES, OF_EACH_IMAGE

_EXPLICIT = struct.Struct("<IHH")
_IMPLICIT = struct.Struct("<II")
_LENGTH = struct.Struct("<I")
_UNDEFINED = 0xFFFFFFFF
#: How many layouts are tried before a header is parsed.
_LAYOUTS = 4
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
_OF_EACH_IMAGE = frozenset(t for t, a in ATTRIBUTES.items() if a.keyword in OF_EACH_IMAGE)
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


@dataclass(frozen=True, slots=True, eq=False)
class SharedElements:
    """Elements that many headers have in common; those headers hold the same object."""

    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class RawHeader:
    """The elements that are wanted, undecoded, and where the pixel data are."""

    transfer_syntax: str
    shared: SharedElements
    own: list[Element]
    pixel_offset: int
    pixel_length: int


class QuickParser:
    """Parses the headers of many files, which mostly are laid out like one of the last few."""

    def __init__(self) -> None:
        self._layouts: deque[_Layout] = deque(maxlen=_LAYOUTS)

    def parse(self, data: bytes) -> RawHeader | None:
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
        for layout in self._layouts:
            header = layout.read(data)
            if header is not None:
                return header
        try:
            layout = _lay_out(data)
        except (_GiveUpError, struct.error, UnicodeDecodeError):
            return None
        self._layouts.appendleft(layout)
        return layout.read(data)


class _Spans:
    """Pieces of a header, in order."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._sizes: list[int] = []

    def add(self, start: int, size: int) -> None:
        self._starts.append(start)
        self._sizes.append(size)

    def indices(self) -> npt.NDArray[np.intp]:
        sizes = np.array(self._sizes, dtype=np.intp)
        starts = np.array(self._starts, dtype=np.intp)
        firsts = np.cumsum(sizes) - sizes
        indices = np.arange(sizes.sum()) + np.repeat(starts - firsts, sizes)
        return np.asarray(indices, dtype=np.intp)


_Wanted = tuple[int, int, int, int]  # tag, value representation, start, end


class _Layout:
    """Where everything lies in a header; the same for all headers that have the same structure.

    Parameters
    ----------
    data : bytes
        One of these headers.
    transfer_syntax : str
    structure : _Spans
        The bytes on which the way through the header depends: everything but the values.
    wanted : sequence of tuple
    pixel_offset, pixel_length : int
    """

    def __init__(
        self,
        data: bytes,
        transfer_syntax: str,
        structure: _Spans,
        wanted: Sequence[_Wanted],
        pixel_offset: int,
        pixel_length: int,
    ) -> None:
        self._transfer_syntax = transfer_syntax
        self._pixel_offset, self._pixel_length = pixel_offset, pixel_length
        self._own = [w for w in wanted if w[0] in _OF_EACH_IMAGE]
        self._shared = [w for w in wanted if w[0] not in _OF_EACH_IMAGE]
        self._known: dict[bytes, SharedElements] = {}
        values = _Spans()
        for _, _, start, end in self._shared:
            values.add(start, end - start)
        indices = structure.indices()
        self._structure = np.frombuffer(data, np.uint8).take(indices).tobytes()
        self._indices = np.concatenate((indices, values.indices()))

    def read(self, data: bytes) -> RawHeader | None:
        """The elements; None where parsing ``data`` would not come upon the same structure."""
        if len(data) < self._pixel_offset:
            return None
        found = np.frombuffer(data, np.uint8).take(self._indices).tobytes()
        if not found.startswith(self._structure):
            return None
        shared = self._known.get(found)
        if shared is None:
            shared = SharedElements(tuple(_elements(data, self._shared)))
            self._known[found] = shared
        return RawHeader(
            self._transfer_syntax,
            shared,
            _elements(data, self._own),
            self._pixel_offset,
            self._pixel_length,
        )


def _elements(data: bytes, wanted: Sequence[_Wanted]) -> list[Element]:
    return [(tag, vr, data[start:end]) for tag, vr, start, end in wanted]


def _lay_out(data: bytes) -> _Layout:
    """Walk through a header once."""
    if data[128:132] != b"DICM":
        raise _GiveUpError
    spans = _Spans()
    spans.add(128, 4)
    syntax, start = _file_meta(data, spans)
    if syntax not in _SYNTAXES:
        raise _GiveUpError
    wanted, offset, length = _data_set(data, start, syntax == ImplicitVRLittleEndian, spans)
    return _Layout(data, syntax, spans, wanted, offset, length)


def _file_meta(data: bytes, spans: _Spans) -> tuple[str, int]:
    """Transfer syntax, and where the data set starts (PS3.10 7.1)."""
    at, syntax = 132, ""
    while True:
        tag, vr, length = _EXPLICIT.unpack_from(data, at)
        spans.add(at, 8)
        if tag & 0xFFFF != 0x0002:
            return syntax, at
        at, length = _value(data, at, vr, length, spans)
        if length == _UNDEFINED:
            raise _GiveUpError
        if tag == _TRANSFER_SYNTAX:
            spans.add(at, length)
            syntax = data[at : at + length].decode("ascii").strip(" \0")
        at += length


def _data_set(
    data: bytes, at: int, implicit: bool, spans: _Spans
) -> tuple[list[_Wanted], int, int]:
    """The wanted elements, and offset and length of the pixel data."""
    wanted: dict[int, _Wanted] = {}
    vr = 0
    while True:
        spans.add(at, 8)
        if implicit:
            tag, length = _IMPLICIT.unpack_from(data, at)
            at += 8
        else:
            tag, vr, length = _EXPLICIT.unpack_from(data, at)
            at, length = _value(data, at, vr, length, spans)
        if tag == _PIXEL_DATA:
            if not (implicit or vr in _PIXEL_VRS):
                raise _GiveUpError
            return list(wanted.values()), at, length
        name = _WANTED.get(tag)
        if name is not None:
            if name in _SEQUENCES or name in wanted or at + length > len(data):
                raise _GiveUpError
            wanted[name] = (name, vr, at, at + length)
        elif length == _UNDEFINED:
            if not implicit and vr not in _SEQUENCE:
                raise _GiveUpError
            at = _skip_items(data, at, implicit or vr != _SQ, spans)
            continue
        elif tag in _FLOAT_PIXEL_DATA:
            raise _GiveUpError
        at += length


def _value(data: bytes, at: int, vr: int, length: int, spans: _Spans) -> tuple[int, int]:
    """Where the value of an explicit element starts, and its length."""
    if vr in _SHORT:
        return at + 8, length
    if vr in _LONG:
        spans.add(at + 8, 4)
        return at + 12, _LENGTH.unpack_from(data, at + 8)[0]
    raise _GiveUpError


def _skip_items(data: bytes, at: int, implicit: bool, spans: _Spans) -> int:
    """Where a sequence of undefined length ends."""
    while True:
        tag, length = _IMPLICIT.unpack_from(data, at)
        spans.add(at, 8)
        at += 8
        if tag == _SEQUENCE_END:
            return at
        if tag != _ITEM:
            raise _GiveUpError
        at = _skip_item(data, at, implicit, spans) if length == _UNDEFINED else at + length


def _skip_item(data: bytes, at: int, implicit: bool, spans: _Spans) -> int:
    """Where an item of undefined length ends."""
    while True:
        tag, length = _IMPLICIT.unpack_from(data, at)
        spans.add(at, 8)
        if tag == _ITEM_END:
            return at + 8
        vr = _SQ
        if implicit:
            at += 8
        else:
            _, vr, length = _EXPLICIT.unpack_from(data, at)
            at, length = _value(data, at, vr, length, spans)
        if length == _UNDEFINED:
            if vr not in _SEQUENCE:
                raise _GiveUpError
            at = _skip_items(data, at, implicit or vr != _SQ, spans)
        else:
            at += length
