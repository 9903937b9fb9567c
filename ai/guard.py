"""Does an image meet a model's input contract? If not, why not, in sentences for the user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ai.findings import Contract
from ai.image import Image
from ai.lungs import NoLungError, lung_mask
from ai.packages.schema import InputContract, ModelSpec, Range, Statistic

#: A CT in HU shows something darker than this (air) and something denser than this (soft tissue).
AIR_BELOW_HU, TISSUE_ABOVE_HU = -500.0, -50.0

_SAMPLES = 500_000

#: Defined terms of Body Part Examined (PS3.16 Annex L, Table L-1). Scanners also write free text
#: ("TH" for thorax): only a defined term is held against an image.
_BODY_PARTS = frozenset(
    """
    ABDOMEN ABDOMENPELVIS ANKLE ARM BRAIN BREAST CALF CHEST CHESTABDOMEN CHESTABDPELVIS CLAVICLE
    COCCYX CSPINE ELBOW EXTREMITY EYE FINGER FOOT FOREARM HAND HEAD HEADNECK HEART HIP HUMERUS JAW
    KIDNEY KNEE LEG LIVER LSPINE LUNG NECK NECKCHEST NECKCHESTABDOMEN NECKCHESTABDPELV ORBIT
    PANCREAS PELVIS PROSTATE RIB SHOULDER SKULL SPINE SSPINE STERNUM THIGH THORAX TLSPINE TOE
    TSPINE UTERUS WHOLEBODY WRIST
    """.split()  # noqa: SIM905  (a list of sixty lines is no easier to read)
)

_PLANE_NORMALS = {"sagittal": 0, "coronal": 1, "axial": 2}
_STATISTICS: dict[Statistic, tuple[str, Callable[[npt.NDArray[Any]], Any]]] = {
    "mean": ("mean", np.mean),
    "sd": ("standard deviation", np.std),
    "p01": ("1st percentile", lambda values: np.percentile(values, 1)),
    "p50": ("median", np.median),
    "p99": ("99th percentile", lambda values: np.percentile(values, 99)),
}


@dataclass(frozen=True)
class Header:
    """What is known of an image before its voxels are read.

    Parameters
    ----------
    shape : tuple of int
        ``(slices, rows, columns)``.
    affine : ndarray of float64, shape (4, 4)
        Index ``(x, y, z, 1)`` → LPS millimetres.
    modality, body_part : str
    slice_thickness_mm : float, optional
    """

    shape: tuple[int, int, int]
    affine: npt.NDArray[np.float64]
    modality: str
    slice_thickness_mm: float | None = None
    body_part: str = ""

    @classmethod
    def of(cls, image: Image) -> Header:
        """The header of an image."""
        z, y, x = image.voxels.shape
        return cls(
            (z, y, x), image.affine, image.modality, image.slice_thickness_mm, image.body_part
        )


def check_header(header: Header, spec: ModelSpec, known: tuple[str, ...] = ()) -> Contract:
    """Check what can be checked without voxels.

    Parameters
    ----------
    header : Header
    spec : ModelSpec
    known : tuple of str
        Reasons that the caller knows already.

    Returns
    -------
    Contract
        Not ok if there is a reason against it; the reasons are sentences with the numbers.
    """
    return _contract([*known, *_header_reasons(header, spec.input)])


def check(image: Image, spec: ModelSpec, known: tuple[str, ...] = ()) -> Contract:
    """Check an image with its voxels: the header, the range of values, and what they show.

    Parameters
    ----------
    image : Image
    spec : ModelSpec
    known : tuple of str
        Reasons that the caller knows already.

    Returns
    -------
    Contract
    """
    reasons = [*known, *_header_reasons(Header.of(image), spec.input)]
    values = _sample(image.voxels)
    intensity = [*_intensity_reasons(values, spec.input)]
    reasons += intensity
    if not intensity:
        # What an image of the wrong unit shows, or how it is distributed, means nothing.
        reasons += _organ_reasons(image, spec.input)
        reasons += _distribution_reasons(values, spec.out_of_distribution)
    return _contract(reasons)


def _contract(reasons: list[str]) -> Contract:
    return Contract(ok=not reasons, reasons=tuple(reasons))


def _header_reasons(header: Header, accepted: InputContract) -> Iterator[str]:
    if header.modality not in accepted.modality:
        yield (
            f"The modality is {header.modality or 'unknown'}; the model accepts"
            f" {_any_of(accepted.modality)}."
        )
    part = header.body_part.strip().upper()
    if part in _BODY_PARTS and accepted.body_part and part not in accepted.body_part:
        yield f"The body part is {part}; the model accepts {_any_of(accepted.body_part)}."
    if header.shape[0] < accepted.min_slices:
        yield (
            f"The series has {header.shape[0]} slices; the model needs {accepted.min_slices}"
            " or more."
        )
    yield from _geometry_reasons(header, accepted)
    thickness, limit = header.slice_thickness_mm, accepted.max_slice_thickness_mm
    if thickness is not None and limit is not None and thickness > limit:
        yield f"The slices are {thickness:g} mm thick; the model accepts up to {limit:g} mm."


def _geometry_reasons(header: Header, accepted: InputContract) -> Iterator[str]:
    row, column, step = header.affine[:3, :3].T
    across = np.cross(row, column)
    normal = across / np.linalg.norm(across)
    for mm, what in (
        (float(np.linalg.norm(row)), "columns"),
        (float(np.linalg.norm(column)), "rows"),
    ):
        if mm not in accepted.pixel_spacing_mm:
            yield f"The {what} lie {mm:.2f} mm apart; {_accepts(accepted.pixel_spacing_mm)}."
    spacing = abs(float(normal @ step))
    if header.shape[0] > 1 and spacing not in accepted.slice_spacing_mm:
        yield f"The slices lie {spacing:.2f} mm apart; {_accepts(accepted.slice_spacing_mm)}."
    if accepted.orientation != "any":
        cosine = min(1.0, abs(float(normal[_PLANE_NORMALS[accepted.orientation]])))
        angle = float(np.degrees(np.arccos(cosine)))
        if angle > accepted.oblique_limit_degrees:
            yield (
                f"The slices are {angle:.0f}° away from {accepted.orientation}; the model accepts"
                f" up to {accepted.oblique_limit_degrees:g}°."
            )


def _intensity_reasons(values: npt.NDArray[Any], accepted: InputContract) -> Iterator[str]:
    low, high = float(values.min()), float(values.max())
    if not np.isfinite((low, high)).all():
        yield "Some voxels are not numbers."
    elif low == high:
        yield f"All voxels have the same value, {low:g}."
    elif accepted.intensity.unit == "HU" and not (low < AIR_BELOW_HU and high > TISSUE_ABOVE_HU):
        yield (
            f"The values go from {low:g} to {high:g}; a CT in HU shows air (about −1000) and"
            " tissue (about 0 to 100)."
        )


def _organ_reasons(image: Image, accepted: InputContract) -> Iterator[str]:
    if accepted.organ != "lung":
        return
    try:
        lung_mask(image)
    except NoLungError as error:
        yield error.message


def _distribution_reasons(
    values: npt.NDArray[Any], expected: dict[Statistic, Range]
) -> Iterator[str]:
    for statistic, limits in expected.items():
        name, measure = _STATISTICS[statistic]
        value = float(measure(values))
        if value not in limits:
            yield (
                f"The image is unlike those that the model was trained on: the {name} of"
                f" its values is {value:.0f}, and theirs lay between {limits.low:g} and"
                f" {limits.high:g}."
            )


def _sample(voxels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Voxels on a coarser grid, so that this takes milliseconds."""
    step = max(1, round((voxels.size / _SAMPLES) ** (1 / 3)))
    steps = (1 if voxels.shape[0] < 8 * step else step, step, step)
    return voxels[:: steps[0], :: steps[1], :: steps[2]].astype(np.float32)


def _any_of(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _accepts(limits: Range) -> str:
    return f"the model accepts {limits.low:g} to {limits.high:g} mm"
