"""The training that runs: started, followed, stopped; its curves and its outcome."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ai.errors import AIError, CancelledError
from viewer.training import Event, Order, Outcome, Run, Workbench
from viewer.ui.bridge import GuiThread
from viewer.ui.time_left import TimeLeft

#: ``(epoch, value)`` by ``"train/loss"`` and the like; epochs count on over the networks.
Curves = dict[str, list[tuple[float, float]]]


@dataclass(eq=False)
class _Progress:
    """How far a training is; a resumed one does not begin at 0."""

    left: TimeLeft
    first: float | None = None
    fraction: float = 0.0
    seconds: float | None = None

    def take(self, event: Event) -> None:
        self.fraction = (event.member + event.epoch / event.epochs) / event.members
        if self.first is None:
            self.first = self.fraction
        done = (self.fraction - self.first) / max(1 - self.first, 1e-9)
        self.seconds = self.left.update(done, time.monotonic())


@dataclass(eq=False)
class _State:
    run: Run
    order: Order | None = None
    curves: Curves = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    progress: _Progress = field(default_factory=lambda: _Progress(TimeLeft(time.monotonic())))


class Trainer(QObject):
    """One training at a time; it goes on when the window is closed.

    Parameters
    ----------
    bench : Workbench
    gui : GuiThread
    """

    #: A training has begun.
    began = Signal()
    #: A line of its log.
    said = Signal(str)
    #: The curves or the progress have changed.
    progressed = Signal()
    #: It has ended: with an outcome, with an error, or stopped.
    ended = Signal()

    def __init__(self, bench: Workbench, gui: GuiThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._gui = gui
        self._state: _State | None = None
        self.outcome: Outcome | None = None
        self.error: Exception | None = None
        self.was_stopped = False

    @property
    def is_running(self) -> bool:
        """Whether a training is going on."""
        return self._state is not None and self._state.order is not None

    @property
    def run(self) -> Run | None:
        """The training that runs, or ran last."""
        return self._state.run if self._state is not None else None

    @property
    def curves(self) -> Curves:
        """Its live figures."""
        return self._state.curves if self._state is not None else {}

    @property
    def fraction(self) -> float:
        """Share of its epochs that is done."""
        return self._state.progress.fraction if self._state is not None else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Until the last epoch; None while unknown."""
        return self._state.progress.seconds if self._state is not None else None

    @property
    def stage(self) -> str:
        """What it is doing."""
        if self._state is None or not self._state.curves:
            return "Reading the data"
        return "Calibrating and testing" if self.fraction >= 1 else "Training"

    @property
    def can_resume(self) -> bool:
        """Whether the last training was broken off and can go on."""
        run = self.run
        broken_off = self.was_stopped or self.error is not None
        return run is not None and not self.is_running and broken_off and run.can_resume

    def start(self, run: Run, *, resume: bool = False) -> None:
        """Train; curves of a resumed training go on where they were.

        Raises
        ------
        ViewerError
            The folder for the results cannot be written to.
        """
        run.write()
        known = self._state
        state = self._state = _State(run)
        if resume and known is not None and known.run.out == run.out:
            state.curves = known.curves
        self.outcome, self.error, self.was_stopped = None, None, False
        post = self._gui.post
        state.order = self._bench.start(
            run,
            resume=resume,
            on_told=lambda told: post(lambda: self._told(state, told)),
            on_done=lambda outcome: post(lambda: self._done(state, outcome)),
            on_failed=lambda error: post(lambda: self._failed(state, error)),
        )
        self.began.emit()

    def stop(self) -> None:
        """Break off; the last checkpoint stays."""
        if self._state is not None and self._state.order is not None:
            self._bench.cancel(self._state.order)

    def free_folder(self, parent: Path, name: str) -> Path:
        """A folder that holds no training yet: ``name``, ``name-2`` …"""
        folder, number = parent / name, 1
        while folder.exists():
            number += 1
            folder = parent / f"{name}-{number}"
        return folder

    def _told(self, state: _State, told: str | Event) -> None:
        if isinstance(told, str):
            state.lines.append(told)
            self.said.emit(told)
            return
        state.progress.take(told)
        epoch = told.member * told.epochs + told.epoch
        for name, value in told.values.items():
            curve = state.curves.setdefault(name, [])
            while curve and curve[-1][0] >= epoch:  # a resumed epoch replaces what was broken off
                curve.pop()
            curve.append((epoch, value))
        self.progressed.emit()

    def _done(self, state: _State, outcome: Outcome) -> None:
        state.order = None
        self.outcome = outcome
        self.ended.emit()

    def _failed(self, state: _State, error: AIError) -> None:
        state.order = None
        self.was_stopped = isinstance(error, CancelledError)
        self.error = None if self.was_stopped else error
        self.ended.emit()
