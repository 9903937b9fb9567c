"""NRRD (https://teem.sourceforge.net/nrrd/format.html): headers to series."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import nrrd
import numpy as np

from viewer.dicom.report import Note, info
from viewer.dicom.source import Source
from viewer.errors import DamagedFileError, UnsupportedError
from viewer.formats import grid
from viewer.formats.assumptions import (
    MOST_VOLUMES,
    NO_MODALITY,
    NO_ORIENTATION,
    several_volumes,
    unit_of,
)
from viewer.formats.series import COPY_AGAIN, FileSeries, file_series
from viewer.formats.stored import Encoding, StoredVolume
from viewer.imaging.geometry import Points

#: Headers are text of a few hundred bytes; one with long key/value pairs fits as well.
_LONGEST_HEADER = 1 << 20

_ENCODINGS = {
    "raw": Encoding.RAW,
    "gzip": Encoding.GZIP,
    "gz": Encoding.GZIP,
    "bzip2": Encoding.BZIP2,
    "bz2": Encoding.BZIP2,
    "ascii": Encoding.TEXT,
    "text": Encoding.TEXT,
    "txt": Encoding.TEXT,
    "hex": Encoding.HEX,
}
#: Numpy's code of a type by its many names.
_TYPES = {
    name: code
    for code, names in {
        "i1": "signed char, int8, int8_t",
        "u1": "uchar, unsigned char, uint8, uint8_t",
        "i2": "short, short int, signed short, signed short int, int16, int16_t",
        "u2": "ushort, unsigned short, unsigned short int, uint16, uint16_t",
        "i4": "int, signed int, int32, int32_t",
        "u4": "uint, unsigned int, uint32, uint32_t",
        "i8": "longlong, long long, long long int, signed long long, signed long long int, int64, "
        "int64_t",
        "u8": "ulonglong, unsigned long long, unsigned long long int, uint64, uint64_t",
        "f4": "float",
        "f8": "double",
    }.items()
    for name in names.split(", ")
}
#: The patient axis (0 = L, 1 = P, 2 = S) and sign that a word of ``space`` names.
_DIRECTIONS = {
    "left": (0, 1), "right": (0, -1), "posterior": (1, 1), "anterior": (1, -1),
    "superior": (2, 1), "inferior": (2, -1),
}  # fmt: skip
_LETTERS = {word[0].upper(): word for word in _DIRECTIONS}
#: Millimetres of a unit of length.
_MM = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 0.001, "µm": 0.001, "μm": 0.001}


@dataclass(frozen=True)
class _Axes:
    """What the axes of the values are: space, and at one end perhaps something else.

    Parameters
    ----------
    spatial : tuple of int
        Of the header's axes the two or three in space, the fastest first.
    components : int
        Values a voxel has, side by side.
    volumes : int
        Volumes one after the other.
    """

    spatial: tuple[int, ...]
    components: int
    volumes: int


def read_nrrd(source: Source) -> list[FileSeries]:
    """Describe the volumes of a NRRD file, a series each.

    Parameters
    ----------
    source : Source
        ``.nrrd``, or ``.nhdr`` with its values in a file beside it.

    Raises
    ------
    DamagedFileError, UnsupportedError, GeometryError
    OSError
    """
    with source.open() as file:
        start = file.read(_LONGEST_HEADER)
    text = io.BytesIO(start)
    try:
        header = dict(nrrd.read_header(text))
    except Exception as error:  # pynrrd may fail in any way on bytes of any kind
        raise _damaged(source, str(error) or "its header cannot be parsed") from error
    sizes = _sizes(header, source)
    axes = _axes(header, sizes, source)
    content = _content(header, source, text.tell(), [sizes[a] for a in axes.spatial], axes)
    return _series(header, source, content, axes)


def _sizes(header: Mapping[str, Any], source: Source) -> list[int]:
    for field in ("type", "dimension", "sizes", "encoding"):
        if field not in header:
            raise _damaged(source, f"its header has no {field}")
    sizes = [int(n) for n in header["sizes"]]
    if len(sizes) != header["dimension"] or min(sizes, default=0) < 1:
        raise _damaged(source, "its sizes make no sense")
    return sizes


def _axes(header: Mapping[str, Any], sizes: list[int], source: Source) -> _Axes:
    directions = header.get("space directions")
    kinds = header.get("kinds", ())
    number = len(sizes)
    if directions is not None and len(directions) == number:
        spatial = [a for a in range(number) if np.all(np.isfinite(directions[a]))]
    elif len(kinds) == number:
        spatial = [a for a in range(number) if kinds[a].lower() in ("domain", "space")]
    else:
        spatial = list(range(min(3, number)))
    first, last = (spatial[0], spatial[-1]) if spatial else (0, 0)
    if not 2 <= len(spatial) <= 3 or last - first + 1 != len(spatial):
        raise UnsupportedError(
            f"Of its {number} axes, {len(spatial)} lie in space; two or three in a row can be "
            "shown.",
            source.path,
        )
    return _Axes(tuple(spatial), math.prod(sizes[:first]), math.prod(sizes[last + 1 :]))


def _content(
    header: Mapping[str, Any], source: Source, start: int, sizes: list[int], axes: _Axes
) -> StoredVolume:
    encoding = _ENCODINGS.get(str(header["encoding"]).lower())
    code = _TYPES.get(str(header["type"]).lower())
    if encoding is None or code is None:
        what = f"encoding {header['encoding']}" if encoding is None else f"type {header['type']}"
        raise UnsupportedError(f"Its {what} is not known.", source.path)
    dtype = np.dtype(code)
    if dtype.itemsize > 1 and encoding is not Encoding.TEXT:
        order = {"little": "<", "big": ">"}.get(str(header.get("endian")).lower())
        if order is None:
            raise _damaged(source, "its header does not give the order of bytes")
        dtype = np.dtype(order + code)
    detached = header.get("data file", header.get("datafile"))
    if detached is not None:
        source, start = _beside(source, str(detached)), 0
    x, y, z = (*sizes, 1)[:3]
    content = StoredVolume(source, dtype, (z, y, x), encoding, components=axes.components)
    return _skip(header, replace(content, start=start), axes.volumes)


def _beside(source: Source, name: str) -> Source:
    """The file of the values; a name that leads out of the header's folder is not followed."""
    plain = PurePosixPath(name.removeprefix("./"))
    if name.upper().startswith("LIST") or "%" in name:
        raise UnsupportedError("Its values lie in several files.", source.path)
    if len(plain.parts) != 1 or plain.name in ("..", ".") or "\\" in name or ":" in name:
        raise UnsupportedError(
            "Its values lie in another folder, which is not followed.",
            source.path,
            "Put the file with the values beside the header.",
        )
    if source.is_plain:
        return Source(source.file.with_name(plain.name))
    return Source(source.file, str(PurePosixPath(source.member).with_name(plain.name)))


def _skip(header: Mapping[str, Any], content: StoredVolume, volumes: int) -> StoredVolume:
    """Apply ``line skip`` (before decoding) and ``byte skip`` (after it; −1 is from the end)."""
    lines = int(header.get("line skip", header.get("lineskip", 0)))
    skipped = int(header.get("byte skip", header.get("byteskip", 0)))
    source = content.source
    nbytes = volumes * content.shape[0] * content.slice_nbytes
    try:
        with source.open() as file:
            size = source.size(file)
            if lines > 0:
                file.seek(content.start)
                with io.BufferedReader(file) as buffered:  # type: ignore[type-var]
                    for _ in range(lines):
                        buffered.readline(_LONGEST_HEADER)
                    content = replace(content, start=buffered.tell())
    except (FileNotFoundError, KeyError) as error:
        raise DamagedFileError(
            "The file with the values is not there.", source.path, "Put it beside its header."
        ) from error
    if skipped == -1:
        if content.encoding is not Encoding.RAW:
            raise _damaged(source, "a byte skip of −1 needs raw values")
        return replace(content, start=max(0, size - nbytes))
    content = replace(content, offset=max(0, skipped))
    if content.encoding is Encoding.RAW and size < (
        content.start + content.offset + content.slice_nbytes
    ):
        raise _damaged(source, "it ends before its first slice does")
    return content


def _series(
    header: Mapping[str, Any], source: Source, content: StoredVolume, axes: _Axes
) -> list[FileSeries]:
    affine, notes = _affine(header, axes)
    geometry = None
    if affine is None:
        shown = grid.plain(_spacing(header, axes), content.shape)
    else:
        placed = grid.place(affine, content.shape, source.path)
        geometry = shown = placed.geometry
        notes += placed.notes
        content = replace(content, is_reversed=placed.is_reversed)
    unit, assumed = unit_of(content)
    number = axes.components * axes.volumes
    if number > 1:
        notes += (several_volumes(number),)
    return [
        file_series(
            source,
            replace(
                content,
                offset=content.offset
                + index // axes.components * content.shape[0] * content.slice_nbytes,
                component=index % axes.components,
            ),
            kind="NRRD",
            grid=shown,
            geometry=geometry,
            unit=unit,
            is_float=content.is_float,
            report=(*notes, NO_MODALITY, *assumed),
            volume=index + 1 if number > 1 else None,
        )
        for index in range(min(number, MOST_VOLUMES))
    ]


def _affine(header: Mapping[str, Any], axes: _Axes) -> tuple[Points | None, tuple[Note, ...]]:
    """Index → LPS mm; None where the space is no patient's."""
    turn = _to_lps(str(header.get("space", "")))
    directions = header.get("space directions")
    if turn is None or directions is None or np.shape(directions)[1:] != (3,):
        return None, (NO_ORIENTATION,)
    notes: tuple[Note, ...] = ()
    origin = np.asarray(header.get("space origin", (np.nan,) * 3), dtype=np.float64)
    if origin.shape != (3,) or not np.all(np.isfinite(origin)):
        origin = np.zeros(3)
        notes = (
            info("no_origin", "The file gives no origin: the first voxel is taken to be at 0."),
        )
    affine = np.eye(4)
    steps = [np.asarray(directions[a], dtype=np.float64) for a in axes.spatial]
    if len(steps) == 2:
        normal = np.cross(steps[0], steps[1])
        steps.append(normal / (np.linalg.norm(normal) or 1.0))
    affine[:3, :3] = np.stack(steps, axis=1)
    affine[:3, 3] = origin
    affine[:3] = turn @ affine[:3] * _mm(header.get("space units"))
    return affine, notes


def _to_lps(space: str) -> Points | None:
    """The matrix from a named space to LPS: ``"RAS"``, ``"right-anterior-superior"`` …"""
    name = space.strip()
    words = (
        name.lower().split("-")
        if "-" in name
        else [_LETTERS.get(letter, "") for letter in name.upper()]
    )
    if len(words) != 3 or any(word not in _DIRECTIONS for word in words):
        return None
    turn = np.zeros((3, 3))
    for column, word in enumerate(words):
        axis, sign = _DIRECTIONS[word]
        turn[axis, column] = sign
    return turn if np.linalg.det(turn) else None


def _spacing(header: Mapping[str, Any], axes: _Axes) -> tuple[float, float, float]:
    directions, spacings = header.get("space directions"), header.get("spacings")
    mm = _mm(header.get("space units") or header.get("units"))
    sizes = [1.0, 1.0, 1.0]
    for place, axis in enumerate(axes.spatial):
        if directions is not None:
            sizes[place] = float(np.linalg.norm(directions[axis])) * mm
        elif spacings is not None and axis < len(spacings):
            sizes[place] = abs(float(spacings[axis])) * mm
    return sizes[0], sizes[1], sizes[2]


def _mm(units: Any) -> float:
    return _MM.get(str(units[-1]).lower(), 1.0) if units else 1.0


def _damaged(source: Source, why: str) -> DamagedFileError:
    return DamagedFileError(
        f"The file is no NRRD that can be read: {why.rstrip('.')}.", source.path, COPY_AGAIN
    )
