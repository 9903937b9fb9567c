"""The model card: what the model is, what it was trained on, how it does, where it fails."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ai.training.classification.config import Config
from ai.training.classification.curves import report
from ai.training.classification.training import Material
from ai.training.classification.verdict import Verdict
from ai.training.metrics import Measured

_DISCLAIMER = "Research use only. Not for diagnosis. Not a medical device."


def card(config: Config, material: Material, verdict: Verdict) -> str:
    """The card, Markdown."""
    sections = [
        f"# {config.card.title}\n\n{_DISCLAIMER}",
        f"## Intended use\n\n{config.card.intended_use}",
        "## Limits\n\n" + "\n".join(f"- {limit}" for limit in config.card.limits),
        _data(config, material),
        _method(config, material, verdict),
        _figures(verdict),
        *(f"## {heading}\n\n{text.strip()}" for heading, text in config.card.sections.items()),
        _licences(config),
    ]
    return "\n\n".join(sections) + "\n"


def _data(config: Config, material: Material) -> str:
    sources = "\n".join(f"- {s.name}: {s.license}. {s.citation}".rstrip() for s in config.card.data)
    return (
        f"## Data\n\n{sources}\n\nSplit by patient with seed {config.seed}, stratified by class;"
        f" pictures of the same content count as one patient's ({material.parts.duplicates}"
        " duplicates found). "
        f"{material.parts.describe(material.prints, material.labels)}."
    )


def _method(config: Config, material: Material, verdict: Verdict) -> str:
    p, c = material.preparation, verdict.parameters.calibration
    network, learning = config.network, config.optimisation
    start = "ImageNet weights" if network.pretrained else "random weights"
    return (
        f"## Method\n\n{network.members} × {network.architecture} on {p.side} × {p.side} pixels"
        f" from {start}, {network.frozen_stages} first stages frozen; {learning.epochs} epochs of"
        f" {learning.optimiser}; views {', '.join(f'{v:g}' for v in config.use.views)}. Input"
        f" normalised by the training pictures' mean {p.mean[0]:.4f} and standard deviation"
        f" {p.sd[0]:.4f}.\n\n"
        "Temperature, biases and operating point were fitted on validation patients, as they are"
        " and under the shifts below, weighted to the prior expected in use"
        f" ({_prior(config) or 'that of the training set'}): temperature {c.temperature:.3f},"
        f"{_decision(config, verdict)}"
        f" threshold {verdict.threshold:g} of the probability of {verdict.parameters.explained},"
        f" chosen for a sensitivity of {config.use.sensitivity:g}.\n\n"
        f"Pictures at a distance of {verdict.parameters.familiar_below or 0:g} or more from the"
        " training set's in the features of the first network, or of"
        f" {verdict.parameters.layout_below or 0:g} or more in a copy of 28 × 28 pixels, are"
        f" flagged as unfamiliar: {verdict.unfamiliar:.1%} of the test pictures.\n\n"
        "All settings are in `config.toml`; train again with"
        " `python main.py train config.toml --data DATA`."
    )


def _decision(config: Config, verdict: Verdict) -> str:
    c = verdict.parameters.calibration
    if not c.looked_for:
        return ""
    return (
        f" slope {c.slope:.3f} and intercept {c.intercept:.3f} of the log-odds of"
        f" {verdict.parameters.explained}{_harder(config)},"
    )


def _harder(config: Config) -> str:
    if not config.use.specificities:
        return ""
    falls = ", ".join(f"{s:g}" for s in config.use.specificities)
    return (
        f" (for validation as it is and for negatives made harder until the specificity is {falls})"
    )


def _prior(config: Config) -> str:
    return ", ".join(f"{label} {share:.1%}" for label, share in config.use.prior.items())


def _figures(verdict: Verdict) -> str:
    answers = verdict.answers
    first = next(iter(verdict.metrics.values()))
    patients = next(iter(first.values())).n
    lines = [
        f"## Figures\n\nOn {len(answers.truth)} pictures of {patients} test patients, looked at"
        " once; 95 % intervals from resampling patients. The operating point decides first, then"
        " the likeliest class.\n",
        *_table(verdict.metrics),
    ]
    if answers.detailed:
        lines += ["", report(answers.truth, answers.predicted, answers.labels)]
    return "\n".join(lines)


def _table(metrics: dict[str, dict[str, Measured]]) -> Iterator[str]:
    names = list(next(iter(metrics.values())))
    yield "| pictures | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for shift, found in metrics.items():
        yield f"| {shift} | " + " | ".join(_cell(m) for m in found.values()) + " |"


def _cell(figure: Measured) -> str:
    if math.isnan(figure.value):
        return "–"
    return f"{figure.value:.3f} ({figure.ci95[0]:.3f}–{figure.ci95[1]:.3f})"


def _licences(config: Config) -> str:
    citations = "\n".join(f"- {line}" for line in config.card.citations)
    return (
        f"## Licence and citations\n\nThe weights are under {config.card.license}.\n\n{citations}"
    )
