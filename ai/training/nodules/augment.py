"""Windows cut from slices at a fixed physical scale, turned, shifted and degraded at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from ai.networks.scale import to_network

Rng = np.random.Generator


@dataclass(frozen=True)
class Pose:
    """Where windows are cut: one row a window.

    Parameters
    ----------
    scale : ndarray, shape (n,)
        Native pixels a pixel of the window.
    angle : ndarray, shape (n,), radians
    flip : ndarray, shape (n,), 1 or −1
    shift : ndarray, shape (n, 2)
        Centre of the window against the centre of the slice, in native pixels ``(x, y)``.
    """

    scale: npt.NDArray[np.float64]
    angle: npt.NDArray[np.float64]
    flip: npt.NDArray[np.float64]
    shift: npt.NDArray[np.float64]


def straight(scale: npt.NDArray[np.float64]) -> Pose:
    """Windows around the middle, neither turned nor shifted."""
    n = len(scale)
    return Pose(scale, np.zeros(n), np.ones(n), np.zeros((n, 2)))


def random_pose(
    rng: Rng, scale: npt.NDArray[np.float64], reach: npt.NDArray[np.float64] | float
) -> Pose:
    """Any angle, either hand, up to a quarter larger or smaller, shifted by up to ``reach``."""
    n = len(scale)
    zoom = np.exp(rng.uniform(-0.22, 0.22, n))
    shift = rng.uniform(-1, 1, (n, 2)) * np.broadcast_to(reach, n)[:, None]
    return Pose(scale * zoom, rng.uniform(0, 2 * np.pi, n), rng.choice([-1.0, 1.0], n), shift)


def cut(images: torch.Tensor, pose: Pose, size: int, *, outside: str = "border") -> torch.Tensor:
    """Resample a window of ``size`` × ``size`` from each image, bilinearly.

    Parameters
    ----------
    images : Tensor, shape (n, channels, rows, columns)
    pose : Pose of n windows
    size : int
    outside : {"border", "zeros"}
        What lies beyond the images.
    """
    rows, columns = images.shape[-2:]
    cos, sin = np.cos(pose.angle) * pose.scale, np.sin(pose.angle) * pose.scale
    theta = np.empty((len(cos), 2, 3))
    theta[:, 0, 0], theta[:, 0, 1] = cos * pose.flip * size / columns, -sin * size / columns
    theta[:, 1, 0], theta[:, 1, 1] = sin * pose.flip * size / rows, cos * size / rows
    theta[:, :, 2] = pose.shift * 2 / np.array([columns, rows])
    shape = [len(cos), images.shape[1], size, size]
    grid = functional.affine_grid(
        torch.from_numpy(theta.astype(np.float32)), shape, align_corners=False
    )
    return functional.grid_sample(images, grid, padding_mode=outside, align_corners=False)


def degrade(rng: Rng, hu: torch.Tensor) -> torch.Tensor:
    """Other kernels, doses and calibrations: blur, correlated noise, offset and gain, in HU.

    Parameters
    ----------
    hu : Tensor, shape (n, channels, rows, columns)
    """
    n = len(hu)
    blur = rng.uniform(0, 1, n) * (rng.random(n) < 0.35)
    hu = _mix_blurred(hu, blur)
    noise = torch.from_numpy(rng.standard_normal(hu.shape, dtype=np.float32))
    noise = _mix_blurred(noise, rng.uniform(0, 1, n)) * _column(
        rng.uniform(0, 70, n) * (rng.random(n) < 0.5)
    )
    gain = _column(rng.uniform(0.95, 1.05, n))
    return (hu + 1000) * gain - 1000 + noise + _column(rng.uniform(-25, 25, n))


def disturb_neighbours(rng: Rng, hu: torch.Tensor) -> torch.Tensor:
    """Other slice spacings: neighbours swapped, lost (the middle again) or smeared together.

    Parameters
    ----------
    hu : Tensor, shape (n, 3, rows, columns)
    """
    swap = torch.from_numpy(rng.random(len(hu)) < 0.5)
    hu = torch.where(swap[:, None, None, None], hu.flip(1), hu)
    lose = torch.from_numpy(rng.random(len(hu)) < 0.12)
    hu = torch.where(lose[:, None, None, None], hu[:, 1:2].expand_as(hu), hu)
    smear = torch.from_numpy(rng.random(len(hu)) < 0.12)
    thick = (hu[:, :1] + 2 * hu[:, 1:2] + hu[:, 2:]) / 4
    smeared = torch.cat([(hu[:, :1] + thick) / 2, thick, (hu[:, 2:] + thick) / 2], dim=1)
    return torch.where(smear[:, None, None, None], smeared, hu)


def network_input(hu: torch.Tensor) -> torch.Tensor:
    """What the network sees of HU, in the memory layout that is fastest on CPUs."""
    return to_network(hu).contiguous(memory_format=torch.channels_last)


def _column(values: npt.NDArray[np.float64]) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32))[:, None, None, None]


def _mix_blurred(images: torch.Tensor, amount: npt.NDArray[np.float64]) -> torch.Tensor:
    channels = images.shape[1]
    kernel = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    weight = torch.outer(kernel, kernel).expand(channels, 1, 5, 5)
    padded = functional.pad(images, (2, 2, 2, 2), mode="replicate")
    blurred = functional.conv2d(padded, weight, groups=channels)
    return torch.lerp(images, blurred, _column(amount))
