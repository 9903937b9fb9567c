"""Boxes by a detector of MONAI's, on the grid that its bundle prepares."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.bundles.config import Build
from ai.bundles.network import BundleNetwork, Prepared, Windows
from ai.errors import PackageError
from ai.networks.precision import autocast


@dataclass(frozen=True)
class Boxes:
    """What a detector found.

    Parameters
    ----------
    corners : ndarray, shape (n, 6)
        Lower and upper corner ``(x, y, z, x, y, z)`` in indices of the prepared image.
    scores : ndarray, shape (n,)
    labels : ndarray of int, shape (n,)
    """

    corners: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int64]


@torch.inference_mode()
def detect_boxes(
    bundle: BundleNetwork, build: Build, prepared: Prepared, amp: bool, report: Windows
) -> Boxes:
    """Run the bundle's detector: whole where the image fits into one window, else in windows.

    Raises
    ------
    PackageError
        The bundle describes no detector of three-dimensional boxes.
    """
    detector = build.get("detector")
    for number in range(len(bundle.config.plain("detector_ops"))):
        build.get(f"detector_ops#{number}")
    image = prepared.tensor.to(next(bundle.network.parameters()).device).as_tensor()  # type: ignore[attr-defined]
    window = detector.inferer.roi_size if detector.inferer is not None else image.shape[1:]
    in_windows = image[0].numel() > math.prod(window)
    found = _watched(detector, image, amp, report, in_windows)
    corners = found[detector.target_box_key].float().cpu().numpy()
    if corners.ndim != 2 or corners.shape[1] != 6:
        raise PackageError(f"{bundle.config.path}: the detector gives no boxes in space.")
    return Boxes(
        corners.astype(np.float64),
        found[detector.pred_score_key].float().cpu().numpy().astype(np.float64),
        found[detector.target_label_key].cpu().numpy().astype(np.int64),
    )


def _watched(
    detector: Any, image: torch.Tensor, amp: bool, report: Windows, in_windows: bool
) -> dict[str, torch.Tensor]:
    """The detector's answer, with its network reporting each window that it is asked for."""
    network = detector.network
    total = _windows(detector.inferer, image) if in_windows else 1
    detector.network = _Counted(network, lambda done: report(min(done, total), total))
    detector.eval()
    try:
        with autocast(image.device, amp):
            (found,) = detector([image], use_inferer=in_windows)
    finally:
        detector.network = network
    report(total, total)
    answer: dict[str, torch.Tensor] = found
    return answer


def _windows(inferer: Any, image: torch.Tensor) -> int:
    counts = []
    for length, side in zip(image.shape[1:], inferer.roi_size, strict=True):
        step = max(1, int(side * (1 - float(inferer.overlap))))
        counts.append(1 if length <= side else math.ceil((length - side) / step) + 1)
    return math.prod(counts)


class _Counted(nn.Module):
    """A network that says how many windows it has seen before each.

    Its answers are of full precision: boxes of half precision would be whole voxels off.
    """

    def __init__(self, network: nn.Module, say: Callable[[int], None]) -> None:
        super().__init__()
        self._network, self._say, self._seen = network, say, 0

    def forward(self, image: torch.Tensor) -> Any:
        self._say(self._seen)
        self._seen += len(image)
        answer = self._network(image)
        return {key: [level.float() for level in levels] for key, levels in answer.items()}
