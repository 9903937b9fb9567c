"""From a configuration to trained networks: data, split, statistics, members."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ai.classification.preparation import Preparation
from ai.networks import build
from ai.networks.image_classifier import ImageClassifier
from ai.training.classification.config import Config, ConfigError
from ai.training.classification.loop import Trainer
from ai.training.classification.pretrained import start_from_imagenet
from ai.training.classification.samples import Prints, Source, classes_of, load, open_source
from ai.training.classification.split import Parts, divide
from ai.training.events import Listener

Log = Callable[[str], None]

_CHECKPOINTS = "checkpoints"


@dataclass(frozen=True)
class Material:
    """What a training learns from.

    Parameters
    ----------
    source : Source
    prints : Prints
    parts : Parts
    labels : tuple of str
    preparation : Preparation
        With the training part's mean and standard deviation.
    """

    source: Source
    prints: Prints
    parts: Parts
    labels: tuple[str, ...]
    preparation: Preparation


def gather(config: Config, path: Path, log: Log) -> Material:
    """Read, prepare and divide the pictures.

    Raises
    ------
    DataError, ConfigError
    """
    source = open_source(path, config.data.patient_pattern)
    labels = config.data.labels or classes_of(source)
    log(f"reading {len(source.samples)} pictures")
    prints = load(source, labels, config.preparation)
    for line in prints.skipped:
        log(f"left out: {line}")
    parts = divide(prints, labels, config.split, config.seed)
    log(f"{parts.duplicates} duplicates; {parts.describe(prints, labels)}")
    preparation = with_statistics(config.preparation, prints.select(parts.train))
    return Material(source, prints, parts, labels, preparation)


def with_statistics(preparation: Preparation, train: Prints) -> Preparation:
    """The preparation with the mean and standard deviation of the training pictures."""
    channels = range(train.pixels.shape[1])
    values = [train.pixels[:, c].reshape(-1) for c in channels]
    return preparation.model_copy(
        update={
            "mean": tuple(float(v.mean(dtype=np.float64)) / 255 for v in values),
            "sd": tuple(max(float(v.std(dtype=np.float64)) / 255, 1e-3) for v in values),
        }
    )


def train_members(
    config: Config,
    material: Material,
    out: Path,
    device: torch.device,
    listener: Listener,
    *,
    resume: bool,
) -> list[ImageClassifier]:
    """Train the networks of a configuration, one after the other.

    Checkpoints lie in ``out``; a member that has finished is not trained again on resuming.
    """
    folder = out / _CHECKPOINTS
    folder.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(
        config,
        material.preparation,
        material.prints.select(material.parts.train),
        material.prints.select(material.parts.validation),
        len(material.labels),
        device,
        listener,
    )
    return [
        trainer.fit(
            new_network(config, material.preparation, len(material.labels), member),
            folder / f"member_{member + 1}.pt",
            member,
            resume=resume,
        )
        for member in range(config.network.members)
    ]


def network_arguments(config: Config, preparation: Preparation, classes: int) -> dict[str, object]:
    """What ``ai.networks.build`` needs to build a member again."""
    return {"inputs": preparation.channels, "classes": classes, **config.network.arguments}


def new_network(
    config: Config, preparation: Preparation, classes: int, member: int
) -> ImageClassifier:
    """A network to be trained, with the weights that the configuration starts from."""
    torch.manual_seed(config.seed * 1000 + member)
    name = config.network.architecture
    network = build(name, **network_arguments(config, preparation, classes))
    if not isinstance(network, ImageClassifier):
        raise ConfigError(f"The setting network.architecture: {name} does not classify pictures.")
    if max(config.report.features, default=1) > len(network.stages):
        raise ConfigError(
            f"The setting report.features: {name} has {len(network.stages)} stages, not"
            f" {max(config.report.features)}."
        )
    if config.network.pretrained:
        start_from_imagenet(network, name)
    return network
