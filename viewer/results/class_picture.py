"""The picture of a classified image: as it is, and under the heatmap, with its classes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from ai.findings import Findings
from viewer.imaging.geometry import Geometry
from viewer.imaging.overlay import blend, colorize
from viewer.imaging.plane import Plane, acquired_orientation, standard_stack
from viewer.imaging.reslice import reslice, reslice_color
from viewer.imaging.voi import Voi, apply_voi
from viewer.imaging.volume import Volume
from viewer.results.caption import BACKGROUND, HEIGHT, draw_caption

_SIDE = 640
_GAP = 6


def draw_classification(
    findings: Findings, volume: Volume, window: Voi, *, inverted: bool = False
) -> Image.Image:
    """Draw a classified image twice: plain, and with the heatmap over it.

    Parameters
    ----------
    findings : Findings
        With ``classes``.
    volume : Volume
        Of one slice.
    window : Window or VoiLut
        For grey; colours are drawn as they are.
    inverted : bool
        Whether low values are bright.

    Returns
    -------
    PIL.Image.Image
        RGB. Names no patient; the disclaimer is part of the picture.
    """
    stack = standard_stack(volume.geometry, acquired_orientation(volume.geometry))
    plane = _fitted(stack.plane(0))
    plain = _pixels(volume, plane, window, inverted=inverted)
    pictures = [plain]
    if findings.heatmap is not None:
        heatmap = findings.heatmap
        slices, rows, columns = heatmap.values.shape
        grid = Geometry(heatmap.affine, (slices, rows, columns))
        scores = reslice(Volume(heatmap.values, grid, unit=""), plane)
        pictures.append(blend(plain, colorize(scores, full=heatmap.full)))
    rows, columns = plane.shape
    width = len(pictures) * columns + (len(pictures) - 1) * _GAP
    whole = Image.new("RGB", (width, rows + HEIGHT), BACKGROUND)
    for number, picture in enumerate(pictures):
        whole.paste(Image.fromarray(picture), (number * (columns + _GAP), 0))
    classes = " · ".join(f"{name} {p:.2f}" for name, p in findings.classes.items())
    meaning = f"Right: {findings.heatmap.meaning}" if findings.heatmap is not None else ""
    draw_caption(whole, classes, meaning, findings)
    return whole


def _fitted(plane: Plane) -> Plane:
    """All of a plane, its longer side in ``_SIDE`` pixels."""
    rows, columns = plane.shape
    height_mm, width_mm = plane.pixel_mm
    step = max(rows * height_mm, columns * width_mm) / _SIDE
    right, down = plane.right / width_mm * step, plane.down / height_mm * step
    middle = plane.to_lps((rows - 1) / 2, (columns - 1) / 2)
    shape = (max(1, round(rows * height_mm / step)), max(1, round(columns * width_mm / step)))
    origin = middle - right * (shape[1] - 1) / 2 - down * (shape[0] - 1) / 2
    return Plane(origin, right, down, shape)


def _pixels(volume: Volume, plane: Plane, window: Voi, *, inverted: bool) -> npt.NDArray[np.uint8]:
    if volume.color is not None:
        return reslice_color(volume, plane)
    gray = apply_voi(reslice(volume, plane), window, inverted=inverted)
    return np.repeat(gray[..., None], 3, axis=2)
