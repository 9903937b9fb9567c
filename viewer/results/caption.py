"""What is written into every picture of a result: the model, the run, the disclaimer."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from ai.findings import Findings
from viewer import DISCLAIMER

HEIGHT = 146
MARGIN = 12

BACKGROUND = (14, 16, 20)
TEXT, FAINT, WARNING = (232, 234, 238), (150, 156, 166), (255, 138, 101)


def draw_caption(picture: Image.Image, headline: str, details: str, findings: Findings) -> None:
    """Write the lowest ``HEIGHT`` pixels of a picture.

    Parameters
    ----------
    picture : PIL.Image.Image
        RGB.
    headline, details : str
        What was found, in two lines.
    findings : Findings
        The model, the run and the contract that the other lines tell of.
    """
    draw = ImageDraw.Draw(picture)
    top = picture.height - HEIGHT + MARGIN
    write(draw, (MARGIN, top), headline, 20, "la", TEXT)
    write(draw, (MARGIN, top + 30), details, 15, "la", TEXT)
    model, run = findings.model, findings.run
    source = (
        f"{model.id} {model.version} ({model.sha256[:8]}) · {run.operating_point},"
        f" probability ≥ {run.threshold:.2f} · {run.device} · series {findings.series_uid}"
    )
    write(draw, (MARGIN, top + 56), _fitted(draw, source, picture.width), 12, "la", FAINT)
    write(draw, (MARGIN, picture.height - MARGIN), DISCLAIMER, 15, "ld", WARNING)
    if not findings.contract.ok:
        reasons = f"OUT OF CONTRACT: {' '.join(findings.contract.reasons)}"
        write(draw, (MARGIN, top + 76), _fitted(draw, reasons, picture.width), 12, "la", WARNING)


def write(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    size: int,
    anchor: str,
    color: tuple[int, int, int],
) -> None:
    """Text with a dark outline, readable on any anatomy."""
    draw.text(place, text, color, _font(size), anchor, stroke_width=2, stroke_fill=BACKGROUND)


def _fitted(draw: ImageDraw.ImageDraw, text: str, width: int) -> str:
    """As much of a text as fits, with an ellipsis for the rest."""
    room = width - 2 * MARGIN
    if draw.textlength(text, _font(12)) <= room:
        return text
    while draw.textlength(f"{text}…", _font(12)) > room:
        text = text[:-1]
    return f"{text}…"


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The font that matplotlib carries: the same on every system, with all signs we need."""
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(fonts / "DejaVuSans.ttf", size)
