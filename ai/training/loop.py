"""One training loop: checkpoints, resuming, averaged weights, time left."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ai.training import checkpoints

Log = Callable[[str], None]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn.

    Parameters
    ----------
    steps : int
    learning_rate : float
        Its peak, reached after 5 % of the steps and annealed to zero along a cosine.
    weight_decay : float
    averaging : float
        Decay a step of the exponentially averaged weights, which are the ones kept.
    save_every, validate_every : int
        In steps.
    """

    steps: int
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    averaging: float = 0.998
    save_every: int = 200
    validate_every: int = 1000

    def rate(self, step: int) -> float:
        """The learning rate of a step."""
        warm = max(1, self.steps // 20)
        if step < warm:
            return self.learning_rate * (step + 1) / warm
        return (
            self.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / (self.steps - warm)))
        )


def fit(
    network: nn.Module,
    loss: Callable[[nn.Module, int], torch.Tensor],
    schedule: Schedule,
    checkpoint: Path,
    *,
    resume: bool,
    log: Log,
    validate: Callable[[nn.Module], str] | None = None,
) -> nn.Module:
    """Train a network.

    Parameters
    ----------
    network : Module
        Trained in place, in channels-last layout.
    loss : callable
        Of the network and the step's number, which is all that may seed its randomness: a resumed
        run then sees the same batches.
    schedule : Schedule
    checkpoint : Path
        Written every ``schedule.save_every`` steps; read first if ``resume`` is true and it exists.
    resume : bool
    log : callable
        Receives lines of progress.
    validate : callable, optional
        Describes the averaged network in a line.

    Returns
    -------
    Module
        A copy with averaged weights, in evaluation mode.
    """
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(
        network.parameters(), schedule.learning_rate, weight_decay=schedule.weight_decay
    )
    first = _restore(checkpoint, network, average, optimizer) if resume else 0
    if first:
        log(f"{checkpoint.stem}: resumed at step {first}")
    started, mean = time.monotonic(), math.nan
    for step in range(first, schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate(step)
        network.train()
        value = loss(network, step)
        optimizer.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        _average(average, network, min(schedule.averaging, (step + 1) / (step + 10)))
        current = float(value.detach())
        mean = current if math.isnan(mean) else 0.98 * mean + 0.02 * current
        done = step + 1
        if done % 50 == 0 or done == schedule.steps:
            pace = (time.monotonic() - started) / (done - first)
            left = pace * (schedule.steps - done)
            log(
                f"{checkpoint.stem}: step {done}/{schedule.steps}  loss {mean:.4f}  "
                f"{pace:.2f} s a step  {left / 60:.1f} min left"
            )
        if done % schedule.save_every == 0 or done == schedule.steps:
            _save(checkpoint, done, network, average, optimizer)
        if validate and (done % schedule.validate_every == 0 or done == schedule.steps):
            log(f"{checkpoint.stem}: step {done}  validation {validate(average)}")
    return average


def _average(average: nn.Module, network: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for kept, new in zip(
            average.state_dict().values(), network.state_dict().values(), strict=True
        ):
            if kept.is_floating_point():
                kept.lerp_(new, 1 - decay)
            else:
                kept.copy_(new)


def _save(
    path: Path, step: int, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    state = {
        "step": step,
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    checkpoints.save(path, state)


def _restore(
    path: Path, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer
) -> int:
    state = checkpoints.load(path)
    if state is None:
        return 0
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])
