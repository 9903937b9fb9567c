"""Networks of a finished package, to be calibrated and measured again."""

from __future__ import annotations

import numpy as np
import torch

from ai.classification.familiarity import classifiers_of
from ai.networks.image_classifier import ImageClassifier
from ai.packages.package import Package
from ai.training.classification.config import Config, ConfigError
from ai.training.classification.evaluation import was_seen
from ai.training.classification.training import Material


def members_of_package(
    config: Config, material: Material, package: Package, device: torch.device
) -> list[ImageClassifier]:
    """The classifiers of a package, if this training would have led to them.

    Raises
    ------
    ConfigError
        They tell other classes apart, or were fitted to pictures that are to test them.
    PackageError
        The package is not valid.
    """
    name = package.spec.id
    if package.spec.output.labels != material.labels:
        raise ConfigError(
            f"{name} tells {', '.join(package.spec.output.labels)} apart, not"
            f" {', '.join(material.labels)}."
        )
    known = int(np.sum(was_seen(package, material.prints.digests[material.parts.test])))
    if known:
        raise ConfigError(
            f"{name} was fitted to {known} of the pictures that would test it.",
            "Take the seed and the shares of the split from its own configuration.",
        )
    members = [
        n for n in classifiers_of(package.networks(device)) if isinstance(n, ImageClassifier)
    ]
    if len(members) != config.network.members:
        raise ConfigError(
            f"{name} has {len(members)} networks; the setting network.members says"
            f" {config.network.members}."
        )
    return members
