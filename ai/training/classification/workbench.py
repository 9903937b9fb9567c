"""``train``: from a configuration to a package that the viewer can run, with its report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from ai.engine import choose_device
from ai.networks.image_classifier import ImageClassifier
from ai.packages.package import Package
from ai.packages.write import replace_file
from ai.request import DeviceChoice
from ai.training.classification import figures
from ai.training.classification.augment import augment
from ai.training.classification.config import Config, ConfigError, read
from ai.training.classification.curves import report as class_report
from ai.training.classification.evaluation import Answers
from ai.training.classification.eventfile import EventFile
from ai.training.classification.history import History
from ai.training.classification.loop import Event, Listener, to_input
from ai.training.classification.release import Release
from ai.training.classification.training import Log, Material, gather, train_members
from ai.training.classification.verdict import judge

_GALLERY_PICTURES, _GALLERY_COLUMNS = 6, 8
_WORST = 40


def train(
    config: Path,
    *,
    data: Path | None = None,
    out: Path,
    resume: bool = False,
    report: Log,
    listener: Callable[[Event], None] = lambda event: None,
    device: DeviceChoice = "auto",
) -> Package:
    """Train, calibrate, test and package a classifier of pictures.

    Parameters
    ----------
    config : Path
        See ``ai.training.classification.config``.
    data : Path, optional
        Instead of the configuration's ``data.path``.
    out : Path
        Receives ``checkpoints/``, ``events/`` (for TensorBoard), ``report/`` and the package in a
        folder of its id.
    resume : bool
        Go on from the checkpoints in ``out``.
    report : callable
        Receives lines of progress.
    listener : callable
        Receives live figures; may raise ``ai.errors.CancelledError``.
    device : {"auto", "cpu", "cuda"}

    Returns
    -------
    Package

    Raises
    ------
    ConfigError, DataError
        What is wrong, and where.
    """
    settings = read(config)
    material = gather(settings, data_of(settings, config, data), report)
    pictures = out / "report"
    pictures.mkdir(parents=True, exist_ok=True)
    draw_gallery(pictures / "augmentation.png", settings, material)
    used = choose_device(device)
    with EventFile(out / "events") as events:
        history = History.begin(out / "history.json", events, resume=resume)
        follow = _following(history, report, listener)
        members = train_members(settings, material, out, used, follow, resume=resume)
    figures.draw_curves(pictures / "learning.png", history.curves)
    verdict = judge(settings, material, members, used, report)
    draw_result(pictures, verdict.answers, material)
    draw_features(pictures / "features.png", members[0], material, used)
    for network in (*members, verdict.familiarity):
        network.cpu()
    return Release(settings, config, material, members, verdict).write(out / settings.id)


def data_of(settings: Config, config: Path, given: Path | None) -> Path:
    """Where the data is: given, or as the configuration says, relative to itself."""
    if given is not None:
        return given
    if settings.data.path is None:
        raise ConfigError(f"{config} names no data.", "Name it, or give --data.")
    return config.parent / settings.data.path


def draw_gallery(path: Path, config: Config, material: Material) -> None:
    """Augmented pictures beside the original: what the network will learn from.

    Parameters
    ----------
    path : Path
    config : Config
    material : Material
    """
    rng = np.random.default_rng(config.seed)
    rows = rng.choice(material.parts.train, min(_GALLERY_PICTURES, len(material.parts.train)))
    shown, captions = [], []
    for row in rows:
        original = material.prints.pixels[row]
        copies = np.repeat(original[None], _GALLERY_COLUMNS - 1, axis=0)
        shown += [original, *augment(copies, config.augmentation, rng)]
        label = material.labels[material.prints.labels[row]]
        captions += [label, *[""] * (_GALLERY_COLUMNS - 1)]
    figures.draw_sheet(path, shown, captions, _GALLERY_COLUMNS)


def draw_result(folder: Path, answers: Answers, material: Material) -> None:
    """The curves, the confusion matrix, the report and the worst mistakes of a test."""
    truth, score = answers.is_positive, answers.score
    figures.draw_roc(folder / "roc.png", truth, score, answers.threshold)
    figures.draw_precision_recall(folder / "precision_recall.png", truth, score)
    figures.draw_reliability(folder / "reliability.png", truth, score)
    predicted = answers.predicted
    figures.draw_confusion(folder / "confusion.png", answers.truth, predicted, answers.labels)
    text = class_report(answers.truth, predicted, answers.labels)
    replace_file(folder / "classification.md", f"{text}\n".encode())
    given = answers.probabilities[np.arange(len(answers.truth)), answers.truth]
    wrong = np.flatnonzero(predicted != answers.truth)
    worst = wrong[np.argsort(given[wrong])][:_WORST]
    row_of = {str(f): row for row, f in enumerate(material.prints.files)}
    figures.draw_sheet(
        folder / "mistakes.png",
        [material.prints.pixels[row_of[str(answers.files[i])]] for i in worst],
        [
            f"{Path(str(answers.files[i])).name}\n{answers.labels[answers.truth[i]]} → "
            f"{answers.labels[predicted[i]]} ({given[i]:.2f})"
            for i in worst
        ],
        _GALLERY_COLUMNS,
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


def _following(history: History, report: Log, listener: Listener) -> Listener:
    def follow(event: Event) -> None:
        history.add(event)
        values = "  ".join(f"{name} {value:.4g}" for name, value in event.values.items())
        report(
            f"member {event.member + 1}  epoch {event.epoch:.2f}/{event.epochs}  {values}"
            f"  {event.seconds_left / 60:.1f} min left"
        )
        listener(event)

    return follow
