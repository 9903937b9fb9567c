"""A bundle's segmentation as regions of the image that was analysed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage

from ai.bundles.config import Build
from ai.bundles.network import Prepared
from ai.detection.measure import diameters_mm
from ai.errors import PackageError
from ai.findings import Finding, Heatmap, Region
from ai.image import Image

_BACKGROUND = "background"
_DECIDES = "AsDiscreted"
_ACTIVATES = "Activationsd"
#: Where MONAI's nuclei models leave their labels.
_TYPE_MAP = "type_map"


@dataclass(frozen=True)
class Segmented:
    """Labels on the image's grid, with how sure the network is of each.

    Parameters
    ----------
    masks : mapping of int to ndarray of bool, shape (slices, rows, columns)
        By label.
    certainty : mapping of int to float
        The mean probability of a label where it was given, as far as the network says.
    heatmap : Heatmap, optional
        Probability of anything but background, on the grid of the network.
    """

    masks: Mapping[int, npt.NDArray[np.bool_]]
    certainty: Mapping[int, float]
    heatmap: Heatmap | None

    @classmethod
    def of(cls, output: Any, prepared: Prepared, build: Build, image: Image) -> Segmented:
        """Take a network's output through the bundle's own postprocessing.

        Raises
        ------
        PackageError
            The postprocessing does not bring it back to the image's grid.
        """
        data = {**prepared.data, "pred": _first(output)}
        certainty: dict[int, float] = {}
        heatmap = None
        transforms = build.get("postprocessing").transforms
        decided = not any(type(t).__name__ == _DECIDES for t in transforms)
        activated = any(type(t).__name__ == _ACTIVATES for t in transforms)
        for transform in transforms:
            if not decided and type(transform).__name__ == _DECIDES:
                decided = True
                certainty, heatmap = _evidence(data["pred"], activated, prepared, image)
            try:
                data = transform(data)
            # A transform raises what its numbers make it raise.
            except Exception as error:
                raise PackageError(
                    f"The bundle's {type(transform).__name__} fails on this image: {error}"
                ) from error
        result = data[_TYPE_MAP] if _TYPE_MAP in data else data["pred"]
        return cls(_masks(result, image), certainty, heatmap)


def label_regions(
    segmented: Segmented, labels: Sequence[str], image: Image
) -> list[tuple[Finding, Region]]:
    """One finding a label that is there, surest first.

    Parameters
    ----------
    segmented : Segmented
    labels : sequence of str
        Names; the first may be the background's.
    image : Image
    """
    offset = 1 if len(labels) == 1 else 0
    found = []
    for label, mask in segmented.masks.items():
        number = label - offset
        name = labels[number] if 0 <= number < len(labels) else f"label {label}"
        if name.lower() == _BACKGROUND or not mask.any():
            continue
        found.append((segmented.certainty.get(label, 1.0), name, mask))
    found.sort(key=lambda one: -one[0])
    return [
        _described(identifier, name, certainty, mask, image)
        for identifier, (certainty, name, mask) in enumerate(found, start=1)
    ]


def _described(
    identifier: int, name: str, certainty: float, mask: npt.NDArray[np.bool_], image: Image
) -> tuple[Finding, Region]:
    (box,) = ndimage.find_objects(mask.astype(np.uint8))
    part = mask[box].copy()
    corner = tuple(int(side.start) for side in box)
    zyx = np.argwhere(part)
    centers = image.lps(zyx + corner)
    half = np.abs(image.affine[:3, :3]).sum(axis=1) / 2
    section = part[int(part.sum(axis=(1, 2)).argmax())]
    _, row_mm, column_mm = image.spacing_mm
    finding = Finding(
        id=identifier,
        label=name,
        probability=certainty,
        center_lps_mm=tuple(centers.mean(axis=0).tolist()),
        box_lps_mm=(
            tuple((centers.min(axis=0) - half).tolist()),
            tuple((centers.max(axis=0) + half).tolist()),
        ),
        diameters_mm=diameters_mm(section, row_mm, column_mm),
        volume_ml=float(len(zyx) * abs(np.linalg.det(image.affine[:3, :3])) / 1000),
        mean_hu=float(image.voxels[box][part].mean()) if image.modality == "CT" else None,
    )
    z, y, x = corner
    return finding, Region((z, y, x), part)


def _first(output: Any) -> Any:
    """Of a batch of one."""
    if isinstance(output, dict):
        return {key: _first(value) for key, value in output.items()}
    if isinstance(output, tuple | list):
        return _first(output[0])
    from monai.data import MetaTensor

    return MetaTensor(output[0].float())  # the way back is found on such tensors only


def _evidence(
    pred: Any, activated: bool, prepared: Prepared, image: Image
) -> tuple[dict[int, float], Heatmap | None]:
    if not isinstance(pred, torch.Tensor):
        return {}, None
    shares = pred.float()
    channels = len(shares)
    exclusive = channels > 1
    if not activated:
        shares = shares.softmax(0) if exclusive else shares.sigmoid()
    elif exclusive:
        exclusive = bool((shares[:, ::4, ::4].sum(0) - 1).abs().max() < 1e-2)
    best = shares.argmax(0) if exclusive else None
    certainty = {}
    for channel in range(channels):
        chosen = best == channel if best is not None else shares[channel] >= 0.5
        label = channel + 1 if channels == 1 else channel
        if chosen.any():
            certainty[label] = float(shares[channel][chosen].mean())
    anything = 1 - shares[0] if exclusive else shares.amax(0)
    if anything.ndim != 3:
        return certainty, None
    values = anything.cpu().numpy().transpose(2, 1, 0).astype(np.float32)
    # Some bundles go back to the image's grid first, some decide first.
    if values.shape == image.voxels.shape:
        affine = image.affine
    elif values.shape == tuple(prepared.tensor.shape[:0:-1]):
        affine = prepared.affine
    else:
        return certainty, None
    return certainty, Heatmap(
        np.ascontiguousarray(values),
        affine,
        "Probability of anything but background, 0 to 1 (not calibrated)",
    )


def _masks(result: Any, image: Image) -> dict[int, npt.NDArray[np.bool_]]:
    values = np.asarray(result.cpu() if isinstance(result, torch.Tensor) else result)
    slices, rows, columns = image.voxels.shape
    if values.ndim == 3 and slices == 1 and values.shape[1:] == (columns, rows):
        values = values[..., None]
    if values.ndim != 4 or values.shape[1:] != (columns, rows, slices):
        raise PackageError(
            f"The bundle gives labels of shape {values.shape} for an image of"
            f" {columns} × {rows} × {slices} voxels."
        )
    zyx = np.rint(values).astype(np.int32).transpose(0, 3, 2, 1)
    if len(zyx) > 1:
        return {channel: part > 0 for channel, part in enumerate(zyx)}
    return {int(label): zyx[0] == label for label in np.unique(zyx) if label > 0}
