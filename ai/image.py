"""``Image``: all that a model may know of a patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Image:
    """Voxels with their place in the patient.

    Parameters
    ----------
    voxels : ndarray of int16 or float32, shape (slices, rows, columns)
        HU for CT, with padding outside the field of view set to air (−1024 HU). A projection
        radiograph has one slice and MONOCHROME2 sense (bright = dense).
    affine : ndarray of float64, shape (4, 4)
        Maps an index ``(column, row, slice, 1)``, that is ``(x, y, z, 1)``, to LPS millimetres.
    modality : str
        DICOM Modality (0008,0060): ``"CT"``, ``"CR"``, ``"DX"`` …
    identifier : str
        Where the image came from (a Series Instance UID); copied to the result, never interpreted.
    slice_thickness_mm : float, optional
        The nominal slice thickness, which differs from the spacing of the slices.
    body_part : str
        DICOM Body Part Examined, empty where unknown.
    """

    voxels: npt.NDArray[Any]
    affine: npt.NDArray[np.float64]
    modality: str
    identifier: str = ""
    slice_thickness_mm: float | None = None
    body_part: str = ""

    def __post_init__(self) -> None:
        if self.voxels.ndim != 3:
            raise ValueError(f"voxels must be [z, y, x], not {self.voxels.ndim}-dimensional")
        if self.affine.shape != (4, 4):
            raise ValueError(f"affine must be 4×4, not {self.affine.shape}")

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between neighbouring voxels along ``(z, y, x)``, in millimetres."""
        x, y, z = (float(v) for v in np.linalg.norm(self.affine[:3, :3], axis=0))
        return z, y, x

    def lps(self, zyx: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """LPS millimetres ``(x, y, z)`` of array indices ``(z, y, x)``, shape (…, 3)."""
        index = np.asarray(zyx, dtype=np.float64)[..., ::-1]
        return np.asarray(index @ self.affine[:3, :3].T + self.affine[:3, 3])
