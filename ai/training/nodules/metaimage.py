"""MetaImage files (.mhd beside .raw or .zraw), the format of LUNA16's scans."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from ai.image import Image
from ai.training.nodules.lidc import DataError

_TYPES = {"MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4", "MET_FLOAT": "f4"}


def read_metaimage(path: Path) -> Image:
    """Read a CT; ITK's world, which the header is in, is LPS millimetres.

    Returns
    -------
    Image
        Its identifier is the file's name without its ending: LUNA16's series UID.

    Raises
    ------
    DataError
        The header or the voxels are missing, too short or of an unknown kind.
    """
    try:
        header = _header(path)
        columns, rows, slices = (int(n) for n in header["DimSize"].split())
        spacing = [float(v) for v in header["ElementSpacing"].split()]
        origin = header.get("Offset") or header.get("Position") or header["Origin"]
        affine = np.eye(4)
        turn = np.array(header.get("TransformMatrix", "1 0 0 0 1 0 0 0 1").split(), float)
        affine[:3, :3] = turn.reshape(3, 3).T * spacing
        affine[:3, 3] = [float(v) for v in origin.split()]
        big = header.get("ElementByteOrderMSB", header.get("BinaryDataByteOrderMSB", "")) == "True"
        kind = np.dtype((">" if big else "<") + _TYPES[header["ElementType"]])
        content = (path.parent / Path(header["ElementDataFile"]).name).read_bytes()
        if header.get("CompressedData") == "True":
            content = zlib.decompress(content)
        voxels = np.frombuffer(content, kind, count=slices * rows * columns)
    except (OSError, KeyError, ValueError, zlib.error) as error:
        raise DataError(f"{path} is no MetaImage that can be read: {error}") from error
    hu = np.clip(voxels.reshape(slices, rows, columns), -1024, 3071).astype(np.int16)
    return Image(hu, affine, "CT", path.stem)


def _header(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}
