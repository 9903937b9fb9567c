"""Pictures of findings: three planes with the overlay, whole and magnified, with their caption."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from ai.findings import Finding, Findings
from viewer.imaging.geometry import Geometry, Points
from viewer.imaging.overlay import blend, colorize
from viewer.imaging.plane import Orientation, Plane, Stack, standard_stack
from viewer.imaging.reslice import reslice, reslice_color
from viewer.imaging.voi import Voi, Window, apply_voi
from viewer.imaging.volume import Volume
from viewer.results.caption import BACKGROUND, FAINT, HEIGHT, TEXT, draw_caption, write

LUNG_WINDOW = Window(center=-600, width=1500, name="Lung")

PANEL = 420
_GAP = 6
_MARK = (64, 224, 208)

#: A magnified panel shows this many times the finding's size, and at least so many mm.
_ZOOM_FACTOR, _ZOOM_LEAST_MM = 4.0, 50.0
_BOX_MARGIN_MM = 3.0


@dataclass(frozen=True, eq=False)
class _Scene:
    """What the panels of one picture have in common."""

    volume: Volume
    heatmap: Volume | None
    window: Voi
    center: Points
    corners: Points


def draw_finding(
    finding: Finding, findings: Findings, volume: Volume, window: Voi = LUNG_WINDOW
) -> Image.Image:
    """Draw a finding in three planes, whole above and magnified below.

    Parameters
    ----------
    finding : Finding
    findings : Findings
        To which it belongs: its heatmap is laid over, and its model named in the caption.
    volume : Volume
    window : Window or VoiLut
        For grey; colours are drawn as they are.

    Returns
    -------
    PIL.Image.Image
        RGB. Names no patient; the disclaimer is part of the picture.
    """
    scene = _scene(finding, findings, volume, window)
    width = 3 * PANEL + 2 * _GAP
    picture = Image.new("RGB", (width, 2 * PANEL + _GAP + HEIGHT), BACKGROUND)
    low, high = np.array(finding.box_lps_mm)
    zoom_mm = max(_ZOOM_LEAST_MM, _ZOOM_FACTOR * float((high - low).max()))
    for column, orientation in enumerate(Orientation):
        stack = standard_stack(volume.geometry, orientation)
        x = column * (PANEL + _GAP)
        for row, plane in enumerate(
            (_whole(stack, scene.center), _magnified(stack, scene.center, zoom_mm))
        ):
            picture.paste(
                _panel(scene, plane, _title(stack, scene.center, row)), (x, row * (PANEL + _GAP))
            )
    draw_caption(picture, _headline(finding), _measures(finding), findings)
    return picture


def _scene(finding: Finding, findings: Findings, volume: Volume, window: Voi) -> _Scene:
    heatmap = None
    if findings.heatmap is not None:
        slices, rows, columns = findings.heatmap.values.shape
        grid = Geometry(findings.heatmap.affine, (slices, rows, columns))
        heatmap = Volume(findings.heatmap.values, grid, unit="")
    low, high = np.array(finding.box_lps_mm)
    bounds = np.array([low - _BOX_MARGIN_MM, high + _BOX_MARGIN_MM])
    corners = np.array([[bounds[i][a] for a, i in enumerate(c)] for c in product((0, 1), repeat=3)])
    return _Scene(volume, heatmap, window, np.array(finding.center_lps_mm), corners)


def _whole(stack: Stack, center: Points) -> Plane:
    """The acquired plane nearest to the finding, all of it, with square pixels."""
    plane = stack.plane(stack.index_of(center))
    rows, columns = plane.shape
    height_mm, width_mm = (n * mm for n, mm in zip(plane.shape, plane.pixel_mm, strict=True))
    middle = plane.to_lps((rows - 1) / 2, (columns - 1) / 2)
    return _square(plane, middle, max(height_mm, width_mm))


def _magnified(stack: Stack, center: Points, extent_mm: float) -> Plane:
    """The part of the same plane around the finding."""
    plane = stack.plane(stack.index_of(center))
    return _square(plane, plane.to_lps(*plane.to_pixel(center)), extent_mm)


def _square(plane: Plane, middle: Points, extent_mm: float) -> Plane:
    height_mm, width_mm = plane.pixel_mm
    step = extent_mm / PANEL
    right, down = plane.right / width_mm * step, plane.down / height_mm * step
    origin = middle - (right + down) * (PANEL - 1) / 2
    return Plane(origin, right, down, (PANEL, PANEL))


def _title(stack: Stack, center: Points, row: int) -> str:
    if row:
        return ""
    index = stack.index_of(center)
    return f"{stack.orientation.capitalize()} {index + 1}/{stack.count}"


def _panel(scene: _Scene, plane: Plane, title: str) -> Image.Image:
    rgb = _pixels(scene, plane)
    panel = Image.fromarray(rgb)
    draw = ImageDraw.Draw(panel)
    _mark(draw, scene, plane)
    left, right, top, bottom = plane.letters
    middle, end = PANEL // 2, PANEL - 8
    for text, place, anchor in (
        (left, (8, middle), "lm"),
        (right, (end, middle), "rm"),
        (top, (middle, 6), "ma"),
        (bottom, (middle, end), "md"),
    ):
        write(draw, place, text, 15, anchor, TEXT)
    write(draw, (8, 6), title, 14, "la", FAINT)
    _scale_bar(draw, plane)
    return panel


def _pixels(scene: _Scene, plane: Plane) -> npt.NDArray[np.uint8]:
    if scene.volume.color is not None:
        picture = reslice_color(scene.volume, plane)
    else:
        gray = apply_voi(reslice(scene.volume, plane), scene.window)
        picture = np.repeat(gray[..., None], 3, axis=2)
    if scene.heatmap is None:
        return picture
    return blend(picture, colorize(reslice(scene.heatmap, plane)))


def _mark(draw: ImageDraw.ImageDraw, scene: _Scene, plane: Plane) -> None:
    """The corners of the finding's box, so that the finding itself stays free."""
    rows, columns = plane.to_pixel(scene.corners)
    x0, x1 = float(columns.min()), float(columns.max())
    y0, y1 = float(rows.min()), float(rows.max())
    arm_x, arm_y = (x1 - x0) / 4, (y1 - y0) / 4
    for x, dx in ((x0, arm_x), (x1, -arm_x)):
        for y, dy in ((y0, arm_y), (y1, -arm_y)):
            draw.line([(x + dx, y), (x, y), (x, y + dy)], fill=_MARK, width=2)


def _scale_bar(draw: ImageDraw.ImageDraw, plane: Plane) -> None:
    pixel_mm = plane.pixel_mm[1]
    length_mm = next(mm for mm in (100, 50, 20, 10, 5, 2, 1) if mm <= PANEL * pixel_mm / 4)
    x, y, length = 12, PANEL - 14, length_mm / pixel_mm
    draw.rectangle([(x - 2, y - 2), (x + length + 2, y + 3)], fill=BACKGROUND)
    draw.rectangle([(x, y), (x + length, y + 1)], fill=TEXT)
    write(draw, (x, y - 4), f"{length_mm} mm", 12, "ld", TEXT)


def _headline(finding: Finding) -> str:
    return f"Finding {finding.id}: {finding.label}, probability {finding.probability:.2f}"


def _measures(finding: Finding) -> str:
    long, short = finding.diameters_mm
    x, y, z = (f"{v:.1f}".replace("-", "−") for v in finding.center_lps_mm)
    parts = [f"{long:.1f} × {short:.1f} mm", f"{finding.volume_ml:.2f} ml"]
    if finding.mean_hu is not None:
        parts.append(f"mean {finding.mean_hu:.0f} HU".replace("-", "−"))
    return " · ".join([*parts, f"centre (LPS) {x}, {y}, {z} mm"])
