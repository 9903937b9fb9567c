"""The report of a training: which pictures and tables are drawn of what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ai.networks.image_classifier import ImageClassifier
from ai.packages.write import replace_file
from ai.training.classification import figures
from ai.training.classification.config import Config
from ai.training.classification.curves import report as class_report
from ai.training.classification.evaluation import Answers
from ai.training.classification.gallery import rows
from ai.training.classification.loop import to_input
from ai.training.classification.training import Material

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


def draw_answers(folder: Path, answers: Answers) -> None:
    """The curves, the confusion matrix and the report of a test."""
    truth, score = answers.is_positive, answers.score
    figures.draw_roc(folder / "roc.png", truth, score, answers.threshold)
    figures.draw_precision_recall(folder / "precision_recall.png", truth, score)
    figures.draw_reliability(folder / "reliability.png", truth, score)
    predicted = answers.predicted
    figures.draw_confusion(folder / "confusion.png", answers.truth, predicted, answers.labels)
    text = class_report(answers.truth, predicted, answers.labels)
    replace_file(folder / "classification.md", f"{text}\n".encode())


def draw_mistakes(path: Path, answers: Answers, material: Material) -> None:
    """A contact sheet of the wrong decisions that the model was surest of."""
    predicted = answers.predicted
    given = answers.probabilities[np.arange(len(answers.truth)), answers.truth]
    wrong = np.flatnonzero(predicted != answers.truth)
    if not len(wrong):
        figures.draw_note(path, f"No mistakes among {len(predicted)} test pictures.")
        return
    worst = wrong[np.argsort(given[wrong])][:_WORST]
    row_of = {str(f): row for row, f in enumerate(material.prints.files)}
    figures.draw_sheet(
        path,
        [material.prints.pixels[row_of[str(answers.files[i])]] for i in worst],
        [
            f"{Path(str(answers.files[i])).name}\n{answers.labels[answers.truth[i]]} → "
            f"{answers.labels[predicted[i]]} ({given[i]:.2f})"
            for i in worst
        ],
        _COLUMNS,
    )


def draw_features(
    path: Path, network: ImageClassifier, material: Material, device: torch.device
) -> None:
    """The feature maps of every stage for one validation picture."""
    picture = material.prints.pixels[material.parts.validation[0]]
    image = to_input(picture[None], material.preparation, device)
    with torch.inference_mode():
        maps = {
            f"stage {k}": network.features(image, k)[0].float().cpu().numpy()
            for k in range(1, len(network.stages) + 1)
        }
    figures.draw_maps(path, picture, maps)
