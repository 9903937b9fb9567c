"""Runs models on the series in view and puts what they say into the session."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from ai.errors import AIError, CancelledError, PackageError
from ai.findings import Findings
from ai.progress import Progress
from viewer.analysis import Analysis, Job, ModelSummary, heatmap_volume
from viewer.dicom.series import Series
from viewer.session.results import Result
from viewer.session.session import Session
from viewer.ui import captions
from viewer.ui.bridge import GuiThread
from viewer.ui.run_box import ModelChoice, RunProgress
from viewer.ui.time_left import TimeLeft

_STAGES = {
    "lungs": "Finding the lungs",
    "resample": "Resampling",
    "network": "Searching",
    "merge": "Putting findings together",
    "reject": "Checking candidates",
}


@dataclass(eq=False)
class _Run:
    """The run that is going on."""

    series: Series
    model: ModelSummary
    left: TimeLeft
    job: Job | None = None


class AnalysisController(QObject):
    """One run at a time.

    Parameters
    ----------
    analysis : Analysis
    session : Session
    gui : GuiThread
        Brings the worker's calls to the GUI thread.
    """

    #: The choice, the readiness or the progress has changed.
    changed = Signal()
    #: A run has failed with this error; one that was cancelled has not.
    failed = Signal(object)
    #: A run has ended, whichever way.
    ended = Signal()

    def __init__(
        self, analysis: Analysis, session: Session, gui: GuiThread, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._analysis = analysis
        self._session = session
        self._gui = gui
        self._models: dict[str, ModelSummary] = {}
        self._broken: Mapping[str, PackageError] = {}
        self._chosen: str | None = None
        self._listed = False
        self._reasons: tuple[str, ...] = ()
        self._run: _Run | None = None
        self._progress: RunProgress | None = None
        self._device = ""
        session.active_changed.connect(self._choose_fitting)
        session.opening.activity_changed.connect(self.changed.emit)
        self.refresh()

    @property
    def choices(self) -> tuple[ModelChoice, ...]:
        """The models there are."""
        sound = (
            ModelChoice(m.id, m.title, m.version, m.intended_use) for m in self._models.values()
        )
        broken = (ModelChoice(id_, id_, error=str(error)) for id_, error in self._broken.items())
        return (*sound, *broken)

    @property
    def model(self) -> ModelSummary | None:
        """The chosen model."""
        return self._models.get(self._chosen or "")

    @property
    def is_listed(self) -> bool:
        """Whether the models have been looked for."""
        return self._listed

    @property
    def progress(self) -> RunProgress | None:
        """How far the run is; None when nothing runs."""
        return self._progress

    @property
    def device(self) -> str:
        """What the last run was computed on."""
        return self._device

    @property
    def refusal(self) -> str:
        """Why a run cannot be started now; empty when it can."""
        if self._session.active is None:
            return "Open a series first."
        if self.model is None:
            return "No model is installed." if self._listed else "The models are being listed."
        if self._progress is not None:
            return "An analysis is running."
        if self._reasons:
            return " ".join(self._reasons)
        if not self._session.is_complete:
            if self._session.opening.is_loading:
                return "The series is still loading."
            return "The series is not loaded whole. Click it in the list to load it again."
        return ""

    @property
    def no_card(self) -> str:
        """Why no model card can be shown; empty when one can."""
        return "" if self.model is not None else "No model is installed."

    def refresh(self) -> None:
        """List the models, again after one was added; the chosen one stays chosen."""
        analysis = self._analysis
        analysis.refresh()
        # Listing the models verifies their files, which takes longer than a frame.
        self._session.jobs.submit(
            lambda _: (analysis.models(), analysis.broken()),
            on_done=lambda found: self._list_models(*found),
            on_failed=self.failed.emit,
        )

    def choose(self, model_id: str) -> None:
        """Choose a model by its id."""
        self._chosen = model_id
        self._check()

    def start(self) -> None:
        """Run the chosen model on the series in view, if nothing speaks against it."""
        series, volume, model = self._session.active, self._session.display.volume, self.model
        if self.refusal or series is None or volume is None or model is None:
            return
        run = self._run = _Run(series, model, TimeLeft(time.monotonic()))
        self._progress = RunProgress("Starting")
        self.changed.emit()
        run.job = self._analysis.start(
            series,
            volume,
            model.id,
            on_progress=lambda p: self._gui.post(lambda: self._progressed(run, p)),
            on_finished=lambda f: self._gui.post(lambda: self._finished(run, f)),
            on_failed=lambda e: self._gui.post(lambda: self._failed(run, e)),
        )

    def cancel(self) -> None:
        """Give up the run."""
        if self._run is not None and self._run.job is not None:
            self._run.job.cancel()

    def close(self) -> None:
        """Give up the run and end the worker."""
        self.cancel()
        self._analysis.close()

    def _list_models(
        self, models: Sequence[ModelSummary], broken: Mapping[str, PackageError]
    ) -> None:
        self._listed = True
        self._broken = broken
        self._models = {m.id: m for m in models}
        if self._chosen not in self._models:
            self._chosen = next(iter(self._models), None)
        self._choose_fitting()

    def _choose_fitting(self) -> None:
        """Turn to a model that accepts the series in view where the chosen one does not."""
        series = self._session.active
        if series is not None and self._chosen is not None:
            ids = (self._chosen, *self._models)
            fitting = (i for i in ids if i in self._models and self._analysis.check(series, i).ok)
            self._chosen = next(fitting, self._chosen)
        self._check()

    def _check(self) -> None:
        series, model = self._session.active, self.model
        if series is not None and model is not None:
            self._reasons = self._analysis.check(series, model.id).reasons
        else:
            self._reasons = ()
        self.changed.emit()

    def _progressed(self, run: _Run, progress: Progress) -> None:
        if run is not self._run:
            return
        fraction = progress.done / progress.total if progress.total else None
        left = run.left.update(fraction or 0.0, time.monotonic())
        stage = _STAGES.get(progress.stage, progress.stage.capitalize())
        self._progress = RunProgress(stage, fraction, left)
        self.changed.emit()

    def _finished(self, run: _Run, findings: Findings) -> None:
        if run is not self._run:
            return
        self._device = f"AI on {captions.device(findings.run.device)}"
        self._session.results.put(run.series.key, _result(run.model, findings))
        self._end()

    def _failed(self, run: _Run, error: AIError) -> None:
        if run is not self._run:
            return
        self._end()
        if not isinstance(error, CancelledError):
            self.failed.emit(error)

    def _end(self) -> None:
        self._run, self._progress = None, None
        self.changed.emit()
        self.ended.emit()


def _result(model: ModelSummary, findings: Findings) -> Result:
    total = sum(findings.run.seconds.values())
    return Result(
        model=f"{model.title} {model.version}",
        label=model.labels[0] if len(model.labels) == 1 else "region",
        findings=findings.findings,
        heatmap=heatmap_volume(findings),
        meaning=findings.heatmap.meaning if findings.heatmap is not None else "",
        operating_points=model.operating_points,
        threshold=findings.run.threshold,
        lowest_threshold=model.lowest_threshold,
        reasons=findings.contract.reasons,
        provenance=_provenance(findings, total),
        classes=findings.classes,
        decides=model.decides,
        full=findings.heatmap.full if findings.heatmap is not None else 1.0,
    )


def _provenance(findings: Findings, seconds: float) -> str:
    """Of what weights, where, when and for which threshold a result is."""
    run = findings.run
    return (
        f"Weights {findings.model.sha256[:12]} · {captions.device(run.device)}, {seconds:.1f} s ·"
        f" {run.started[:16].replace('T', ' ')} · made for “{run.operating_point}”"
        f" (probability ≥ {run.threshold:g})"
    )
