"""From a picture to class probabilities, a heatmap, and a word on how familiar it looks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import ValidationError
from torch import nn

from ai import explain
from ai.classification.calibration import members_of, probabilities
from ai.classification.familiarity import (
    FEATURES,
    LAYOUT,
    Strangeness,
    classifiers_of,
    guards_of,
    layout,
    strangeness,
)
from ai.classification.parameters import Parameters
from ai.classification.preparation import Preparation, Prepared, prepare
from ai.classification.views import logits_of, view
from ai.errors import ContractError, PackageError
from ai.findings import Heatmap
from ai.image import Image
from ai.networks.familiarity import Familiarity
from ai.networks.image_classifier import ImageClassifier
from ai.progress import Progress, Report

#: Log-odds whose evidence, if every place of a picture held as much, would make it 99 % certain:
#: less is never drawn in full colour, so that weak evidence looks weak.
_CERTAIN = 5.0


@dataclass(frozen=True)
class Classification:
    """What a picture shows.

    Parameters
    ----------
    classes : dict of str to float
        The calibrated probability of each label, and of each group of labels.
    heatmap : Heatmap
        Contribution of each place to the log-odds of the explained class.
    reasons : tuple of str
        Why the result should not be trusted: the picture is unlike those of the training set,
        or in colour where those were grey.
        Empty where it is like them.
    strangeness : tuple of Strangeness
        How far it lies from the training set's, by each guard that the model has.
    """

    classes: dict[str, float]
    heatmap: Heatmap
    reasons: tuple[str, ...]
    strangeness: tuple[Strangeness, ...] = ()


def classify(
    image: Image,
    networks: Mapping[str, nn.Module],
    parameters: Mapping[str, Any],
    device: torch.device,
    report: Report,
    seconds: dict[str, float],
) -> Classification:
    """Classify a projection radiograph or another single picture.

    Parameters
    ----------
    image : Image
        One slice in MONOCHROME2 sense, of any size and unit.
    networks : mapping of str to Module
        The roles ``"familiarity"`` and ``"layout"`` are out-of-distribution guards; all others are
        classifiers, whose logits are averaged. On ``device`` and in evaluation mode.
    parameters : mapping
        Validated as ``ai.classification.parameters.Parameters``.
    device : torch.device
    report : Report
        Called before each stage; may raise ``CancelledError``.
    seconds : dict
        Receives the duration of each stage.

    Raises
    ------
    ContractError
        The image has several slices.
    PackageError
        The parameters or the networks are not what the pipeline needs.
    """
    settings, members, guards = _validated(networks, parameters)
    if len(image.voxels) != 1:
        raise ContractError(
            f"The model reads single pictures; this image has {len(image.voxels)} slices.",
            "Open one radiograph.",
        )
    report(Progress("prepare", 0, 3))
    with _timed(seconds, "prepare"):
        prepared = prepare(_picture(image, settings.preparation), settings.preparation)
    report(Progress("network", 1, 3))
    with _timed(seconds, "network"):
        logits = logits_of(
            members,
            prepared.pixels[None],
            settings.preparation,
            settings.views,
            device,
            amp=settings.amp,
        )
    report(Progress("explain", 2, 3))
    with _timed(seconds, "explain"):
        whole = view(prepared.pixels[None], settings.preparation, 1.0, device)
        with torch.no_grad():
            maps = [network.features(whole) for network in members]
        evidence = _evidence(members, maps, settings)
        described = {
            FEATURES: explain.pooled(maps[0]),
            LAYOUT: layout(prepared.pixels[None]).to(device),
        }
        strange = tuple(strangeness(guards, described, settings))
    report(Progress("explain", 3, 3))
    return Classification(
        classes=_classes(probabilities(logits, settings.calibration)[0], settings),
        heatmap=Heatmap(
            values=evidence[None],
            affine=_map_affine(image, prepared, evidence.shape[0]),
            meaning=(
                f"Contribution to the log-odds of {settings.explained} (HiResCAM; the mean over"
                " the picture is the whole)"
            ),
            full=max(float(evidence.max()), _CERTAIN),
        ),
        reasons=tuple(_reasons(image, strange, settings)),
        strangeness=strange,
    )


def _validated(
    networks: Mapping[str, nn.Module], parameters: Mapping[str, Any]
) -> tuple[Parameters, list[ImageClassifier], dict[str, Familiarity]]:
    try:
        settings = Parameters.model_validate(dict(parameters))
    except ValidationError as error:
        raise PackageError(f"The model's parameters are not valid: {error}") from error
    members = classifiers_of(networks)
    classifiers = [n for n in members if isinstance(n, ImageClassifier)]
    if not members or len(classifiers) != len(members):
        raise PackageError("The model's networks do not classify pictures.")
    return settings, classifiers, guards_of(networks)


def _picture(image: Image, preparation: Preparation) -> npt.NDArray[Any]:
    """The one slice: in colour for a model that learnt from colour, if it has any."""
    colour = image.color if preparation.colour else None
    return np.asarray(image.voxels[0] if colour is None else colour[0])


def _classes(found: npt.NDArray[np.float64], settings: Parameters) -> dict[str, float]:
    single = {label: float(p) for label, p in zip(settings.labels, found, strict=True)}
    groups = {
        name: float(sum(single[member] for member in members))
        for name, members in settings.groups.items()
    }
    return {**single, **groups}


def _evidence(
    members: list[ImageClassifier], maps: list[torch.Tensor], settings: Parameters
) -> npt.NDArray[np.float32]:
    score = explain.log_odds(members_of(settings.explained, settings.labels, settings.groups))
    found = [explain.contributions(n, m, score) for n, m in zip(members, maps, strict=True)]
    return explain.enlarged(np.mean(found, axis=0, dtype=np.float32), settings.preparation.side)


def _reasons(image: Image, strange: tuple[Strangeness, ...], settings: Parameters) -> Iterator[str]:
    if image.is_colourful and not settings.preparation.colour:
        yield "The picture is in colour; the model was trained on grey ones."
    yield from filter(None, (found.reason for found in strange))


def _map_affine(image: Image, prepared: Prepared, side: int) -> npt.NDArray[np.float64]:
    """Index of the map → LPS: its cells divide the part of the picture that was prepared."""
    row, column, rows, columns = prepared.box
    step = np.eye(4)
    step[0, 0], step[1, 1] = columns / side, rows / side
    step[0, 3] = column + 0.5 * columns / side - 0.5
    step[1, 3] = row + 0.5 * rows / side - 0.5
    return np.asarray(image.affine @ step)


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - started
