"""The pipeline of classification as the engine runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from ai.classification.pipeline import classify
from ai.engine import Outcome
from ai.image import Image
from ai.progress import Report


def outcome(
    image: Image,
    networks: Mapping[str, nn.Module],
    parameters: Mapping[str, Any],
    device: torch.device,
    report: Report,
    seconds: dict[str, float],
) -> Outcome:
    """``classify``, told as an ``Outcome``: a picture has classes and a heatmap, no findings."""
    answer = classify(image, networks, parameters, device, report, seconds)
    return Outcome((), answer.heatmap, answer.classes)
