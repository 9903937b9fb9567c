"""NIfTI-1 and NIfTI-2 (https://nifti.nimh.nih.gov): headers to series, RAS to LPS."""

from __future__ import annotations

import gzip
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import nibabel
import numpy as np

from viewer.dicom.report import Note, info, warning
from viewer.dicom.source import UNPACKING_ERRORS, Source
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
from viewer.imaging.geometry import Points, swap_lps_and_ras

_GZIP = b"\x1f\x8b"
_Nifti1Header: Any = nibabel.Nifti1Header  # nibabel has no types
_Nifti2Header: Any = nibabel.Nifti2Header
#: Header class by its size in bytes, which is the file's first number.
_HEADERS = {348: _Nifti1Header, 540: _Nifti2Header}

#: Millimetres of a unit of length, by its code; 0 is no unit.
_MM = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
#: sform and qform codes of a template's space, which is no patient's.
_TEMPLATE_CODES = (3, 4, 5)


def read_nifti(source: Source) -> list[FileSeries]:
    """Describe the volumes of a NIfTI file, a series each.

    Parameters
    ----------
    source : Source
        ``.nii`` or ``.nii.gz``.

    Raises
    ------
    DamagedFileError, UnsupportedError, GeometryError
    OSError
    """
    with source.open() as file:
        is_packed = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        try:
            header = _header(gzip.GzipFile(fileobj=file) if is_packed else file)
        except (*UNPACKING_ERRORS, gzip.BadGzipFile) as error:
            raise DamagedFileError(
                f"The file cannot be unpacked ({error}).", source.path, COPY_AGAIN
            ) from error
        size = None if is_packed else source.size(file)
    if header is None:
        raise _damaged(source, "it has no NIfTI header")
    layout = _layout(header, source, Encoding.GZIP if is_packed else Encoding.RAW)
    if size is not None and size < layout.content.offset + layout.content.slice_nbytes:
        raise _damaged(source, "it ends before its first slice does")
    return list(_series(header, layout, source))


@dataclass(frozen=True, eq=False)
class _Layout:
    """The first volume's values, and how many volumes follow each other."""

    content: StoredVolume
    volumes: int


def _header(stream: Any) -> Any:
    raw = stream.read(max(_HEADERS))
    for order in "<>":
        size = int(np.frombuffer(raw[:4], f"{order}i4")[0]) if len(raw) >= 4 else 0
        if size in _HEADERS and len(raw) >= size:
            return _HEADERS[size](raw[:size], endianness=order, check=False)
    return None


def _layout(header: Any, source: Source, encoding: Encoding) -> _Layout:
    if header["magic"].tobytes()[:3] in (b"ni1", b"ni2"):
        raise UnsupportedError(
            "The header's values lie in another file (.img).",
            source.path,
            "Convert the pair to one .nii file.",
        )
    dimensions = header["dim"].astype(np.int64)
    number = int(dimensions[0])
    if not 2 <= number <= 7 or np.any(dimensions[1 : number + 1] < 1):
        raise _damaged(source, "its dimensions make no sense")
    x, y, z, *more = (int(n) for n in (*dimensions[1 : number + 1], 1)[: max(3, number)])
    try:
        dtype = header.get_data_dtype()
        slope, intercept = header.get_slope_inter()
    except Exception as error:  # nibabel's own kinds of error
        raise _damaged(source, str(error)) from error
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise UnsupportedError(
            "The voxels are of a kind that cannot be shown, such as colours or complex numbers.",
            source.path,
        )
    offset = float(header["vox_offset"])
    content = StoredVolume(
        source,
        dtype,
        (z, y, x),
        encoding,
        # A header without an offset is followed by the values, after four bytes for extensions.
        offset=int(offset) if np.isfinite(offset) and offset > 0 else int(header.sizeof_hdr) + 4,
        slope=1.0 if slope is None else float(slope),
        intercept=0.0 if intercept is None else float(intercept),
    )
    return _Layout(content, math.prod(more))


def _series(header: Any, layout: _Layout, source: Source) -> Iterator[FileSeries]:
    content, volumes = layout.content, layout.volumes
    affine, notes = _affine(header, source)
    geometry = None
    if affine is None:
        shown = grid.plain(tuple(_mm(header) * abs(header["pixdim"][1:4])), content.shape)
    else:
        placed = grid.place(affine, content.shape, source.path)
        geometry = shown = placed.geometry
        notes += placed.notes
        content = replace(content, is_reversed=placed.is_reversed)
    unit, assumed = unit_of(content)
    if volumes > 1:
        notes += (several_volumes(volumes),)
    for volume in range(min(volumes, MOST_VOLUMES)):
        skipped = volume * content.shape[0] * content.slice_nbytes
        yield file_series(
            source,
            replace(content, offset=content.offset + skipped),
            kind=f"NIfTI-{1 if header.sizeof_hdr == 348 else 2}",
            grid=shown,
            geometry=geometry,
            unit=unit,
            is_float=content.is_float,
            report=(*notes, NO_MODALITY, *assumed),
            volume=volume + 1 if volumes > 1 else None,
        )


def _affine(header: Any, source: Source) -> tuple[Points | None, tuple[Note, ...]]:
    """Index → LPS mm: the sform where there is one, else the qform, else nobody knows.

    That is the order of the standard's methods 3, 2 and 1 (nifti1.h, "3D image (volume)
    orientation and location in space"). Method 1 gives sizes without a side of the patient.
    """
    notes: tuple[Note, ...] = ()
    for name in ("sform", "qform"):
        code = int(header[f"{name}_code"])
        if code <= 0:
            continue
        try:
            ras = np.array(getattr(header, f"get_{name}")(), dtype=np.float64)
        except Exception as error:  # nibabel's own kinds of error
            notes += (_unusable(name, str(error)),)
            continue
        if int(header["dim"][0]) == 2 and not np.any(ras[:3, 2]):
            ras[:3, 2] = np.cross(ras[:3, 0], ras[:3, 1]) / np.linalg.norm(ras[:3, 0])
        if not np.all(np.isfinite(ras)) or not abs(np.linalg.det(ras[:3, :3])) > 0:
            notes += (_unusable(name, "it is singular"),)
            continue
        if code in _TEMPLATE_CODES:
            notes += (
                info(
                    "template_space",
                    "The positions are those of a template's space, not of the scanner's.",
                ),
            )
        ras[:3] *= _mm(header)
        return swap_lps_and_ras(ras), notes
    return None, (*notes, NO_ORIENTATION)


def _unusable(name: str, why: str) -> Note:
    return warning(f"{name}_unusable", f"The file's {name} is not used: {why.rstrip('.')}.")


def _mm(header: Any) -> float:
    return _MM.get(int(header["xyzt_units"]) & 7, 1.0)


def _damaged(source: Source, why: str) -> DamagedFileError:
    return DamagedFileError(
        f"The file is no NIfTI that can be read: {why}.", source.path, COPY_AGAIN
    )
