"""Augmented pictures beside their originals: what a network will learn from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from ai.classification.preparation import Grey, Preparation
from ai.training.classification.augment import augment
from ai.training.classification.config import Augmentation, Config
from ai.training.classification.samples import Sample, Source, classes_of, load, open_source
from ai.training.gallery_row import GalleryRow

Rng = np.random.Generator


def rows(
    originals: Grey, labels: list[str], settings: Augmentation, rng: Rng, copies: int
) -> tuple[GalleryRow, ...]:
    """Each picture with so many augmented copies.

    Parameters
    ----------
    originals : ndarray of uint8, shape (n, channels, side, side)
    labels : list of str
    settings : Augmentation
    rng : Generator
        Decides everything: the same generator gives the same pictures.
    copies : int
    """
    return tuple(
        GalleryRow(
            label,
            (original, *augment(np.repeat(original[None], copies, axis=0), settings, rng)),
        )
        for original, label in zip(originals, labels, strict=True)
    )


def gallery(
    data: Path, config: Config, *, draw: int, count: int, copies: int
) -> tuple[GalleryRow, ...]:
    """A few pictures of every class, prepared and augmented as in training.

    Parameters
    ----------
    data : Path
    config : Config
        Its seed chooses the pictures.
    draw : int
        Another number gives other changes of the same pictures.
    count : int
        Pictures.
    copies : int
        Of each.

    Raises
    ------
    DataError
        The data cannot be used.
    """
    originals, labels = _originals(
        data, config.data.patient_pattern, config.preparation, config.seed, count
    )
    rng = np.random.default_rng([config.seed, draw])
    return rows(originals, list(labels), config.augmentation, rng, copies)


@lru_cache(maxsize=4)
def _originals(
    data: Path, pattern: str, preparation: Preparation, seed: int, count: int
) -> tuple[Grey, tuple[str, ...]]:
    source = open_source(data, pattern)
    labels = classes_of(source)
    chosen = _chosen(source, labels, seed, count)
    prints = load(Source(chosen, source.read), labels, preparation)
    return prints.pixels, tuple(labels[i] for i in prints.labels)


def _chosen(source: Source, labels: tuple[str, ...], seed: int, count: int) -> tuple[Sample, ...]:
    """So many samples, the classes in turn."""
    rng = np.random.default_rng(seed)
    of_class = []
    for label in labels:
        members = [s for s in source.samples if s.label == label]
        of_class.append([members[i] for i in rng.permutation(len(members))[:count]])
    in_turn = [members[i] for i in range(count) for members in of_class if i < len(members)]
    return tuple(sorted(in_turn[:count], key=lambda s: s.label))
