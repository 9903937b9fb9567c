"""A bundle's network with the way that an image takes through it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.bundles.config import Build, Config
from ai.errors import PackageError
from ai.image import Image
from ai.networks.precision import autocast
from ai.packages.schema import ModelSpec

#: LPS and RAS differ in the sense of x and y.
_FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])

#: What some bundles want from a user beside the image, under the name that they give it.
_LABEL = "label"

Windows = Callable[[int, int], None]


@dataclass(frozen=True)
class Prepared:
    """An image as the network sees it.

    Parameters
    ----------
    data : dict
        As MONAI's transforms hand it on.
    key : str
        Of the image in it.
    """

    data: dict[str, Any]
    key: str

    @property
    def tensor(self) -> torch.Tensor:
        """Shape (channels, x, y[, z])."""
        tensor: torch.Tensor = self.data[self.key]
        return tensor

    @property
    def affine(self) -> npt.NDArray[np.float64]:
        """Index ``(x, y, z, 1)`` of the tensor → LPS millimetres."""
        ras = np.asarray(self.data[self.key].affine.cpu().numpy(), dtype=np.float64)
        return np.asarray(_FLIP @ ras)


class BundleNetwork(nn.Module):
    """The network, and what the bundle does before and after it.

    Parameters
    ----------
    network : Module
    config : Config
        Checked.
    spec : ModelSpec
    """

    def __init__(self, network: nn.Module, config: Config, spec: ModelSpec) -> None:
        super().__init__()
        self.network, self.config, self.spec = network, config, spec

    def forward(self, image: torch.Tensor) -> Any:
        """What the network alone makes of an image."""
        return self.network(image)

    def build(self, device: torch.device) -> Build:
        """The bundle's other parts, around this network."""
        build = self.config.build(device)
        build.put("network_def", self.network)
        build.put("network", self.network)
        return build

    def prepare(self, image: Image, build: Build) -> Prepared:
        """Take an image through the bundle's own preprocessing.

        Raises
        ------
        PackageError
            The preprocessing wants more than an image.
        """
        from monai.data import MetaTensor

        key = str(self.config.plain("image_key")) if "image_key" in self.config else "image"
        channels = self.spec.input.num_channels
        data: dict[str, Any] = {}
        if self._wants("AddLabelAsGuidanced"):
            channels -= 1
            data[_LABEL] = _whole(image)
        voxels, affine = _tensor(image, channels, self.spec.dimensions)
        data[key] = MetaTensor(voxels, affine=affine)
        try:
            prepared = build.get("preprocessing")(data)
        # A transform raises what its numbers make it raise.
        except Exception as error:
            raise PackageError(
                f"{self.config.path}: the preprocessing does not take this image: {_root(error)}"
            ) from error
        return Prepared(prepared, key)

    @torch.inference_mode()
    def infer(self, prepared: Prepared, build: Build, amp: bool, report: Windows) -> Any:
        """The network's answer for an image, window by window as the bundle has it."""
        inferer = build.get("inferer")
        device = next(self.network.parameters()).device
        image = prepared.tensor[None].to(device)
        total = _windows(inferer, image.shape[2:])
        done = 0

        def counted(window: torch.Tensor, *others: Any, **more: Any) -> Any:
            nonlocal done
            report(min(done, total), total)
            done += len(window)
            return self.network(window, *others, **more)

        with autocast(device, amp):
            answer = inferer(image.as_tensor(), counted)  # type: ignore[attr-defined]
        report(total, total)
        return answer

    def reasons(self) -> tuple[str, ...]:
        """What the model wants that one series does not give it."""
        channels = self.spec.input.num_channels
        if self._wants("AddLabelAsGuidanced"):
            return ("The model wants an outline of a user; it is given the whole picture.",)
        if channels > 1:
            return (
                f"The model takes {channels} images at once; it is shown the same in each place.",
            )
        return ()

    def _wants(self, transform: str) -> bool:
        return any(t["_target_"] == transform for t in self.config.targets("preprocessing"))


def _tensor(image: Image, channels: int, dimensions: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Voxels as (channels, x, y[, z]), and index → RAS millimetres."""
    xyz = torch.from_numpy(np.ascontiguousarray(image.voxels.transpose(2, 1, 0), np.float32))
    if dimensions == 2:
        if xyz.shape[2] != 1:
            raise PackageError(
                f"The model reads single pictures; this image has {xyz.shape[2]} slices."
            )
        return xyz[..., 0].expand(channels, -1, -1).clone(), torch.eye(4, dtype=torch.float64)
    return xyz.expand(channels, -1, -1, -1).clone(), torch.from_numpy(_FLIP @ image.affine)


def _whole(image: Image) -> torch.Tensor:
    _, rows, columns = image.voxels.shape
    return torch.ones(1, columns, rows)


def _windows(inferer: Any, size: Sequence[int]) -> int:
    """How often the inferer will ask the network."""
    window = getattr(inferer, "roi_size", None)
    if window is None:
        return 1
    sides = [window] * len(size) if isinstance(window, int) else list(window)
    dimension = getattr(inferer, "spatial_dim", None)
    if dimension is not None:
        sides.insert(dimension, 1)
    overlap = inferer.overlap
    shares = [overlap] * len(size) if isinstance(overlap, float | int) else list(overlap)
    counts = []
    for length, side, share in zip(size, sides, shares, strict=False):
        side = min(side, length) if side > 0 else length
        step = max(1, int(side * (1 - share)))
        counts.append(1 if length <= side else math.ceil((length - side) / step) + 1)
    return max(1, math.prod(counts))


def _root(error: BaseException) -> BaseException:
    """What went wrong at first: MONAI wraps an error in one a transform."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def sole(networks: Mapping[str, nn.Module]) -> BundleNetwork:
    """The one network of a bundle.

    Raises
    ------
    PackageError
        It is none.
    """
    for network in networks.values():
        if isinstance(network, BundleNetwork):
            return network
    raise PackageError("The package is no bundle of MONAI.")
