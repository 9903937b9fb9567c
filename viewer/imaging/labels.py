"""``LabelVolume``: which structure each voxel belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Plane
from viewer.imaging.reslice import grid_cut

Labels = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Segment:
    """What a label stands for.

    Parameters
    ----------
    number : int
        The label, from 1.
    name : str
    kind : str
        Meaning of the coded type, such as "Nodule"; empty where there is none.
    tracking_uid : str
        Names the same finding in other objects (PS3.3 C.8.20.4); empty where there is none.
    color : tuple of int, optional
        RGB, where the file suggests one.
    """

    number: int
    name: str
    kind: str = ""
    tracking_uid: str = ""
    color: tuple[int, int, int] | None = None


@dataclass(frozen=True, eq=False)
class LabelVolume:
    """Labels on a grid; 0 is background.

    Parameters
    ----------
    labels : ndarray of uint16, shape (slices, rows, columns)
        Made read-only.
    geometry : Geometry
        Of the same shape.
    segments : tuple of Segment
    notes : tuple of str
        What was lost or changed on the way here, as sentences for the user.
    """

    labels: Labels
    geometry: Geometry
    segments: tuple[Segment, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.labels.shape != self.geometry.shape:
            raise ValueError(f"labels {self.labels.shape} do not fit {self.geometry.shape}")
        labels = self.labels.view()
        labels.flags.writeable = False
        object.__setattr__(self, "labels", labels)


def resample_labels(labels: npt.NDArray[np.uint16], own: Geometry, wanted: Geometry) -> Labels:
    """Labels on another grid, each voxel from the nearest one; background outside.

    Parameters
    ----------
    labels : ndarray of uint16, shape ``own.shape``
    own, wanted : Geometry

    Returns
    -------
    ndarray of uint16, shape ``wanted.shape``
    """
    result = np.zeros(wanted.shape, np.uint16)
    to_own = np.linalg.inv(own.affine) @ wanted.affine
    rows, columns = np.indices(wanted.shape[1:])
    limit = np.array(own.shape[::-1])
    for z in _reached(own, wanted):
        index = [
            np.rint(
                to_own[a, 0] * columns + to_own[a, 1] * rows + (to_own[a, 2] * z + to_own[a, 3])
            )
            for a in range(3)
        ]
        inside = np.logical_and.reduce(
            [(i >= 0) & (i < n) for i, n in zip(index, limit, strict=True)]
        )
        x, y, below = (i[inside].astype(np.intp) for i in index)
        result[z][inside] = labels[below, y, x]
    return result


def labels_in(
    labels: npt.NDArray[np.integer], grid: Geometry, plane: Plane
) -> npt.NDArray[np.integer]:
    """The labels in a plane, each pixel's that of the nearest voxel; background outside.

    Parameters
    ----------
    labels : ndarray of int, shape ``grid.shape``
    grid : Geometry
    plane : Plane

    Returns
    -------
    ndarray of the same type, shape ``plane.shape``
        A view of the labels where the plane lies on the grid.
    """
    cut = grid_cut(grid, plane)
    if cut is not None:
        return cut.of(labels)
    rows, columns = np.indices(plane.shape)
    index = np.rint(grid.to_index(plane.to_lps(rows, columns))).astype(np.intp)
    inside = np.all((index >= 0) & (index < grid.shape[::-1]), axis=-1)
    x, y, z = np.moveaxis(index[inside], -1, 0)
    picture = np.zeros(plane.shape, labels.dtype)
    picture[inside] = labels[z, y, x]
    return picture


def _reached(own: Geometry, wanted: Geometry) -> range:
    """The slices of a grid that another one can reach."""
    z, y, x = own.shape
    ends = [(-0.5, n - 0.5) for n in (x, y, z)]
    corners = own.to_lps(np.stack(np.meshgrid(*ends, indexing="ij"), axis=-1).reshape(-1, 3))
    places = wanted.to_index(corners)[:, 2]
    low, high = int(np.floor(places.min())), int(np.ceil(places.max()))
    return range(max(low, 0), min(high + 1, wanted.shape[0]))
