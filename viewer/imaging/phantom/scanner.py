"""What the scanner adds: its table, its blur, its noise and its round field of view."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from viewer.imaging.phantom.raster import Canvas, Slab
from viewer.imaging.phantom.shapes import Field

Kernel = Literal["soft", "lung"]

#: Standard deviation of the point spread in mm, and strength of the edge enhancement.
_SHARPNESS: dict[Kernel, tuple[float, float]] = {"soft": (0.5, 0.0), "lung": (0.42, 0.35)}
#: The noise power spectrum peaks here, in cycles per mm.
_NOISE_PEAK: dict[Kernel, float] = {"soft": 0.24, "lung": 0.48}
#: Attenuation of water near 70 keV, per mm.
_WATER_PER_MM = 0.0193


class Table:
    """The patient table: a thin shell around foam, and a mattress in its hollow."""

    _SHELL_MM, _HALF_WIDTH_MM = 2.0, 214.0
    _SHELL_HU, _CORE_HU = -260.0, -930.0

    def __init__(self, slab: Slab) -> None:
        x, y = slab.x.at[None, :], slab.y.at[:, None]
        top = 133 - 26 * (x / 190) ** 2
        bottom = 166 - 34 * (np.minimum(np.abs(x), 215) / 215) ** 4
        rim = np.minimum(np.minimum(y - top, bottom - y), self._HALF_WIDTH_MM - np.abs(x))
        mattress = np.minimum(np.minimum(top - y, y - top + 14), 190 - np.abs(x))
        width = slab.y.spacing
        outer = np.clip(rim / width + 0.5, 0, 1)
        inner = np.clip((rim - self._SHELL_MM) / width + 0.5, 0, 1)
        self._shell = (outer - inner).astype(np.float32)
        self._core = (inner + np.clip(mattress / width + 0.5, 0, 1)).clip(0, 1).astype(np.float32)

    def lay(self, canvas: Canvas) -> None:
        """Lay the table onto every slice."""
        everywhere = (slice(None),) * 3
        canvas.blend(everywhere, self._core, self._CORE_HU)
        canvas.blend(everywhere, self._shell, self._SHELL_HU)


def blur(hu: Field, slab: Slab, kernel: Kernel) -> Field:
    """The kernel's point spread in the plane of the slices; it keeps every sum of HU."""
    sigma, enhancement = _SHARPNESS[kernel]
    pixels = (0.0, sigma / slab.y.spacing, sigma / slab.x.spacing)
    sharp = gaussian_filter(hu, pixels, truncate=3, mode="nearest")
    if not enhancement:
        return np.asarray(sharp)
    wide = gaussian_filter(sharp, [1.6 * p for p in pixels], truncate=3, mode="nearest")
    sharp += enhancement * (sharp - wide)
    return np.asarray(sharp)


class NoiseModel:
    """Noise with the spectrum of filtered back-projection, strongest where rays are weakest.

    The power spectrum rises from zero like a ramp and falls with the kernel's frequency response
    (Riederer, Pelc and Chesler, Phys Med Biol 23:446, 1978, 10.1088/0031-9155/23/3/008). Each
    slice has its own seed, so that a slice is the same whatever is computed with it.
    """

    def __init__(self, slab: Slab, kernel: Kernel, noise_hu: float, seed: int) -> None:
        self._slab, self._noise_hu, self._seed = slab, noise_hu, seed
        _, rows, columns = slab.shape
        fy = fft.fftfreq(rows, slab.y.spacing)[:, None]
        fx = fft.rfftfreq(columns, slab.x.spacing)[None, :]
        frequency = np.hypot(fy, fx)
        response = np.sqrt(frequency) * np.exp(-0.25 * (frequency / _NOISE_PEAK[kernel]) ** 2)
        power = 2 * np.sum(response**2) - np.sum(response[:, 0] ** 2)
        self._response = (response * (rows * columns / np.sqrt(power))).astype(np.float32)

    def add(self, hu: Field, first_slice: int) -> None:
        """Add noise to slices in place; ``first_slice`` is the index of the first of them."""
        before = self._texture(first_slice - 1)
        for k in range(len(hu)):
            fresh = self._texture(first_slice + k)
            # Neighbouring slices share part of their rays.
            hu[k] += (0.94 * fresh + 0.34 * before) * self._strength(hu[k])
            before = fresh

    def _texture(self, index: int) -> Field:
        rng = np.random.default_rng((self._seed, 1, index + 1))
        shape = (2, *self._response.shape)
        real, imaginary = rng.standard_normal(shape, dtype=np.float32)
        spectrum = (real + 1j * imaginary) * (self._response * np.float32(np.sqrt(0.5)))
        return np.asarray(fft.irfft2(spectrum, s=self._slab.shape[1:]), dtype=np.float32)

    def _strength(self, hu: Field) -> npt.NDArray[np.float32]:
        """Standard deviation in HU of each pixel, from the attenuation along rows and columns."""
        step = max(1, round(4 / self._slab.x.spacing))
        water = np.maximum(hu[::step, ::step] / 1000 + 1, 0) * _WATER_PER_MM
        across = water.sum(axis=1) * self._slab.x.spacing * step
        down = water.sum(axis=0) * self._slab.y.spacing * step
        across = gaussian_filter1d(across, 20 / (self._slab.y.spacing * step), mode="nearest")
        down = gaussian_filter1d(down, 20 / (self._slab.x.spacing * step), mode="nearest")
        # 4.6 is the attenuation at which a typical chest has the nominal noise.
        variance = (np.exp(across - 4.6)[:, None] + np.exp(down - 4.6)[None, :]) / 2
        coarse = np.sqrt(variance).clip(0.3, 2.6) * self._noise_hu
        fine = np.repeat(np.repeat(coarse, step, axis=0), step, axis=1)
        return np.asarray(fine[: hu.shape[0], : hu.shape[1]], dtype=np.float32)


def outside_field_of_view(slab: Slab) -> npt.NDArray[np.bool_]:
    """The corners of a slice that the reconstruction circle leaves out, shape (rows, columns)."""
    middle_x = slab.x.first + slab.x.spacing * (slab.x.count - 1) / 2
    middle_y = slab.y.first + slab.y.spacing * (slab.y.count - 1) / 2
    radius = min(slab.x.spacing * slab.x.count, slab.y.spacing * slab.y.count) / 2
    distance = np.hypot(slab.x.at[None, :] - middle_x, slab.y.at[:, None] - middle_y)
    return np.asarray(distance > radius)
