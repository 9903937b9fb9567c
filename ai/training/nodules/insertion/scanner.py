"""What a scanner did to a scan: its blur and the texture of its noise, measured in the scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal, stats

from ai.image import Image

_AIR_HU, _TISSUE_HU = -850.0, -50.0
_REACH = 3
_ROI = 32
_MOST_ROIS = 60
_DEFAULT_SIGMA_MM = 0.6

Floats = npt.NDArray[np.float64]


def blur_mm(image: Image) -> float:
    """Standard deviation of the in-plane point-spread function.

    Measured at edges between air and tissue: a step of height H, blurred by a Gaussian, rises by
    H·(2Φ(d/σ) − 1) from d before to d behind its middle. Edges that lie aslant to the slice look
    softer than they are, so that the sharp ones count: the lower quartile.

    Parameters
    ----------
    image : Image
        In HU, slices first.

    Returns
    -------
    float
        In mm; 0.6 where the image shows no such edge.
    """
    _, row_mm, column_mm = image.spacing_mm
    sigmas = []
    for plane in image.voxels[:: max(1, len(image.voxels) // 12)].astype(np.float64):
        for values, pixel_mm in ((plane, column_mm), (plane.T, row_mm)):
            rise = _rises(values)
            share = np.clip(rise, 0.001, 0.999)
            sigmas.append(pixel_mm / stats.norm.ppf((1 + share) / 2))
    found = np.concatenate(sigmas)
    sigma = float(np.percentile(found, 25)) if len(found) >= 50 else _DEFAULT_SIGMA_MM
    return min(max(sigma, 0.2), 1.5)


def _rises(values: Floats) -> Floats:
    """Rise over two pixels in the middle of edges along rows, relative to the edges' height."""
    before, after = values[:, : -2 * _REACH], values[:, 2 * _REACH :]
    height = after - before
    is_edge = (np.minimum(before, after) < _AIR_HU) & (np.maximum(before, after) > _TISSUE_HU)
    middle = values[:, _REACH:-_REACH]
    centred = np.abs(middle - (before + after) / 2) < 0.1 * np.abs(height)
    rise = values[:, _REACH + 1 : 1 - _REACH] - values[:, _REACH - 1 : -_REACH - 1]
    at = is_edge & centred
    return np.asarray(rise[at] / height[at])


@dataclass(frozen=True)
class NoiseTexture:
    """Noise with the power spectrum and the strength of a scan's own.

    Parameters
    ----------
    kernel : ndarray, shape (32, 32)
        White noise convolved with it has the scan's in-plane power spectrum.
    slices : int
        Over how many neighbouring slices the noise is shared.
    """

    kernel: Floats
    slices: int

    @classmethod
    def of(cls, image: Image) -> NoiseTexture:
        """Measure it in even soft tissue: the mean spectrum of windows less their trend."""
        step = max(1, len(image.voxels) // 12)
        spectra: list[Floats] = []
        for plane in image.voxels[::step].astype(np.float64):
            residual = plane - ndimage.gaussian_filter(plane, 8)
            even = np.abs(ndimage.gaussian_filter(plane, 2) - 50) < 50
            share = ndimage.uniform_filter(even.astype(np.float64), _ROI)
            for row, column in np.argwhere(share[::8, ::8] > 0.995) * 8:
                top, left = row - _ROI // 2, column - _ROI // 2
                window = residual[max(top, 0) : top + _ROI, max(left, 0) : left + _ROI]
                if window.shape == (_ROI, _ROI):
                    spectra.append(np.abs(np.fft.fft2(window - window.mean())) ** 2)
        thickness = image.slice_thickness_mm or image.spacing_mm[0]
        shared = max(1, round(thickness / image.spacing_mm[0]))
        if not spectra:
            return cls(np.zeros((_ROI, _ROI)), shared)
        order = np.argsort([s.sum() for s in spectra])[: max(1, len(spectra) // 2)]
        mean = np.mean([spectra[i] for i in order[:_MOST_ROIS]], axis=0) / _ROI**2
        return cls(np.fft.fftshift(np.fft.ifft2(np.sqrt(mean)).real), shared)

    @property
    def deviation_hu(self) -> float:
        """Standard deviation of the noise, in HU."""
        return float(np.sqrt((self.kernel**2).sum()))

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...]) -> npt.NDArray[Any]:
        """Noise in HU, shape ``(slices, rows, columns)``."""
        slices, rows, columns = shape
        more = (slices + self.slices - 1, rows + _ROI - 1, columns + _ROI - 1)
        white = rng.standard_normal(more)
        mixed = np.add.reduce([white[k : k + slices] for k in range(self.slices)])
        noise = signal.fftconvolve(mixed, self.kernel[None], mode="valid", axes=(1, 2))
        return np.asarray(noise / np.sqrt(self.slices))
