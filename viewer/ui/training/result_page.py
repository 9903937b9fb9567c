"""What a training ended with: figures, pictures, the card; and the model put to use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QPixmap, QResizeEvent, QTextTable
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from viewer.dicom.report import Severity
from viewer.training import Outcome
from viewer.ui import theme
from viewer.ui.banner import Banner
from viewer.ui.icons import IconName, icon
from viewer.ui.parts import label, page
from viewer.ui.training.trainer import Trainer

_PICTURES = {
    "learning.png": "Learning",
    "confusion.png": "Confusion",
    "roc.png": "ROC",
    "precision_recall.png": "Precision–recall",
    "reliability.png": "Reliability",
    "mistakes.png": "Worst mistakes",
    "features.png": "Feature maps",
    "augmentation.png": "Augmentation",
}
_NAMES = {
    "auc": "Area under the ROC curve",
    "accuracy": "Accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ece": "Expected calibration error",
}
_MEANING = (
    "Measured once on the test part: patients that were neither learnt from nor used to choose the"
    " weights, the calibration or the threshold. Another hospital may give other figures."
)
_FEW_PATIENTS = 50
_FEW = (
    "**There are only {} test patients.** Intervals from so few are rough, and too narrow where a"
    " figure is near 1."
)


class ResultPage(QWidget):
    """The outcome of the last training.

    Parameters
    ----------
    trainer : Trainer
    use : callable
        Puts a package among the user's models; says by which id, or why not by raising.
    """

    def __init__(
        self, trainer: Trainer, use: Callable[[Path], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._trainer = trainer
        self._use = use
        self.banner = Banner()
        self.tabs = QTabWidget()
        self._empty = label("There is no result yet. Train a model first.", "muted")
        self.use_button = QPushButton(icon(IconName.MODEL, "on_accent"), "&Use This Model")
        self.open_button = QPushButton(icon(IconName.OPEN), "&Open Folder")
        self._build()
        trainer.ended.connect(self._show)
        self._show()

    def _build(self) -> None:
        space = theme.tokens()
        frame, column = page()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        column.addWidget(self.banner)
        self.banner.hide()
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(True)
        column.addWidget(self._empty, 1, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.tabs, 1)
        row = QHBoxLayout()
        row.setSpacing(space.space_s)
        self.use_button.setProperty("primary", True)
        self.use_button.clicked.connect(self._use_model)
        self.open_button.clicked.connect(self._open_folder)
        row.addWidget(self.use_button)
        row.addWidget(self.open_button)
        row.addStretch(1)
        column.addLayout(row)

    def _show(self) -> None:
        outcome = self._trainer.outcome
        self._empty.setVisible(outcome is None)
        self.tabs.setVisible(outcome is not None)
        self.tabs.clear()
        self.banner.hide()
        if outcome is None:
            why = "Train a model first."
        else:
            why = "" if outcome.package else "A model of a table runs on rows, not on images."
            self._show_outcome(outcome)
        self.use_button.setEnabled(not why)
        self.use_button.setToolTip(why or "Put it in the list of models of the main window")
        self.open_button.setEnabled(outcome is not None)
        self.open_button.setToolTip("Train a model first." if outcome is None else "")

    def _show_outcome(self, outcome: Outcome) -> None:
        self.tabs.addTab(_text(_figures(outcome)), "Figures")
        for file, title in _PICTURES.items():
            path = outcome.out / "report" / file
            if path.is_file():
                self.tabs.addTab(_Picture(path), title)
        if outcome.card:
            self.tabs.addTab(_text(outcome.card), "Model card")

    def _use_model(self) -> None:
        outcome = self._trainer.outcome
        if outcome is None or outcome.package is None:
            return
        try:
            self._use(outcome.package)
        except Exception as error:
            self.banner.show_error(error)

    def show_installed(self, model_id: str) -> None:
        """Say that the model can be chosen."""
        self.banner.show_message(
            f"{model_id} is in the list of models.",
            "Open an image of the kind it was trained on, choose it, and press Analyze.",
            Severity.INFO,
        )

    def _open_folder(self) -> None:
        if self._trainer.outcome is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._trainer.outcome.out)))


class _Picture(QWidget):
    """A picture of the report, no larger than it is and as large as there is room."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._pixmap = QPixmap(str(path))
        self._label = QLabel()
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setMinimumSize(1, 1)
        column = QVBoxLayout(self)
        column.addWidget(self._label)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the picture into the room."""
        super().resizeEvent(event)
        box = self.contentsRect().size() - QSize(24, 24)
        self._label.setPixmap(
            self._pixmap.scaled(
                box.boundedTo(self._pixmap.size()),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )


def _text(markdown: str) -> QTextBrowser:
    text = QTextBrowser()
    text.setMarkdown(markdown)
    text.document().setDocumentMargin(theme.tokens().space_l)
    for table in text.document().rootFrame().childFrames():
        if isinstance(table, QTextTable):
            shape = table.format()
            shape.setCellPadding(theme.tokens().space_xs)
            shape.setBorderCollapse(True)
            shape.setBorderBrush(QColor(theme.tokens().border))
            table.setFormat(shape)
    return text


def _figures(outcome: Outcome) -> str:
    few = min((m.n for m in outcome.figures.values()), default=0)
    lines = ["### On the test part", "", _MEANING, ""]
    if few < _FEW_PATIENTS:
        lines += [_FEW.format(few), ""]
    lines += ["| Figure | Value | 95 % interval | Patients |", "|---|---|---|---|"]
    for name, found in outcome.figures.items():
        low, high = found.ci95
        title = _NAMES.get(name, name.replace("_", " "))
        lines.append(f"| {title} | {found.value:.3f} | {low:.3f} to {high:.3f} | {found.n} |")
    report = outcome.out / "report" / "classification.md"
    if report.is_file():
        lines += [
            "",
            "### By class, at the operating point",
            "",
            report.read_text(encoding="utf-8"),
        ]
    return "\n".join(lines)
