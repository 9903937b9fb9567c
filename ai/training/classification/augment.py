"""Random changes of training pictures, a batch at a time."""

from __future__ import annotations

import io
import math

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image as Picture
from torch.nn import functional

from ai.classification.preparation import Grey
from ai.training.classification.config import Augmentation

Rng = np.random.Generator


def augment(pixels: Grey, settings: Augmentation, rng: Rng) -> Grey:
    """Change each picture of a batch in its own way.

    Geometry first, then the grey values, then what a poor copy does, then what hides: the order in
    which a body, a detector, a file and a stamp act.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, channels, side, side)
    settings : Augmentation
    rng : Generator
        Decides everything: the same generator gives the same pictures.
    """
    x = torch.from_numpy(pixels.astype(np.float32) / 255)
    x = _moved(x, settings, rng)
    x = _regraded(x, settings, rng)
    x = _coarsened(x, settings, rng)
    x = _blurred(x, settings, rng)
    x = _noisy(x, settings, rng)
    values = (x.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    if settings.jpeg:
        values = np.stack([_compressed(p, settings.jpeg, rng) for p in values])
    _hide(values, settings, rng)
    return values


def _uniform(rng: Rng, n: int, largest: float) -> npt.NDArray[np.float32]:
    return rng.uniform(-largest, largest, n).astype(np.float32)


def _moved(x: torch.Tensor, s: Augmentation, rng: Rng) -> torch.Tensor:
    n = len(x)
    angle = np.radians(_uniform(rng, n, s.rotation))
    shear = np.tan(np.radians(_uniform(rng, n, s.shear)))
    zoom = 1 + _uniform(rng, n, s.zoom)
    stretch = np.sqrt(1 + _uniform(rng, n, s.aspect))
    mirror = np.where(rng.random(n) < (0.5 if s.flip else 0.0), -1.0, 1.0)
    matrix = np.zeros((n, 2, 3), dtype=np.float32)
    cos, sin = np.cos(angle) / zoom, np.sin(angle) / zoom
    matrix[:, 0, 0] = mirror * cos * stretch
    matrix[:, 0, 1] = (shear * cos - sin) / stretch
    matrix[:, 1, 0] = mirror * sin * stretch
    matrix[:, 1, 1] = (shear * sin + cos) / stretch
    # The sampling grid spans −1 to 1: twice the share of the side.
    matrix[:, :, 2] = rng.uniform(-2 * s.shift, 2 * s.shift, (n, 2))
    grid = functional.affine_grid(torch.from_numpy(matrix), list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, padding_mode="zeros", align_corners=False)


def _regraded(x: torch.Tensor, s: Augmentation, rng: Rng) -> torch.Tensor:
    n = len(x)
    gamma, contrast, brightness = (
        torch.from_numpy(values)[:, None, None, None]
        for values in (
            np.exp(_uniform(rng, n, s.gamma)),
            1 + _uniform(rng, n, s.contrast),
            _uniform(rng, n, s.brightness),
        )
    )
    x = x.clamp(0, 1) ** gamma
    middle = x.mean((1, 2, 3), keepdim=True)
    return ((x - middle) * contrast + middle + brightness).clamp(0, 1)


def _coarsened(x: torch.Tensor, s: Augmentation, rng: Rng) -> torch.Tensor:
    """Half of the pictures as if they had larger pixels."""
    if s.resolution <= 1:
        return x
    side = x.shape[-1]
    out = x.clone()
    for i in np.flatnonzero(rng.random(len(x)) < 0.5):
        coarse = max(8, round(side / math.exp(rng.uniform(0, math.log(s.resolution)))))
        small = functional.interpolate(
            x[i : i + 1], size=coarse, mode="bilinear", antialias=True, align_corners=False
        )
        out[i : i + 1] = functional.interpolate(
            small, size=side, mode="bilinear", align_corners=False
        )
    return out


def _blurred(x: torch.Tensor, s: Augmentation, rng: Rng) -> torch.Tensor:
    """Half of the pictures through a Gaussian of up to ``blur`` pixels."""
    if not s.blur:
        return x
    n, channels, side, _ = x.shape
    sd = np.where(rng.random(n) < 0.5, rng.uniform(0.05, max(0.05, s.blur), n), 0.05)
    reach = math.ceil(2.5 * s.blur)
    offset = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offset / sd[:, None]) ** 2)
    weights /= weights.sum(1, keepdims=True)
    kernel = torch.from_numpy(weights.astype(np.float32))
    kernel = kernel.repeat_interleave(channels, 0)[:, None, :, None]
    flat = x.reshape(1, n * channels, side, side)
    flat = functional.pad(flat, (reach, reach, reach, reach), mode="replicate")
    flat = functional.conv2d(flat, kernel, groups=n * channels)
    flat = functional.conv2d(flat, kernel.transpose(2, 3), groups=n * channels)
    return flat.reshape(x.shape)


def _noisy(x: torch.Tensor, s: Augmentation, rng: Rng) -> torch.Tensor:
    if not s.noise:
        return x
    sd = torch.from_numpy(rng.uniform(0, s.noise, len(x)).astype(np.float32))
    noise = torch.from_numpy(rng.standard_normal(x.shape, dtype=np.float32))
    return x + noise * sd[:, None, None, None]


def _compressed(picture: Grey, lowest: int, rng: Rng) -> Grey:
    """Half of the pictures through JPEG."""
    if rng.random() < 0.5:
        return picture
    buffer = io.BytesIO()
    channels = picture[0] if len(picture) == 1 else np.moveaxis(picture, 0, 2)
    Picture.fromarray(np.ascontiguousarray(channels)).save(
        buffer, "JPEG", quality=int(rng.integers(lowest, 96))
    )
    decoded = np.asarray(Picture.open(buffer))
    return decoded[None] if decoded.ndim == 2 else np.moveaxis(decoded, 2, 0)


def _hide(values: Grey, s: Augmentation, rng: Rng) -> None:
    """Blacken strips along the edges and blot out a rectangle, each in half of the pictures."""
    side = values.shape[-1]
    for picture in values:
        if s.edges and rng.random() < 0.5:
            top, bottom, left, right = rng.integers(0, max(1, int(s.edges * side)), 4)
            picture[:, :top] = picture[:, side - bottom :] = 0
            picture[:, :, :left] = picture[:, :, side - right :] = 0
        if s.erase and rng.random() < 0.5:
            rows, columns = rng.integers(1, max(2, int(s.erase * side)), 2)
            row, column = rng.integers(0, side - rows), rng.integers(0, side - columns)
            picture[:, row : row + rows, column : column + columns] = rng.integers(0, 256)
