"""What another hospital does to a picture: the changes under which a classifier is measured."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image as Picture

from ai.training.classification.samples import Change

Values = npt.NDArray[np.generic]
Floats = npt.NDArray[np.float32]


def shifts() -> dict[str, Change]:
    """The shifts by name, the unchanged picture first."""
    return {
        "as it is": lambda picture: picture,
        "crop to 86 %": _cropped,
        "darker (gamma 1.6)": lambda picture: _gamma(picture, 1.6),
        "brighter (gamma 0.6)": lambda picture: _gamma(picture, 0.6),
        "half the resolution": _coarsened,
        "JPEG quality 20": _compressed,
        "10 % taller": _stretched,
    }


def _to_unit(picture: Values) -> Floats:
    values = picture.astype(np.float32)
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / max(high - low, 1e-6), dtype=np.float32)


def _from_unit(values: Floats) -> Values:
    return np.asarray(np.rint(np.clip(values, 0, 1) * 255), dtype=np.uint8)


def _cropped(picture: Values) -> Values:
    rows, columns = (round(0.07 * n) for n in picture.shape[:2])
    return picture[rows:-rows, columns:-columns]


def _gamma(picture: Values, gamma: float) -> Values:
    return _from_unit(_to_unit(picture) ** np.float32(gamma))


def _coarsened(picture: Values) -> Values:
    small = Picture.fromarray(_from_unit(_to_unit(picture)))
    width, height = small.size
    half = small.resize((width // 2, height // 2), Picture.Resampling.BOX)
    return np.asarray(half.resize((width, height), Picture.Resampling.BILINEAR))


def _compressed(picture: Values) -> Values:
    buffer = io.BytesIO()
    Picture.fromarray(_from_unit(_to_unit(picture))).save(buffer, "JPEG", quality=20)
    return np.asarray(Picture.open(buffer))


def _stretched(picture: Values) -> Values:
    rows = round(picture.shape[0] * 0.1 / 2)
    return picture[rows:-rows]
