"""The training window: four pages from data to result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from viewer import DISCLAIMER
from viewer.session.jobs import Jobs
from viewer.training import Workbench, example_cells
from viewer.ui import theme
from viewer.ui.icons import application_icon
from viewer.ui.parts import label
from viewer.ui.training.data_page import DataPage
from viewer.ui.training.result_page import ResultPage
from viewer.ui.training.run_page import RunPage
from viewer.ui.training.settings_page import SettingsPage
from viewer.ui.training.setup import Setup
from viewer.ui.training.trainer import Trainer

_EXAMPLE = "cells"


class TrainingWindow(QWidget):
    """Data, settings, training, result.

    Parameters
    ----------
    bench : Workbench
    setup : Setup
    trainer : Trainer
    jobs : Jobs
        Copies and draws off the GUI thread.
    cache, trainings : Path
        For the generated example; for results.
    on_installed : callable
        Called when a model was put among the user's.
    """

    def __init__(
        self,
        bench: Workbench,
        setup: Setup,
        trainer: Trainer,
        jobs: Jobs,
        cache: Path,
        trainings: Path,
        on_installed: Callable[[], None],
    ) -> None:
        super().__init__()
        self._bench = bench
        self._jobs = jobs
        self._cache = cache
        self._on_installed = on_installed
        self.setup = setup
        self.trainer = trainer
        self.tabs = QTabWidget()
        self.data_page = DataPage(setup, self.try_example)
        self.settings_page = SettingsPage(setup)
        self.run_page = RunPage(setup, trainer, trainings)
        self.result_page = ResultPage(trainer, self._use)
        self._back, self._next = QPushButton("&Back"), QPushButton("&Next")
        self._build()
        trainer.ended.connect(self._show_result)

    def try_example(self) -> None:
        """Take the generated cell pictures, with settings that fit them."""
        preset = next(p for p in self.setup.presets if p.id == _EXAMPLE)

        def take(folder: Path) -> None:
            self.setup.choose_preset(preset)
            self.setup.choose_data(folder)

        self._jobs.submit(
            lambda _: example_cells(self._cache),
            on_done=take,
            on_failed=self.data_page.banner.show_error,
        )

    def _build(self) -> None:
        self.setObjectName("training_window")
        self.setWindowTitle("Train a Model")
        self.setWindowIcon(application_icon())
        self.resize(1180, 820)
        self.tabs.setDocumentMode(True)
        for title, content in (
            ("1  Data", self.data_page),
            ("2  Settings", self.settings_page),
            ("3  Training", self.run_page),
            ("4  Result", self.result_page),
        ):
            self.tabs.addTab(content, title)
        space = theme.tokens()
        foot = QFrame()
        foot.setProperty("panel", True)
        row = QHBoxLayout(foot)
        row.setContentsMargins(space.space_l, space.space_s, space.space_l, space.space_s)
        row.addWidget(label(DISCLAIMER, "caption"))
        row.addStretch(1)
        for button, step in ((self._back, -1), (self._next, 1)):
            button.clicked.connect(lambda _=False, step=step: self._turn(step))
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs, 1)
        column.addWidget(foot)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)
        self.tabs.currentChanged.connect(lambda _: self._show_steps())
        self._show_steps()

    def _turn(self, step: int) -> None:
        self.tabs.setCurrentIndex(self.tabs.currentIndex() + step)

    def _show_steps(self) -> None:
        index = self.tabs.currentIndex()
        self._back.setEnabled(index > 0)
        self._next.setEnabled(index < self.tabs.count() - 1)

    def _show_result(self) -> None:
        if self.trainer.outcome is not None:
            self.tabs.setCurrentWidget(self.result_page)

    def _use(self, package: Path) -> None:
        model_id = package.name
        replace = self._bench.is_added(model_id)
        if replace and not self._may_replace(model_id):
            return

        def installed(model_id: str) -> None:
            self.result_page.show_installed(model_id)
            self._on_installed()

        self._jobs.submit(
            lambda _: self._bench.install(package, replace=replace),
            on_done=installed,
            on_failed=self.result_page.banner.show_error,
        )

    def _may_replace(self, model_id: str) -> bool:
        answer = QMessageBox.question(
            self,
            "Replace the model?",
            f"You have added a model {model_id} before. Replace it by this one?",
        )
        return answer is QMessageBox.StandardButton.Yes
