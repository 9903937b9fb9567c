"""Measuring a classifier's package on pictures that it was not trained on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.classification.calibration import members_of, probabilities
from ai.classification.parameters import Parameters
from ai.classification.pipeline import FAMILIARITY
from ai.classification.preparation import Grey
from ai.classification.views import logits_of
from ai.packages.package import Package, load
from ai.training import metrics
from ai.training.classification.config import read
from ai.training.classification.samples import DataError, Prints, open_source
from ai.training.classification.samples import load as load_prints
from ai.training.evaluation import Evaluation
from ai.training.metrics import Measured

#: Files of a package: how it was trained, and the sha256 of the pictures it was fitted to.
CONFIG, SEEN = "config.toml", "seen.json"

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """What a model says of labelled pictures.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n, labels)
    truth : ndarray of int64, shape (n,)
        Indices into ``labels``; beyond them, into the names of ``groups``.
    patients, files : ndarray of str, shape (n,)
    labels : tuple of str
    groups : dict of str to tuple of str
    positive : str
        The label or group that is looked for.
    threshold : float
        Of its probability.
    """

    probabilities: Floats
    truth: Labels
    patients: npt.NDArray[np.str_]
    files: npt.NDArray[np.str_]
    labels: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    positive: str
    threshold: float

    @property
    def score(self) -> Floats:
        """The probability of what is looked for, shape (n,)."""
        return np.asarray(self.probabilities[:, self._members].sum(1))

    @property
    def is_positive(self) -> npt.NDArray[np.bool_]:
        """Whether it is there, shape (n,)."""
        names = [*self.groups]
        members = {*self._members}
        of_name = [
            i in members if i < len(self.labels) else self._within(names[i - len(self.labels)])
            for i in range(len(self.labels) + len(names))
        ]
        return np.array(of_name)[self.truth]

    @property
    def detailed(self) -> bool:
        """Whether every picture's label is known, not only its group."""
        return bool((self.truth < len(self.labels)).all())

    @property
    def predicted(self) -> Labels:
        """The label decided on: first whether what is looked for is there, then the likeliest."""
        inside = np.zeros(len(self.labels), dtype=bool)
        inside[self._members] = True
        allowed = np.where((self.score >= self.threshold)[:, None], inside, ~inside)
        return np.asarray(np.where(allowed, self.probabilities, -1.0).argmax(1))

    @property
    def _members(self) -> list[int]:
        return members_of(self.positive, self.labels, self.groups)

    def _within(self, group: str) -> bool:
        return set(self.groups[group]) <= {self.labels[i] for i in self._members}


def evaluate(package_dir: Path, data: Path) -> Evaluation:
    """Measure a package on labelled pictures; those it was fitted to are left out.

    Parameters
    ----------
    package_dir : Path
    data : Path
        As ``samples.open_source`` reads it. Classes are matched without regard to case; a class may
        be a group of the model's labels (``PNEUMONIA``).

    Raises
    ------
    PackageError
        The package is not valid.
    DataError
        There is nothing to measure on.
    """
    package = load(package_dir)
    answers = answer(package, fresh_prints(package, data), torch.device("cpu"))
    return Evaluation(package.spec.id, data.name, len(answers.truth), measure(answers))


def fresh_prints(package: Package, data: Path) -> Prints:
    """The pictures of ``data`` that the model knows the classes of and was not fitted to."""
    settings = parameters_of(package)
    names = (*settings.labels, *settings.groups)
    pattern = ""
    if CONFIG in package.spec.files:
        pattern = read(package.folder / CONFIG).data.patient_pattern
    prints = load_prints(open_source(data, pattern), names, settings.preparation)
    strange = sorted({f.split("/")[-2] for f in prints.files[prints.labels < 0] if "/" in f})
    if (prints.labels < 0).all():
        raise DataError(
            f"None of the classes in {data} ({', '.join(strange)}) is one of the model's"
            f" ({', '.join(names)})."
        )
    seen = json.loads((package.folder / SEEN).read_text()) if SEEN in package.spec.files else []
    length = len(seen[0]) if seen else 0
    fresh = ~np.isin(prints.digests.astype(f"<U{length}"), seen) if seen else prints.labels >= 0
    kept = prints.select(fresh & (prints.labels >= 0))
    if not len(kept):
        raise DataError(f"The model was fitted to every picture of {data}.")
    return kept


def parameters_of(package: Package) -> Parameters:
    """The pipeline's parameters of a package."""
    return Parameters.model_validate(package.spec.pipeline_parameters())


def answer(package: Package, prints: Prints, device: torch.device) -> Answers:
    """What a package says of prepared pictures."""
    settings = parameters_of(package)
    networks = package.networks(device)
    members = [n for role, n in sorted(networks.items()) if role != FAMILIARITY]
    output = package.spec.output
    return answers_of(
        logits_in_batches(members, prints.pixels, settings, device),
        prints,
        settings,
        output.operating_points[output.default_operating_point],
    )


def answers_of(
    logits: npt.NDArray[np.float32], prints: Prints, settings: Parameters, threshold: float
) -> Answers:
    """Answers from logits, shape (n, labels)."""
    return Answers(
        probabilities(logits, settings.calibration),
        prints.labels,
        prints.patients,
        prints.files,
        settings.labels,
        settings.groups,
        settings.explained,
        threshold,
    )


def logits_in_batches(
    members: Sequence[nn.Module], pixels: Grey, settings: Parameters, device: torch.device
) -> npt.NDArray[np.float32]:
    """Logits, averaged over views and members, shape (n, labels)."""
    size = settings.batch_size
    return np.concatenate(
        [
            logits_of(members, pixels[i : i + size], settings.preparation, settings.views, device)
            for i in range(0, len(pixels), size)
        ]
    )


def measure(answers: Answers) -> dict[str, Measured]:
    """The figures of ``evaluate``, with intervals by patient.

    ``accuracy``, ``sensitivity`` and ``specificity`` are those of what is looked for, at the
    operating point; ``ece`` is of its probability. With more than two labels known,
    ``accuracy_K`` and ``auroc_macro_K`` are about all K.
    """
    found: dict[str, Measured] = {}
    truth, score = answers.is_positive, answers.score
    decided = score >= answers.threshold

    def add(name: str, figure: Callable[[Labels], float]) -> None:
        found[name] = metrics.bootstrap(figure, answers.patients)

    add("auc", lambda r: metrics.auc(truth[r], score[r]))
    add("accuracy", lambda r: float((decided[r] == truth[r]).mean()))
    add("sensitivity", lambda r: _share(decided[r], truth[r]))
    add("specificity", lambda r: _share(~decided[r], ~truth[r]))
    add("ece", lambda r: metrics.expected_calibration_error(truth[r], score[r]))
    count = len(answers.labels)
    if count > 2 and answers.detailed:
        predicted = answers.predicted
        add(f"accuracy_{count}", lambda r: float((predicted[r] == answers.truth[r]).mean()))
        add(f"auroc_macro_{count}", lambda r: _macro_auc(answers, r))
    return found


def _share(hit: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> float:
    return float(hit[among].mean()) if among.any() else float("nan")


def _macro_auc(answers: Answers, rows: Labels) -> float:
    return float(
        np.mean(
            [
                metrics.auc(answers.truth[rows] == c, answers.probabilities[rows, c])
                for c in range(len(answers.labels))
            ]
        )
    )
