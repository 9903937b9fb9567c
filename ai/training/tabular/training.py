"""From a table to a standardised, dense network with the same report as for pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch.nn import functional

from ai.classification.calibration import probabilities
from ai.classification.parameters import Calibration
from ai.networks import build
from ai.packages.schema import WEIGHTS
from ai.packages.write import replace_file, write_weights
from ai.training.classification import reports
from ai.training.classification.config import Optimisation, Split
from ai.training.classification.evaluation import Answers, measure
from ai.training.classification.fitting import fit_calibration, threshold_for
from ai.training.classification.optimisation import Schedule, epoch_order, optimiser, stops
from ai.training.classification.samples import Prints
from ai.training.classification.split import Parts, split
from ai.training.evaluation import Evaluation
from ai.training.tabular.table import Table, TableError, read_table

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

MODEL = "table.json"
_ARCHITECTURE, _ROLE = "DenseClassifier", "classify"


class TableConfig(BaseModel):
    """The configuration of a training on a table.

    Parameters
    ----------
    label, patient : str
        Columns; the last one, and none, if empty.
    positive : str
        The class that is looked for; the last in alphabetical order if empty.
    seed : int
    widths : tuple of int
        Of the dense layers.
    dropout : float
    sensitivity : float
        Of the operating point, on validation rows.
    split : Split
    optimisation : Optimisation
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str = ""
    patient: str = ""
    positive: str = ""
    seed: int = 0
    widths: tuple[int, ...] = (64, 32)
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    sensitivity: Annotated[float, Field(ge=0, le=1)] = 0.9
    split: Split = Split()
    optimisation: Optimisation = Optimisation(epochs=100, batch=16, rate=2e-3, patience=20)


@dataclass(frozen=True)
class TableModel:
    """A trained model of tables.

    Parameters
    ----------
    network : Module
    columns, labels : tuple of str
        ``labels`` in the order of the network's outputs: the encoding of the label column.
    mean, sd : ndarray of float64, shape (columns,)
        Of the training rows.
    calibration : Calibration
    """

    network: torch.nn.Module
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    mean: Floats
    sd: Floats
    calibration: Calibration

    def probabilities(self, features: Floats) -> Floats:
        """Calibrated probabilities, shape (n, labels), of rows, shape (n, columns)."""
        return probabilities(self.logits(features), self.calibration)

    def logits(self, features: Floats) -> npt.NDArray[np.float32]:
        """Logits, shape (n, labels), of rows, shape (n, columns)."""
        with torch.inference_mode():
            found = self.network.eval()(_tensor((features - self.mean) / self.sd))
        return np.asarray(found.numpy(), dtype=np.float32)


def train(
    data: Path, out: Path, config: TableConfig | None = None, *, report: Callable[[str], None]
) -> tuple[TableModel, Evaluation]:
    """Train on a table; write the model and its report.

    Parameters
    ----------
    data : Path
        See ``read_table``.
    out : Path
        Receives ``table.json``, ``weights.safetensors`` and ``report/``.
    config : TableConfig, optional
    report : callable
        Receives lines of progress.

    Returns
    -------
    TableModel
    Evaluation
        On the test part.

    Raises
    ------
    TableError
        The table cannot be learnt from.
    """
    config = config or TableConfig()
    table = read_table(data, config.label, config.patient)
    labels = tuple(sorted(set(table.labels.tolist())))
    positive = config.positive or labels[-1]
    if len(labels) < 2 or positive not in labels:
        raise TableError(f"{data} has the classes {', '.join(labels)}; {positive!r} is looked for.")
    truth = np.array([labels.index(str(label)) for label in table.labels], dtype=np.int64)
    parts = split(_rows(table, truth), config.split, config.seed)
    report(parts.describe(_rows(table, truth), labels))
    model = _fit(config, table, truth, labels, parts, report)
    held_back = model.probabilities(table.features[parts.validation])[:, labels.index(positive)]
    is_there = truth[parts.validation] == labels.index(positive)
    answers = Answers(
        model.probabilities(table.features[parts.test]),
        truth[parts.test],
        table.patients[parts.test],
        parts.test.astype(str),
        labels,
        {},
        positive,
        threshold_for(held_back, is_there, config.sensitivity),
    )
    evaluation = Evaluation(out.name, data.name, len(parts.test), measure(answers))
    _write(out, model, answers, evaluation)
    return model, evaluation


def _rows(table: Table, truth: Labels) -> Prints:
    """Rows in the form that ``split`` divides: same features, same patient."""
    digests = np.array([row.tobytes().hex() for row in table.features])
    nothing = np.zeros((len(truth), 1, 0, 0), dtype=np.uint8)
    return Prints(nothing, truth, table.patients, np.arange(len(truth)).astype(str), digests)


def _fit(
    config: TableConfig,
    table: Table,
    truth: Labels,
    labels: tuple[str, ...],
    parts: Parts,
    report: Callable[[str], None],
) -> TableModel:
    rows = table.features[parts.train]
    mean, sd = rows.mean(0), np.maximum(rows.std(0), 1e-9)
    torch.manual_seed(config.seed)
    network = build(
        _ARCHITECTURE,
        inputs=len(table.columns),
        classes=len(labels),
        widths=config.widths,
        dropout=config.dropout,
    )
    losses = _learn(network, _tensor((table.features - mean) / sd), truth, parts, config)
    report(f"{len(losses)} epochs, validation loss {min(losses):.4f}")
    model = TableModel(network.eval(), table.columns, labels, mean, sd, Calibration())
    calibration = fit_calibration(
        model.logits(table.features[parts.validation]),
        truth[parts.validation],
        np.bincount(truth[parts.train], minlength=len(labels)) / len(parts.train),
    )
    return TableModel(network, table.columns, labels, mean, sd, calibration)


def _learn(
    network: torch.nn.Module, x: torch.Tensor, truth: Labels, parts: Parts, config: TableConfig
) -> list[float]:
    """Train in place, keep the best weights, and return the validation losses."""
    settings, y = config.optimisation, torch.from_numpy(truth)
    learner = optimiser(settings, network.parameters())
    losses: list[float] = []
    best = network.state_dict()
    schedule = Schedule(settings, max(1, len(parts.train) // settings.batch), losses)
    rng = np.random.default_rng(config.seed)
    classes = int(truth.max()) + 1
    while len(losses) < settings.epochs and not stops(losses, settings.patience):
        network.train()
        order = parts.train[epoch_order(truth[parts.train], classes, settings.balance, rng)]
        for i, batch in enumerate(np.array_split(order, schedule.steps_an_epoch)):
            for group in learner.param_groups:
                group["lr"] = schedule.rate(len(losses) * schedule.steps_an_epoch + i)
            smoothing = settings.label_smoothing
            loss = functional.cross_entropy(network(x[batch]), y[batch], label_smoothing=smoothing)
            learner.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            learner.step()
        network.eval()
        with torch.inference_mode():
            held_back = functional.cross_entropy(network(x[parts.validation]), y[parts.validation])
        losses.append(float(held_back))
        if losses[-1] <= min(losses):
            best = {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(best)
    return losses


def _tensor(values: Floats) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _write(out: Path, model: TableModel, answers: Answers, evaluation: Evaluation) -> None:
    pictures = out / "report"
    pictures.mkdir(parents=True, exist_ok=True)
    reports.draw_answers(pictures, answers)
    write_weights(out, {_ROLE: model.network})
    document = {
        "columns": model.columns,
        "labels": model.labels,
        "mean": model.mean.tolist(),
        "sd": model.sd.tolist(),
        "calibration": model.calibration.model_dump(mode="json"),
        "positive": answers.positive,
        "threshold": answers.threshold,
        "weights": WEIGHTS,
        "evaluation": evaluation.document(),
    }
    replace_file(out / MODEL, json.dumps(document, indent=1).encode())
