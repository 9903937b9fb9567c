"""Measuring a classifier's package on pictures that it was not trained on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.classification.familiarity import classifiers_of
from ai.classification.parameters import Parameters
from ai.classification.preparation import Grey
from ai.classification.views import logits_of
from ai.packages.package import Package, load
from ai.training.classification import reports
from ai.training.classification.answers import Answers, answers_of, measure
from ai.training.classification.config import read
from ai.training.classification.samples import DataError, Prints, open_source
from ai.training.classification.samples import load as load_prints
from ai.training.evaluation import Evaluation

#: Files of a package: how it was trained, and the sha256 of the pictures it was fitted to.
CONFIG, SEEN = "config.toml", "seen.json"


def evaluate(
    package_dir: Path, data: Path, *, report: Callable[[str], None] = lambda line: None
) -> Evaluation:
    """Measure a package on labelled pictures; those it was fitted to are left out.

    Parameters
    ----------
    package_dir : Path
    data : Path
        As ``samples.open_source`` reads it. Classes are matched without regard to case; a class may
        be a group of the model's labels (``PNEUMONIA``).
    report : callable
        Receives lines on what is left out, and why.

    Raises
    ------
    PackageError
        The package is not valid.
    DataError
        There is nothing to measure on.
    """
    package = load(package_dir)
    prints = fresh_prints(package, data, report=report)
    answers = answer(package, prints, torch.device("cpu"))
    return Evaluation(
        package.spec.id,
        data.name,
        len(answers.truth),
        measure(answers),
        reports.drawings(answers, prints),
    )


def fresh_prints(
    package: Package, data: Path, *, report: Callable[[str], None] = lambda line: None
) -> Prints:
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
    if strange:
        report(f"left out: {(prints.labels < 0).sum()} of other classes ({', '.join(strange)})")
    for line in prints.skipped:
        report(f"left out: {line}")
    fresh = ~was_seen(package, prints.digests)
    if not fresh.all():
        report(f"left out: {(~fresh).sum()} that the model was fitted to")
    kept = prints.select(fresh & (prints.labels >= 0))
    if not len(kept):
        raise DataError(f"The model was fitted to every picture of {data}.")
    return kept


def was_seen(package: Package, digests: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Whether a package was fitted to pictures, shape (n,), by their sha256."""
    seen = json.loads((package.folder / SEEN).read_text()) if SEEN in package.spec.files else []
    if not seen:
        return np.zeros(len(digests), dtype=bool)
    return np.asarray(np.isin(digests.astype(f"<U{len(seen[0])}"), seen))


def parameters_of(package: Package) -> Parameters:
    """The pipeline's parameters of a package."""
    return Parameters.model_validate(package.spec.pipeline_parameters())


def answer(package: Package, prints: Prints, device: torch.device) -> Answers:
    """What a package says of prepared pictures."""
    settings = parameters_of(package)
    networks = package.networks(device)
    output = package.spec.output
    return answers_of(
        logits_in_batches(classifiers_of(networks), prints.pixels, settings, device),
        prints,
        settings,
        output.operating_points[output.default_operating_point],
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
