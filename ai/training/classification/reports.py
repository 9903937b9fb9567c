"""The report of a training: which pictures and tables are drawn of what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ai.networks.image_classifier import ImageClassifier
from ai.packages.write import replace_file
from ai.training.classification import figures
from ai.training.classification.answers import Answers
from ai.training.classification.config import Config
from ai.training.classification.curves import report as class_report
from ai.training.classification.gallery import rows
from ai.training.classification.loop import to_input
from ai.training.classification.samples import Prints
from ai.training.classification.training import Material
from ai.training.evaluation import Drawing

_GALLERY_PICTURES, _COLUMNS = 6, 8
_WORST = 40


def draw_gallery(path: Path, config: Config, material: Material) -> None:
    """Augmented pictures beside the original: what the network will learn from.

    Parameters
    ----------
    path : Path
    config : Config
    material : Material
    """
    rng = np.random.default_rng(config.seed)
    train = material.parts.train
    chosen = rng.choice(train, min(_GALLERY_PICTURES, len(train)), replace=False)
    drawn = rows(
        material.prints.pixels[chosen],
        [material.labels[i] for i in material.prints.labels[chosen]],
        config.augmentation,
        rng,
        _COLUMNS - 1,
    )
    shown = [picture for row in drawn for picture in row.pictures]
    captions = [c for row in drawn for c in (f"{row.label} (original)", *[""] * (_COLUMNS - 1))]
    figures.draw_sheet(path, shown, captions, _COLUMNS)


def drawings(answers: Answers, prints: Prints | None = None) -> dict[str, Drawing]:
    """What can be drawn of a test, by name: curves, confusion, and the worst mistakes.

    Parameters
    ----------
    answers : Answers
    prints : Prints, optional
        The pictures that were asked about, and perhaps others.
    """
    truth, score = answers.is_positive, answers.score
    found: dict[str, Drawing] = {
        "roc": lambda path: figures.draw_roc(path, truth, score, answers.threshold),
        "precision_recall": lambda path: figures.draw_precision_recall(path, truth, score),
        "reliability": lambda path: figures.draw_reliability(path, truth, score),
        "confusion": lambda path: figures.draw_confusion(path, *answers.decisions),
    }
    if not 0 < truth.sum() < len(truth):
        # Without both kinds there is no curve.
        found = {"confusion": found["confusion"]}
    if prints is not None:
        found["mistakes"] = lambda path: draw_mistakes(path, answers, prints)
    return found


def draw_answers(folder: Path, answers: Answers, prints: Prints | None = None) -> None:
    """The curves, the confusion matrix and the report of a test."""
    for name, draw in drawings(answers, prints).items():
        draw(folder / f"{name}.png")
    text = class_report(*answers.decisions)
    replace_file(folder / "classification.md", f"{text}\n".encode())


def draw_mistakes(path: Path, answers: Answers, prints: Prints) -> None:
    """A contact sheet of the wrong decisions that the model was surest of."""
    truth, decided, names = answers.decisions
    of_truth = np.where(answers.is_positive, answers.score, 1 - answers.score)
    if answers.detailed:
        of_truth = answers.probabilities[np.arange(len(truth)), truth]
    wrong = np.flatnonzero(decided != truth)
    if not len(wrong):
        figures.draw_note(path, f"No mistakes among {len(truth)} pictures.")
        return
    worst = wrong[np.argsort(of_truth[wrong])][:_WORST]
    row_of = {str(f): row for row, f in enumerate(prints.files)}
    figures.draw_sheet(
        path,
        [prints.pixels[row_of[str(answers.files[i])]] for i in worst],
        [
            f"{Path(str(answers.files[i])).name}\n{names[truth[i]]} (p = {of_truth[i]:.2f})"
            f"\ntaken for {names[decided[i]]}"
            for i in worst
        ],
        _COLUMNS,
    )


def draw_features(
    path: Path,
    network: ImageClassifier,
    material: Material,
    device: torch.device,
    stages: tuple[int, ...] = (),
) -> None:
    """The feature maps of some stages, or of all, for one validation picture."""
    picture = material.prints.pixels[material.parts.validation[0]]
    image = to_input(picture[None], material.preparation, device)
    with torch.inference_mode():
        maps = {
            f"stage {k}": network.features(image, k)[0].float().cpu().numpy()
            for k in stages or range(1, len(network.stages) + 1)
        }
    figures.draw_maps(path, picture, maps)
