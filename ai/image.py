"""``Image``: all that a model may know of a patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

#: Channels of a grey pixel, of 255, differ by no more.
_COLOUR = 24
#: The share of a radiograph that a coloured stamp may take.
_STAMP = 0.02


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
    color : ndarray of uint8, shape (slices, rows, columns, 3), optional
        RGB of an image in colour, whose voxels are the luma of it.
    """

    voxels: npt.NDArray[Any]
    affine: npt.NDArray[np.float64]
    modality: str
    identifier: str = ""
    slice_thickness_mm: float | None = None
    body_part: str = ""
    color: npt.NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        if self.voxels.ndim != 3:
            raise ValueError(f"voxels must be [z, y, x], not {self.voxels.ndim}-dimensional")
        if self.affine.shape != (4, 4):
            raise ValueError(f"affine must be 4×4, not {self.affine.shape}")
        if self.color is not None and self.color.shape != (*self.voxels.shape, 3):
            raise ValueError(f"color must be RGB of the voxels, not {self.color.shape}")

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between neighbouring voxels along ``(z, y, x)``, in millimetres."""
        x, y, z = (float(v) for v in np.linalg.norm(self.affine[:3, :3], axis=0))
        return z, y, x

    @property
    def is_colourful(self) -> bool:
        """Whether more than a few pixels are of a colour: stamps and annotations do not count."""
        if self.color is None:
            return False
        some = self.color[:, ::4, ::4].astype(np.int16)
        return bool((np.ptp(some, axis=-1) > _COLOUR).mean() > _STAMP)

    def lps(self, zyx: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """LPS millimetres ``(x, y, z)`` of array indices ``(z, y, x)``, shape (…, 3)."""
        index = np.asarray(zyx, dtype=np.float64)[..., ::-1]
        return np.asarray(index @ self.affine[:3, :3].T + self.affine[:3, 3])
