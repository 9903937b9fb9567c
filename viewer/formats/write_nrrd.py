"""Voxels as NRRD, in the patient's LPS axes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import nrrd
import numpy as np
import numpy.typing as npt


def write_nrrd(
    file: io.IOBase,
    values: npt.NDArray[Any],
    lps: npt.NDArray[np.float64],
    notes: Mapping[str, str],
    compression: int = 6,
    *,
    is_in_patient_space: bool = True,
) -> None:
    """Write a compressed NRRD file.

    Parameters
    ----------
    file : binary file
    values : ndarray, shape (slices, rows, columns)
        Written as they are, in their own type.
    lps : ndarray, shape (4, 4)
        Index ``(x, y, z, 1)`` → LPS mm.
    notes : mapping of str to str
        Key/value pairs of the header.
    compression : int
        1 is fast, 9 small.
    is_in_patient_space : bool
        Whether it is known where the voxels lie; else only their size is told.

    Raises
    ------
    OSError
    """
    header: dict[str, Any] = {"kinds": ["domain"] * 3, "encoding": "gzip", **notes}
    if is_in_patient_space:
        header["space"] = "left-posterior-superior"
        header["space directions"] = lps[:3, :3].T  # one row an axis
        header["space origin"] = lps[:3, 3]
    else:
        header["spacings"] = np.linalg.norm(lps[:3, :3], axis=0)
    nrrd.write(file, values.T, header, compression_level=compression)
