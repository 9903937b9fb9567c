"""Training of one network: epochs, averaged weights, checkpoints, live figures."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ai.classification.preparation import Grey, Preparation, normalised
from ai.networks.image_classifier import ImageClassifier
from ai.networks.precision import autocast
from ai.training import checkpoints
from ai.training.classification.augment import augment
from ai.training.classification.config import Config
from ai.training.classification.optimisation import (
    Schedule,
    class_weights,
    epoch_length,
    epoch_order,
    optimiser,
    stops,
)
from ai.training.classification.samples import Prints
from ai.training.events import Event, Listener

_EVERY = 10


@dataclass
class _State:
    """What a checkpoint holds beside weights."""

    epoch: int = 0
    losses: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Trainer:
    """Trains one member.

    Parameters
    ----------
    config : Config
    preparation : Preparation
        With the training set's mean and standard deviation.
    train, validation : Prints
    classes : int
    device : torch.device
    listener : callable
        May raise ``ai.errors.CancelledError``; the last checkpoint stays.
    """

    config: Config
    preparation: Preparation
    train: Prints
    validation: Prints
    classes: int
    device: torch.device
    listener: Listener

    def fit(
        self, network: ImageClassifier, checkpoint: Path, member: int, *, resume: bool
    ) -> ImageClassifier:
        """Train ``network`` and return the best weights seen, in evaluation mode.

        Parameters
        ----------
        network : ImageClassifier
            Trained in place.
        checkpoint : Path
            Written after every epoch; read first if ``resume`` is true and it exists.
        member : int
            Decides, with the configuration's seed and the epoch, every random choice.
        resume : bool
        """
        settings = self.config.optimisation
        network.to(device=self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        for stage in network.first_stages(self.config.network.frozen_stages):
            stage.requires_grad_(False)
        rule = get_ema_multi_avg_fn(settings.averaging)  # type: ignore[no-untyped-call]
        average = AveragedModel(network, multi_avg_fn=rule, use_buffers=True)
        learner = optimiser(settings, network.parameters())
        best = checkpoint.with_suffix(".best.pt")
        state = _restore(checkpoint, network, average, learner) if resume else _State()
        length = epoch_length(self.train.labels, self.classes, settings.balance)
        steps = -(-length // settings.batch)
        schedule = Schedule(settings, steps, state.losses)
        while state.epoch < settings.epochs and not stops(state.losses, settings.patience):
            self._epoch(network, average, learner, schedule, state.epoch, member)
            kept = average.module if settings.averaging else network
            logits = predict(
                kept, self.validation.pixels, self.preparation, self.device, amp=settings.amp
            )
            loss, accuracy = _quality(logits, self.validation.labels)
            state.losses.append(loss)
            state.epoch += 1
            if loss <= min(state.losses):
                checkpoints.save(best, kept.state_dict())
            checkpoints.save(
                checkpoint,
                {
                    "epoch": state.epoch,
                    "losses": state.losses,
                    "network": network.state_dict(),
                    "average": average.state_dict(),
                    "optimiser": learner.state_dict(),
                },
            )
            values = {"validation/loss": loss, "validation/accuracy": accuracy}
            self._tell(member, state.epoch, 0.0, values)
        network.load_state_dict(torch.load(best, map_location=self.device, weights_only=True))
        return network.eval()

    def _epoch(
        self,
        network: ImageClassifier,
        average: AveragedModel,
        learner: torch.optim.Optimizer,
        schedule: Schedule,
        epoch: int,
        member: int,
    ) -> None:
        settings = self.config.optimisation
        rng = np.random.default_rng([self.config.seed, member, epoch])
        torch.manual_seed(int(rng.integers(2**31)))
        order = epoch_order(self.train.labels, self.classes, settings.balance, rng)
        weight = None
        if settings.balance == "weights":
            weight = torch.from_numpy(class_weights(self.train.labels, self.classes)).float()
            weight = weight.to(self.device)
        # Gradients of float16 would vanish unscaled; where nothing is in float16 it does nothing.
        scaler = torch.amp.GradScaler(
            self.device.type, enabled=settings.amp and self.device.type == "cuda"
        )
        network.train()
        batches = [b for b in np.array_split(order, schedule.steps_an_epoch) if len(b) > 1]
        started, total, hits, seen = time.monotonic(), 0.0, 0, 0
        for i, rows in enumerate(batches):
            for group in learner.param_groups:
                group["lr"] = schedule.rate(epoch * schedule.steps_an_epoch + i)
            pixels = augment(self.train.pixels[rows], self.config.augmentation, rng)
            image = to_input(pixels, self.preparation, self.device)
            target = torch.from_numpy(self.train.labels[rows]).to(self.device)
            with autocast(self.device, settings.amp):
                logits = network(image)
            loss = functional.cross_entropy(
                logits.float(), target, weight, label_smoothing=settings.label_smoothing
            )
            learner.zero_grad(set_to_none=True)
            scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            scaler.unscale_(learner)
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            scaler.step(learner)
            scaler.update()
            average.update_parameters(network)
            total += float(loss.detach())
            hits += int((logits.detach().argmax(1) == target).sum())
            seen += len(rows)
            if (i + 1) % _EVERY == 0 or i + 1 == len(batches):
                done = epoch + (i + 1) / len(batches)
                pace = (time.monotonic() - started) / (i + 1) * len(batches)
                values = {
                    "train/loss": total / (i + 1),
                    "train/accuracy": hits / seen,
                    "train/rate": group["lr"],
                }
                self._tell(member, done, pace * (settings.epochs - done), values)

    def _tell(self, member: int, epoch: float, left: float, values: dict[str, float]) -> None:
        epochs, members = self.config.optimisation.epochs, self.config.network.members
        self.listener(Event(member, epoch, epochs, left, values, members))


def to_input(pixels: Grey, preparation: Preparation, device: torch.device) -> torch.Tensor:
    """The network's input from prepared pixels, shape (n, channels, side, side)."""
    image = torch.from_numpy(normalised(pixels, preparation))
    return image.to(device).contiguous(memory_format=torch.channels_last)


def predict(
    network: nn.Module,
    pixels: Grey,
    preparation: Preparation,
    device: torch.device,
    *,
    amp: bool = False,
    batch: int = 32,
) -> npt.NDArray[np.float32]:
    """Logits, shape (n, classes), of prepared pictures."""
    network.eval()
    found = []
    with torch.inference_mode(), autocast(device, amp):
        for i in range(0, len(pixels), batch):
            image = to_input(pixels[i : i + batch], preparation, device)
            found.append(network(image).float().cpu().numpy())
    return np.concatenate(found)


def _quality(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> tuple[float, float]:
    loss = functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels))
    return float(loss), float((logits.argmax(1) == labels).mean())


def _restore(
    path: Path, network: nn.Module, average: nn.Module, learner: torch.optim.Optimizer
) -> _State:
    content = checkpoints.load(path)
    if content is None:
        return _State()
    network.load_state_dict(content["network"])
    average.load_state_dict(content["average"])
    learner.load_state_dict(content["optimiser"])
    return _State(int(content["epoch"]), [float(v) for v in content["losses"]])
