"""Pictures of a training's result, drawn by matplotlib without a screen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ai.classification.preparation import Grey
from ai.training.classification.curves import precision_recall, reliability, roc
from ai.training.classification.history import Curves

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int64]

#: So long may a class's name be to stand upright.
_SHORT = 10


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG."""
    figure.savefig(path, dpi=110, bbox_inches="tight")


def square(title: str, x: str, y: str) -> tuple[Figure, Axes]:
    """A square figure of two shares, each from 0 to 1."""
    figure = Figure(figsize=(4.6, 4.6))
    axes = figure.subplots()
    axes.set(title=title, xlabel=x, ylabel=y, xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.grid(alpha=0.3)
    return figure, axes


def draw_roc(path: Path, truth: Bools, score: Floats, threshold: float) -> None:
    """The ROC curve with the operating point."""
    figure, axes = square("ROC", "1 − specificity", "sensitivity")
    axes.plot(*roc(truth, score), clip_on=False)
    axes.plot([0, 1], [0, 1], ":", color="grey")
    decided = score >= threshold
    point = decided[~truth].mean(), decided[truth].mean()
    axes.plot(*point, "o", clip_on=False, label=f"threshold {threshold:g}")
    axes.legend(loc="lower right")
    save(figure, path)


def draw_precision_recall(path: Path, truth: Bools, score: Floats) -> None:
    """The precision–recall curve, with the precision of guessing."""
    figure, axes = square("Precision and recall", "recall (sensitivity)", "precision")
    axes.plot(*precision_recall(truth, score), clip_on=False)
    axes.axhline(float(truth.mean()), linestyle=":", color="grey", label="guessing")
    axes.legend(loc="lower left")
    save(figure, path)


def draw_reliability(path: Path, truth: Bools, score: Floats) -> None:
    """How often it is true what is said with a probability; the marks' area is the count."""
    figure, axes = square("Reliability", "probability", "frequency")
    said, happened, count = reliability(truth, score)
    axes.plot([0, 1], [0, 1], ":", color="grey")
    axes.plot(said, happened, linewidth=1)
    axes.scatter(said, happened, s=8 + 300 * count / count.sum(), clip_on=False, zorder=3)
    save(figure, path)


def draw_confusion(path: Path, truth: Labels, predicted: Labels, labels: tuple[str, ...]) -> None:
    """Counts of truth (rows) against decision (columns)."""
    table = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(table, (truth, predicted), 1)
    figure = Figure(figsize=(1.6 + 0.9 * len(labels),) * 2)
    axes = figure.subplots()
    axes.imshow(table / np.maximum(table.sum(1, keepdims=True), 1), cmap="cividis", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        shade = "black" if count > 0.6 * table[row].sum() else "white"
        axes.text(column, row, str(count), ha="center", va="center", color=shade)
    crowded = max(map(len, labels)) > _SHORT
    axes.set_xticks(range(len(labels)), labels, rotation=30 if crowded else 0)
    axes.set_yticks(range(len(labels)), labels)
    axes.set(title="Confusion", xlabel="decided", ylabel="true")
    save(figure, path)


def draw_curves(path: Path, curves: Curves) -> None:
    """Learning curves: losses on the left, accuracy on the right."""
    figure = Figure(figsize=(10, 4))
    left, right = figure.subplots(1, 2)
    single = all(name.startswith("member_1/") for name in curves)
    for name, points in sorted(curves.items()):
        axes = left if name.endswith("loss") else right if name.endswith("accuracy") else None
        if axes is not None:
            member, part, _ = name.split("/")
            part = {"train": "training"}.get(part, part)
            label = part if single else f"{part}, {member.replace('_', ' ')}"
            marker = "o" if part == "validation" else None
            axes.plot(*np.array(points).T, marker=marker, label=label, lw=1.2, ms=3)
    for axes, title in ((left, "cross-entropy"), (right, "accuracy")):
        axes.set(title=title, xlabel="epoch")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    save(figure, path)


def draw_note(path: Path, text: str) -> None:
    """A sentence in the place of a picture."""
    figure = Figure(figsize=(6, 1.2))
    figure.text(0.5, 0.5, text, ha="center", va="center")
    save(figure, path)


def draw_sheet(path: Path, pictures: Iterable[Grey], captions: Iterable[str], columns: int) -> None:
    """A contact sheet of prepared pictures, each of shape (channels, side, side)."""
    shown = list(zip(pictures, captions, strict=True))
    rows = max(1, -(-len(shown) // columns))
    figure = Figure(figsize=(1.7 * columns, 2.0 * rows))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.axis("off")
    for axes, (picture, caption) in zip(grid, shown, strict=False):
        _show(axes, picture)
        axes.set_title(caption, fontsize=6)
    save(figure, path)


def _show(axes: Axes, picture: Grey) -> None:
    if len(picture) == 1:
        axes.imshow(picture[0], cmap="gray", vmin=0, vmax=255)
    else:
        axes.imshow(np.moveaxis(picture, 0, 2))


def draw_maps(path: Path, picture: Grey, maps: dict[str, npt.NDArray[np.float32]]) -> None:
    """A prepared picture and its feature maps: for each stage the strongest channels.

    Parameters
    ----------
    path : Path
    picture : ndarray of uint8, shape (channels, side, side)
    maps : dict of str to ndarray, shape (channels, rows, columns)
    """
    columns = 8
    figure = Figure(figsize=(1.4 * columns, 1.5 * len(maps)))
    grid = figure.subplots(len(maps), columns, squeeze=False)
    for line, (name, channels) in zip(grid, maps.items(), strict=True):
        strongest = np.argsort(-channels.std((1, 2)))[: columns - 1]
        _show(line[0], picture)
        line[0].set_title(name, fontsize=7)
        for axes, channel in zip(line[1:], channels[strongest], strict=False):
            axes.imshow(channel, cmap="viridis")
        for axes in line:
            axes.axis("off")
    save(figure, path)
