"""How a picture of any size becomes the network's input, in training and in use alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from PIL import Image as Picture
from pydantic import BaseModel, ConfigDict, Field
from skimage import exposure

Grey = npt.NDArray[np.uint8]

#: A border narrower than this share of the picture's side is trimmed; a wider one is anatomy cut
#: off, or no radiograph.
_WIDEST_BORDER = 0.2
#: Grey values, of 255, within which a row or column counts as uniform.
_UNIFORM = 4.0


class Preparation(BaseModel):
    """The steps from a picture to pixels, in the order in which they are taken.

    Parameters
    ----------
    side : int
        The picture is squashed to ``side`` × ``side`` pixels, whatever its aspect ratio.
    colour : bool
        Keep three channels; grey otherwise.
    trim_borders : bool
        Cut off uniform borders, as collimators and scanners leave them.
    percentiles : tuple of float
        These percentiles of the grey values become black and white.
    local_contrast : float
        Clip limit of contrast-limited adaptive histogram equalisation (Zuiderveld 1994), or 0.
    mean, sd : tuple of float
        Of the training set's prepared pixels (0 to 1), one a channel; they give the network's
        input mean 0 and standard deviation 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: Annotated[int, Field(ge=16, le=1024)] = 224
    colour: bool = False
    trim_borders: bool = False
    percentiles: tuple[float, float] = (0.0, 100.0)
    local_contrast: Annotated[float, Field(ge=0, le=1)] = 0.0
    mean: tuple[float, ...] = (0.5,)
    sd: tuple[float, ...] = (0.25,)

    @property
    def channels(self) -> int:
        """Of the network's input."""
        return 3 if self.colour else 1


@dataclass(frozen=True)
class Prepared:
    """Pixels for the network, before normalisation.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (channels, side, side)
    box : tuple of int
        The part of the picture that they show: first row, first column, rows, columns.
    """

    pixels: Grey
    box: tuple[int, int, int, int]


def prepare(picture: npt.NDArray[np.generic], preparation: Preparation) -> Prepared:
    """Bring a picture into the form that the network knows, but for normalisation.

    Parameters
    ----------
    picture : ndarray, shape (rows, columns) or (rows, columns, 3)
        Grey values of any unit, bright = dense; or 8-bit colour.
    preparation : Preparation
    """
    values = picture.astype(np.float32)
    if not preparation.colour and values.ndim == 3:
        # ITU-R BT.601 luma, as JPEG has it.
        values = values @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    if preparation.colour and values.ndim == 2:
        values = np.repeat(values[..., None], 3, axis=2)
    box = _inner_box(values) if preparation.trim_borders else (0, 0, *values.shape[:2])
    row, column, rows, columns = box
    inner = values[row : row + rows, column : column + columns]
    channels = [inner] if inner.ndim == 2 else list(np.moveaxis(inner, 2, 0))
    small = np.stack([_resized(channel, preparation.side) for channel in channels])
    return Prepared(_standardised(small, preparation), box)


def normalised(pixels: Grey, preparation: Preparation) -> npt.NDArray[np.float32]:
    """The network's input: pixels with the training set's mean and standard deviation taken out.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (…, channels, side, side)
    """
    mean = np.array(preparation.mean, dtype=np.float32)[:, None, None]
    sd = np.array(preparation.sd, dtype=np.float32)[:, None, None]
    return np.asarray((pixels.astype(np.float32) / 255 - mean) / sd, dtype=np.float32)


def _resized(channel: npt.NDArray[np.float32], side: int) -> npt.NDArray[np.float32]:
    # Pillow's filter widens with the reduction, so that fine detail does not alias.
    small = Picture.fromarray(np.ascontiguousarray(channel)).resize(
        (side, side), Picture.Resampling.BILINEAR
    )
    return np.asarray(small, dtype=np.float32)


def _standardised(values: npt.NDArray[np.float32], preparation: Preparation) -> Grey:
    low, high = np.percentile(values, preparation.percentiles)
    if high <= low:
        return np.zeros(values.shape, dtype=np.uint8)
    scaled = np.clip((values - low) / (high - low), 0, 1)
    if preparation.local_contrast:
        scaled = np.stack(
            [exposure.equalize_adapthist(c, clip_limit=preparation.local_contrast) for c in scaled]
        )
    return np.asarray(np.rint(scaled * 255), dtype=np.uint8)


def _inner_box(values: npt.NDArray[np.float32]) -> tuple[int, int, int, int]:
    grey = values if values.ndim == 2 else values.mean(axis=2)
    span = float(grey.max() - grey.min())
    if not span:
        return 0, 0, *grey.shape
    tolerance = span * _UNIFORM / 255
    row, bottom = _inner_range(np.asarray(np.std(grey, axis=1) <= tolerance))
    column, right = _inner_range(np.asarray(np.std(grey, axis=0) <= tolerance))
    return row, column, bottom - row, right - column


def _inner_range(uniform: npt.NDArray[np.bool_]) -> tuple[int, int]:
    size = len(uniform)
    inner = np.flatnonzero(~uniform)
    if not len(inner):  # grey values change in the other direction alone
        return 0, size
    first, last = int(inner[0]), int(inner[-1]) + 1
    widest = int(size * _WIDEST_BORDER)
    return (first if first <= widest else 0), (last if size - last <= widest else size)
