"""Opens the training window when it is first asked for, and guards a running training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from viewer.session.jobs import Jobs
from viewer.ui.bridge import GuiThread

if TYPE_CHECKING:
    from viewer.training import Workbench
    from viewer.ui.training.window import TrainingWindow


class TrainingLauncher(QObject):
    """The way from the main window to training.

    Parameters
    ----------
    built_in, added : Path
        Folders of models.
    cache, trainings : Path
        For the generated example; for results.
    jobs : Jobs
    gui : GuiThread
    on_installed : callable
        Called when a trained model was put among the user's.
    """

    def __init__(
        self,
        built_in: Path,
        added: Path,
        cache: Path,
        trainings: Path,
        jobs: Jobs,
        gui: GuiThread,
        on_installed: Callable[[], None],
    ) -> None:
        super().__init__()
        self._models = (built_in, added)
        self._folders = (cache, trainings)
        self._jobs = jobs
        self._gui = gui
        self._on_installed = on_installed
        self._bench: Workbench | None = None
        self.window: TrainingWindow | None = None

    def open(self) -> TrainingWindow:
        """Show the window; the one there is, if any."""
        # What training needs to be imported is not needed for looking at images.
        from viewer.training import Workbench, presets
        from viewer.ui.training.setup import Setup
        from viewer.ui.training.trainer import Trainer
        from viewer.ui.training.window import TrainingWindow

        if self.window is None:
            self._bench = Workbench(*self._models)
            self.window = TrainingWindow(
                self._bench,
                Setup(self._bench, self._gui, presets(), self),
                Trainer(self._bench, self._gui, self),
                self._jobs,
                *self._folders,
                self._on_installed,
            )
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        return self.window

    def may_quit(self, parent: QWidget) -> bool:
        """Whether nothing runs, or the user lets it be stopped."""
        if self.window is None or not self.window.trainer.is_running:
            return True
        answer = QMessageBox.question(
            parent,
            "A training is running",
            "Quit and stop the training? It can be resumed from its last epoch.",
        )
        return answer is QMessageBox.StandardButton.Yes

    def close(self) -> None:
        """Stop the training and close the window."""
        if self._bench is not None:
            self._bench.close()
        if self.window is not None:
            self.window.close()
            self.window.deleteLater()
            self.window = None
