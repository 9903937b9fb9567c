"""What a training ends with: the calibrated model, and how it does on patients held back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from ai.classification.calibration import members_of, probabilities
from ai.classification.familiarity import FEATURES, LAYOUT, are_strange
from ai.classification.parameters import Calibration, Parameters
from ai.networks.familiarity import Familiarity
from ai.networks.image_classifier import ImageClassifier
from ai.training.classification.answers import Answers, answers_of, measure
from ai.training.classification.config import Config, ConfigError
from ai.training.classification.evaluation import logits_in_batches
from ai.training.classification.fitting import (
    described,
    fit_calibration,
    fit_decision,
    fit_guards,
    threshold_for,
)
from ai.training.classification.samples import Change, Prints, load
from ai.training.classification.shifts import shifts
from ai.training.classification.training import Log, Material
from ai.training.metrics import Measured

Logits = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Verdict:
    """A calibrated model with its figures on the test part.

    Parameters
    ----------
    parameters : Parameters
    threshold : float
        The operating point.
    guards : dict of str to Familiarity
        By their roles in the package.
    answers : Answers
        On the test part.
    metrics : dict of str to dict of str to Measured
        By shift, then by name; the first shift is the picture as it is.
    unfamiliar : float
        Share of the test part that a guard would flag.
    """

    parameters: Parameters
    threshold: float
    guards: dict[str, Familiarity]
    answers: Answers
    metrics: dict[str, dict[str, Measured]]
    unfamiliar: float


@dataclass(frozen=True)
class _Bench:
    """The trained members and what they are run on."""

    material: Material
    members: list[ImageClassifier]
    device: torch.device

    def shifted(self, rows: npt.NDArray[np.int64], change: Change) -> Prints:
        files = self.material.prints.files[rows]
        labels, preparation = self.material.labels, self.material.preparation
        return load(self.material.source.select(files), labels, preparation, change)

    def logits(self, prints: Prints, parameters: Parameters) -> Logits:
        return logits_in_batches(self.members, prints.pixels, parameters, self.device)


def judge(
    config: Config,
    material: Material,
    members: list[ImageClassifier],
    device: torch.device,
    log: Log,
) -> Verdict:
    """Calibrate on validation patients, as they are and under shifts; then look at the test part.

    Parameters
    ----------
    config : Config
    material : Material
    members : list of ImageClassifier
    device : torch.device
    log : callable
    """
    bench = _Bench(material, members, device)
    draft = _draft(config, material)
    parts, pixels = material.parts, material.prints.pixels
    log("calibrating on validation patients")
    fitted = fit_guards(
        members[0], pixels[parts.train], pixels[parts.validation], material.preparation, device
    )
    guards = {role: guard for role, (guard, _) in fitted.items()}
    held_back = [bench.shifted(parts.validation, change) for change in shifts().values()]
    logits = np.concatenate([bench.logits(prints, draft) for prints in held_back])
    truth = np.concatenate([prints.labels for prints in held_back])
    positive = members_of(draft.explained, draft.labels, draft.groups)
    prior = _prior(config, material)
    is_there = np.isin(truth, positive)
    calibration = fit_calibration(logits, truth, prior)

    def threshold_of(calibration: Calibration) -> float:
        score = probabilities(logits, calibration)[:, positive].sum(1)
        return threshold_for(score, is_there, config.use.sensitivity)

    calibration = fit_decision(
        logits,
        truth,
        prior,
        calibration,
        positive,
        threshold_of(calibration),
        config.use.specificities,
    )
    parameters = draft.model_copy(
        update={
            "calibration": calibration,
            "familiar_below": fitted[FEATURES][1],
            "layout_below": fitted[LAYOUT][1],
        }
    )
    threshold = threshold_of(calibration)
    log(f"temperature {calibration.temperature:.3f}, threshold {threshold:g}; testing")
    return _tested(bench, parameters, threshold, guards, log)


def _tested(
    bench: _Bench,
    parameters: Parameters,
    threshold: float,
    guards: dict[str, Familiarity],
    log: Log,
) -> Verdict:
    answers: list[Answers] = []
    metrics: dict[str, dict[str, Measured]] = {}
    for name, change in shifts().items():
        prints = bench.shifted(bench.material.parts.test, change)
        answers.append(answers_of(bench.logits(prints, parameters), prints, parameters, threshold))
        metrics[name] = measure(answers[-1])
        log(f"{name}: " + ", ".join(f"{k} {m.value:.4f}" for k, m in metrics[name].items()))
    return Verdict(
        parameters, threshold, guards, answers[0], metrics, _unfamiliar(bench, parameters, guards)
    )


def _unfamiliar(bench: _Bench, parameters: Parameters, guards: dict[str, Familiarity]) -> float:
    pixels = bench.material.prints.pixels[bench.material.parts.test]
    seen = described(bench.members[0], pixels, parameters.preparation, bench.device)
    return float(are_strange(guards, seen, parameters).mean())


def _draft(config: Config, material: Material) -> Parameters:
    try:
        return Parameters(
            preparation=material.preparation,
            views=config.use.views,
            groups=config.use.groups,
            explained=config.use.positive or material.labels[-1],
            labels=material.labels,
        )
    except ValueError as error:
        raise ConfigError(f"The setting use: {error}") from error


def _prior(config: Config, material: Material) -> npt.NDArray[np.float64]:
    given = config.use.prior
    if given:
        missing = set(material.labels) ^ set(given)
        if missing:
            raise ConfigError(
                f"The setting use.prior does not match the classes: {', '.join(sorted(missing))}."
            )
        return np.array([given[label] for label in material.labels])
    labels = material.prints.labels[material.parts.train]
    return np.bincount(labels, minlength=len(material.labels)) / len(labels)
