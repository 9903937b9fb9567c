"""The training itself: where its results go, how far it is, its curves and its log."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viewer.dicom.report import Severity
from viewer.errors import ViewerError
from viewer.training import Run, kind_of_document
from viewer.ui import captions, theme
from viewer.ui.banner import Banner
from viewer.ui.icons import IconName, icon
from viewer.ui.parts import label, page
from viewer.ui.training.curves import CurvesView
from viewer.ui.training.setup import Setup
from viewer.ui.training.trainer import Trainer

_STEPS = 1000
_LOG_LINES = 5000


class RunPage(QWidget):
    """Start, stop and resume, and watch.

    Parameters
    ----------
    setup : Setup
    trainer : Trainer
    folder : Path
        Holds the folders that trainings get by default.
    """

    def __init__(
        self, setup: Setup, trainer: Trainer, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._setup = setup
        self._trainer = trainer
        self._folder = folder
        self._own_out = False
        self.out = QLineEdit()
        self.start_button = QPushButton(icon(IconName.CINE, "on_accent"), "&Start Training")
        self.stop_button = QPushButton("S&top")
        self.resume_button = QPushButton("&Resume")
        self.open_button = QPushButton("Resume &Another…")
        self.banner = Banner()
        self.curves = CurvesView()
        self.log = QPlainTextEdit(readOnly=True)
        self._bar = QProgressBar()
        self._state = label()
        self._build()
        self._connect()
        self._show()

    def refusal(self) -> str:
        """Why nothing can be started now; empty when it can."""
        setup = self._setup
        if self._trainer.is_running:
            return "A training is running."
        if setup.data is None:
            return "Choose data first."
        if setup.survey_error is not None:
            return str(setup.survey_error)
        if setup.faults:
            place, message = next(iter(setup.faults.items()))
            return f"A setting is not valid: {place}: {message}"
        if setup.survey is None:
            return "The data is being looked at."
        return ""

    def start(self) -> None:
        """Begin the training that is set up."""
        setup = self._setup
        if self.refusal() or setup.data is None:
            return
        run = Run(dict(setup.document), setup.data, Path(self.out.text()).expanduser())
        if run.was_begun:
            self.banner.show_message(
                "This folder holds a training already.",
                "Resume it, or choose another folder: nothing is overwritten.",
                Severity.WARNING,
            )
            return
        self._begin(run, resume=False)

    def resume(self) -> None:
        """Go on with the training that was stopped."""
        if self._trainer.run is not None and self._trainer.can_resume:
            self._begin(self._trainer.run, resume=True)

    def resume_from(self, out: Path) -> None:
        """Go on with a training of an earlier day."""
        try:
            run = Run.read(out)
        except ViewerError as error:
            self.banner.show_error(error)
            return
        self._setup.replace(run.document)
        self._setup.choose_data(run.data)
        if not run.can_resume:
            self.banner.show_message(
                "A training on a table leaves nothing to resume, but its settings are back.",
                "Start it again: it takes seconds.",
                Severity.INFO,
            )
            return
        self.out.setText(str(out))
        self._own_out = True
        self._begin(run, resume=True)

    def _begin(self, run: Run, *, resume: bool) -> None:
        self.banner.hide()
        if not resume:
            self.log.clear()
        try:
            self._trainer.start(run, resume=resume)
        except ViewerError as error:
            self.banner.show_error(error)

    def _build(self) -> None:
        space = theme.tokens()
        frame, column = page()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        row = QHBoxLayout()
        row.setSpacing(space.space_s)
        name = label("Results &in")
        name.setBuddy(self.out)
        choose = QPushButton("&Choose…")
        choose.clicked.connect(self._choose_out)
        row.addWidget(name)
        row.addWidget(self.out, 1)
        row.addWidget(choose)
        column.addLayout(row)
        buttons = QHBoxLayout()
        buttons.setSpacing(space.space_s)
        self.start_button.setProperty("primary", True)
        for button in (self.start_button, self.stop_button, self.resume_button, self.open_button):
            buttons.addWidget(button)
        buttons.addSpacing(space.space_m)
        buttons.addWidget(self._state, 1)
        column.addLayout(buttons)
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        column.addWidget(self._bar)
        column.addWidget(self.banner)
        self.banner.hide()
        column.addWidget(self.curves, 3)
        column.addWidget(label("Log", "section"))
        self.log.setProperty("monospaced", True)
        self.log.setMaximumBlockCount(_LOG_LINES)
        self.log.setAccessibleName("Log")
        column.addWidget(self.log, 1)

    def _connect(self) -> None:
        trainer, setup = self._trainer, self._setup
        self.start_button.clicked.connect(self.start)
        self.stop_button.clicked.connect(trainer.stop)
        self.resume_button.clicked.connect(self.resume)
        self.open_button.clicked.connect(self._choose_resumed)
        self.out.textEdited.connect(self._own)
        setup.data_changed.connect(self._show)
        setup.document_changed.connect(lambda _: self._show())
        trainer.began.connect(self._show)
        trainer.said.connect(self.log.appendPlainText)
        trainer.progressed.connect(self._show_progress)
        trainer.ended.connect(self._ended)

    def _own(self) -> None:
        self._own_out = True

    def _choose_out(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "A folder for the results", self.out.text())
        if folder:
            self.out.setText(folder)
            self._own_out = True

    def _choose_resumed(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, "The folder of a training's results", str(self._folder)
        )
        if folder:
            self.resume_from(Path(folder))

    def _ended(self) -> None:
        trainer = self._trainer
        if trainer.error is not None:
            self.banner.show_error(trainer.error)
        self._own_out = False  # the next one gets a folder of its own
        self._show()

    def _show(self) -> None:
        running = self._trainer.is_running
        why = self.refusal()
        _refuse(self.start_button, why, "Train with the settings shown")
        _refuse(self.stop_button, "" if running else "Nothing is running.", "Stop; it can go on")
        _refuse(
            self.resume_button,
            "" if self._trainer.can_resume else "No training was stopped.",
            "Go on from the last epoch",
        )
        _refuse(
            self.open_button, "A training is running." if running else "", "Go on from its folder"
        )
        self.out.setEnabled(not running)
        if not (running or self._own_out):
            self.out.setText(str(self._trainer.free_folder(self._folder, self._name())))
        self._show_progress()

    def _name(self) -> str:
        if kind_of_document(self._setup.document) == "table":
            return "table"
        return str(self._setup.value("id") or "training")

    def _show_progress(self) -> None:
        trainer = self._trainer
        self.curves.show_curves(trainer.curves)
        self._bar.setValue(round(_STEPS * trainer.fraction))
        if trainer.is_running:
            parts = [trainer.stage, f"{100 * trainer.fraction:.0f} %"]
            if trainer.seconds_left and trainer.fraction < 1:
                parts.append(f"about {captions.seconds(trainer.seconds_left)} left")
            text = " · ".join(parts)
        elif trainer.was_stopped:
            text = "Stopped. The epochs done are kept."
        elif trainer.outcome is not None:
            text = "Finished."
        else:
            text = self.refusal()
        self._state.setText(text)


def _refuse(button: QPushButton, why: str, tip: str) -> None:
    button.setEnabled(not why)
    button.setToolTip(why or tip)
