"""VOI look-up tables (PS3.3 C.11.2): out of a header, into its plain values, and out of those."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from pydicom.dataset import Dataset

from viewer.dicom.series import SliceFile
from viewer.dicom.tags import Scalar
from viewer.imaging.voi import VoiLut

#: A table takes so many of the plain values: explanation, first value mapped, bits, entries.
_PARTS = 4


def plain_tables(
    items: Iterable[Dataset], little: bool, text: Callable[[bytes], str]
) -> tuple[Scalar, ...]:
    """The tables of a sequence as plain values; those that make no sense are left out.

    Parameters
    ----------
    items : iterable of Dataset
        Not decoded by pydicom, which guesses the sign of a number that has none of its own.
    little : bool
        Whether the bytes are little-endian.
    text : callable
        Decodes an explanation.
    """
    values: list[Scalar] = []
    for item in items:
        table = _plain_table(item, little, text)
        if table is not None:
            values += table
    return tuple(values)


def _plain_table(
    item: Dataset, little: bool, text: Callable[[bytes], str]
) -> tuple[Scalar, ...] | None:
    word = "<u2" if little else ">u2"
    raw, data, explanation = (
        element.value if (element := item.get_item(keyword)) is not None else b""
        for keyword in ("LUTDescriptor", "LUTData", "LUTExplanation")
    )
    if not isinstance(raw, bytes) or not isinstance(data, bytes) or len(raw) < 6:
        return None
    number, first, bits = np.frombuffer(raw[:6], word).tolist()
    number = number or 1 << 16
    if len(data) >= 2 * number or bits > 8:
        entries = np.frombuffer(data[: len(data) // 2 * 2], word)[:number]
    else:  # two to a word, the first in its low byte
        packed = np.frombuffer(data[: len(data) // 2 * 2], word).astype("<u2")
        entries = packed.view(np.uint8)[:number].astype(np.uint16)
    if entries.size == 0:
        return None
    # Some give fewer bits than their entries have.
    bits = max(min(bits, 16), int(entries.max()).bit_length(), 1)
    name = text(explanation).strip(" \0") if isinstance(explanation, bytes) else ""
    return name, first, bits, entries.astype("<u2").tobytes().decode("latin-1")


def voi_luts(values: tuple[Scalar, ...], item: SliceFile) -> tuple[VoiLut, ...]:
    """The tables among plain values.

    Parameters
    ----------
    values : tuple
        What ``plain_tables`` returned.
    item : SliceFile
        The image that they are for. Whether the first value mapped has a sign depends on the range
        of its values after the modality transformation (PS3.3 C.11.2.1.1).
    """
    signed = item.value_range[0] < 0
    tables = []
    for at in range(0, len(values), _PARTS):
        name, first, bits, entries = values[at : at + _PARTS]
        words = np.frombuffer(str(entries).encode("latin-1"), "<u2").astype(np.uint16)
        start = int(first)
        if signed and start >= 1 << 15:
            start -= 1 << 16
        tables.append(VoiLut(start, words, int(bits), str(name)))
    return tuple(tables)
