"""What the window and the rendering process say to each other: immutable, picklable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from viewer.errors import ViewerError
from viewer.imaging.geometry import Geometry
from viewer.ui.rendering.camera import Camera
from viewer.ui.rendering.presets import VolumePreset
from viewer.ui.rendering.regions import Region


class RenderingError(ViewerError):
    """No picture can be rendered on this machine."""


@dataclass(frozen=True)
class Ready:
    """The process can render; ``gpu`` says whether a graphics card does it."""

    renderer: str
    gpu: bool


@dataclass(frozen=True)
class Unable:
    """The process cannot render, and why."""

    reason: str


@dataclass(frozen=True, eq=False)
class VolumeHeader:
    """Announces a volume; its voxels' bytes follow."""

    geometry: Geometry
    dtype: str
    unit: str


@dataclass(frozen=True, eq=False)
class Loaded:
    """A volume has arrived: the boxes of the regions that were found in it."""

    boxes: Mapping[Region, Geometry]


@dataclass(frozen=True, eq=False)
class Order:
    """A picture that is wanted.

    Parameters
    ----------
    number : int
        Of the order.
    serial : int
        Of the volume that it shows; a picture of an older one is dropped.
    preset : VolumePreset
    region : Region
    camera : Camera
    size : tuple of int
        ``(width, height)`` in pixels.
    fine : bool
        A still in full quality, given up as soon as another order comes; else fast.
    """

    number: int
    serial: int
    preset: VolumePreset
    region: Region
    camera: Camera
    size: tuple[int, int]
    fine: bool


@dataclass(frozen=True, eq=False)
class Picture:
    """A rendered order: RGBA, shape (height, width, 4); None where it was given up."""

    order: Order
    pixels: npt.NDArray[np.uint8] | None
    seconds: float


@dataclass(frozen=True)
class Abort:
    """Give up the still being rendered, if it still is; has no reply."""
