"""From a table to a standardised, dense network with the same report as for pictures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import safetensors.torch
import torch
from torch.nn import functional

from ai.classification.calibration import probabilities
from ai.classification.parameters import Calibration
from ai.networks import build
from ai.packages.schema import WEIGHTS
from ai.packages.write import replace_file, write_weights
from ai.training.classification import figures, reports
from ai.training.classification.answers import Answers, measure
from ai.training.classification.eventfile import EventFile
from ai.training.classification.fitting import fit_calibration, threshold_for
from ai.training.classification.history import History
from ai.training.classification.optimisation import (
    Schedule,
    class_weights,
    epoch_length,
    epoch_order,
    optimiser,
    stops,
)
from ai.training.classification.split import Parts, divide
from ai.training.evaluation import Evaluation
from ai.training.events import Event, Listener
from ai.training.tabular.config import TableConfig
from ai.training.tabular.table import Table, TableError, as_prints, labels_of, read_table

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

MODEL = "table.json"
_ARCHITECTURE, _ROLE = "DenseClassifier", "classify"


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
    data: Path,
    out: Path,
    config: TableConfig | None = None,
    *,
    report: Callable[[str], None],
    listener: Listener = lambda event: None,
) -> tuple[TableModel, Evaluation]:
    """Train on a table; write the model and its report.

    Parameters
    ----------
    data : Path
        See ``read_table``.
    out : Path
        Receives ``table.json``, ``weights.safetensors``, ``events/`` (for TensorBoard) and
        ``report/``.
    config : TableConfig, optional
    report : callable
        Receives lines of progress.
    listener : callable
        Receives live figures.

    Returns
    -------
    TableModel
    Evaluation
        On the test part.

    Raises
    ------
    TableError, DataError
        The table cannot be learnt from.
    """
    config = config or TableConfig()
    table = read_table(data, config.label, config.patient)
    labels = labels_of(table)
    positive = config.positive or labels[-1]
    if positive not in labels:
        raise TableError(f"{data} has the classes {', '.join(labels)}; {positive!r} is looked for.")
    rows = as_prints(table, labels)
    truth = rows.labels
    parts = divide(rows, labels, config.split, config.seed)
    report(parts.describe(rows, labels))
    pictures = out / "report"
    pictures.mkdir(parents=True, exist_ok=True)
    with EventFile(out / "events") as events:
        history = History.begin(out / "history.json", events, resume=False)

        def follow(event: Event) -> None:
            history.add(event)
            listener(event)

        model = _fit(config, table, truth, labels, parts, report, follow)
    figures.draw_curves(pictures / "learning.png", history.curves)
    held_back = model.probabilities(table.features[parts.validation])[:, labels.index(positive)]
    is_there = truth[parts.validation] == labels.index(positive)
    answers = Answers(
        model.probabilities(table.features[parts.test]),
        truth[parts.test],
        table.patients[parts.test],
        rows.files[parts.test],
        labels,
        {},
        positive,
        threshold_for(held_back, is_there, config.sensitivity),
    )
    evaluation = Evaluation(out.name, data.name, len(parts.test), measure(answers))
    _write(out, config, model, answers, evaluation)
    return model, evaluation


def _fit(
    config: TableConfig,
    table: Table,
    truth: Labels,
    labels: tuple[str, ...],
    parts: Parts,
    report: Callable[[str], None],
    listener: Listener,
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
    losses = _learn(network, _tensor((table.features - mean) / sd), truth, parts, config, listener)
    report(f"{len(losses)} epochs, validation loss {min(losses):.4f}")
    model = TableModel(network.eval(), table.columns, labels, mean, sd, Calibration())
    calibration = fit_calibration(
        model.logits(table.features[parts.validation]),
        truth[parts.validation],
        np.bincount(truth[parts.train], minlength=len(labels)) / len(parts.train),
    )
    return TableModel(network, table.columns, labels, mean, sd, calibration)


def _learn(
    network: torch.nn.Module,
    x: torch.Tensor,
    truth: Labels,
    parts: Parts,
    config: TableConfig,
    listener: Listener,
) -> list[float]:
    """Train in place, keep the best weights, and return the validation losses."""
    settings, y = config.optimisation, torch.from_numpy(truth)
    learner = optimiser(settings, network.parameters())
    losses: list[float] = []
    best = network.state_dict()
    rng = np.random.default_rng(config.seed)
    classes = int(truth.max()) + 1
    length = epoch_length(truth[parts.train], classes, settings.balance)
    schedule = Schedule(settings, max(1, length // settings.batch), losses)
    weight = None
    if settings.balance == "weights":
        weight = _tensor(class_weights(truth[parts.train], classes))
    started = time.monotonic()
    while len(losses) < settings.epochs and not stops(losses, settings.patience):
        network.train()
        total, hits = 0.0, 0
        order = parts.train[epoch_order(truth[parts.train], classes, settings.balance, rng)]
        for i, batch in enumerate(np.array_split(order, schedule.steps_an_epoch)):
            for group in learner.param_groups:
                group["lr"] = schedule.rate(len(losses) * schedule.steps_an_epoch + i)
            logits = network(x[batch])
            loss = functional.cross_entropy(
                logits, y[batch], weight, label_smoothing=settings.label_smoothing
            )
            learner.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            learner.step()
            total += float(loss.detach()) * len(batch)
            hits += int((logits.detach().argmax(1) == y[batch]).sum())
        network.eval()
        with torch.inference_mode():
            logits = network(x[parts.validation])
        losses.append(float(functional.cross_entropy(logits, y[parts.validation])))
        values = {
            "train/loss": total / len(order),
            "train/accuracy": hits / len(order),
            "train/rate": group["lr"],
            "validation/loss": losses[-1],
            "validation/accuracy": float((logits.argmax(1) == y[parts.validation]).float().mean()),
        }
        pace = (time.monotonic() - started) / len(losses)
        left = pace * (settings.epochs - len(losses))
        listener(Event(0, len(losses), settings.epochs, left, values))
        if losses[-1] <= min(losses):
            best = {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(best)
    return losses


def load(folder: Path) -> TableModel:
    """A model that ``train`` wrote.

    Raises
    ------
    TableError
        The folder holds none.
    """
    try:
        stored = json.loads((folder / MODEL).read_text(encoding="utf-8"))
        network = build(
            _ARCHITECTURE,
            inputs=len(stored["columns"]),
            classes=len(stored["labels"]),
            widths=stored["widths"],
        )
        state = safetensors.torch.load_file(folder / stored["weights"])
        network.load_state_dict({k.removeprefix(f"{_ROLE}."): v for k, v in state.items()})
        return TableModel(
            network.eval(),
            tuple(stored["columns"]),
            tuple(stored["labels"]),
            np.array(stored["mean"]),
            np.array(stored["sd"]),
            Calibration.model_validate(stored["calibration"]),
        )
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise TableError(f"{folder} holds no model of a table: {error}.") from error


def _tensor(values: Floats) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _write(
    out: Path, config: TableConfig, model: TableModel, answers: Answers, evaluation: Evaluation
) -> None:
    reports.draw_answers(out / "report", answers)
    write_weights(out, {_ROLE: model.network})
    document = {
        "columns": model.columns,
        "labels": model.labels,
        "mean": model.mean.tolist(),
        "sd": model.sd.tolist(),
        "widths": config.widths,
        "calibration": model.calibration.model_dump(mode="json"),
        "positive": answers.positive,
        "threshold": answers.threshold,
        "weights": WEIGHTS,
        "evaluation": evaluation.document(),
    }
    replace_file(out / MODEL, json.dumps(document, indent=1).encode())
