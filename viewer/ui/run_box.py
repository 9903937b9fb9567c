"""Which model, whether it may run, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.ui import captions, theme
from viewer.ui.elided_label import ElidedLabel
from viewer.ui.icons import IconName, icon
from viewer.ui.language import Texts, tr


@dataclass(frozen=True)
class ModelChoice:
    """A model to choose: what the list says of it, or what is wrong with its package."""

    id: str
    title: str
    version: str = ""
    intended_use: str = ""
    error: str = ""


@dataclass(frozen=True)
class RunProgress:
    """How far a run is; ``fraction`` and ``seconds_left`` are None while unknown."""

    stage: str
    fraction: float | None = None
    seconds_left: float | None = None

    @property
    def text(self) -> str:
        """In words."""
        parts = [tr(self.stage)]
        if self.fraction is not None:
            parts.append(f"{100 * self.fraction:.0f} %")
        if self.seconds_left is not None:
            parts.append(tr("about {time} left", time=captions.seconds(self.seconds_left)))
        return " · ".join(parts)


class RunBox(QWidget):
    """The model, the button, and what it is doing.

    Parameters
    ----------
    analyze, cancel : QAction
        A disabled ``analyze`` says why in its tooltip, which is shown below the button.
    """

    model_chosen = Signal(str)
    card_requested = Signal()

    def __init__(self, analyze: QAction, cancel: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_box")
        self._analyze_action = analyze
        self._models: tuple[ModelChoice, ...] = ()
        self._offered: tuple[tuple[ModelChoice, ...], str | None] | None = None
        self._choice = QComboBox()
        self._entries = QStandardItemModel(self._choice)
        self._card = QToolButton()
        self._about = QLabel()
        self._texts = Texts()
        self._analyze = QPushButton()
        self._cancel = QPushButton()
        self._why = QLabel()
        self._progress = QProgressBar()
        self._stage = ElidedLabel()
        self._build()
        self._analyze.clicked.connect(analyze.trigger)
        self._cancel.clicked.connect(cancel.trigger)
        self._card.clicked.connect(self.card_requested)
        self._choice.activated.connect(lambda row: self.model_chosen.emit(self._models[row].id))
        analyze.changed.connect(self._show_readiness)
        self.show_idle()
        self._show_readiness()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
        super().changeEvent(event)

    @property
    def analyze_button(self) -> QPushButton:
        """The button that starts a run."""
        return self._analyze

    @property
    def cancel_button(self) -> QPushButton:
        """The button that ends a run."""
        return self._cancel

    @property
    def entries(self) -> QStandardItemModel:
        """What the list of models offers."""
        return self._entries

    @property
    def why(self) -> str:
        """Why the button is disabled; empty when it is not."""
        return self._why.text()

    def set_models(self, models: Sequence[ModelChoice], chosen: str | None) -> None:
        """Offer models; the list is left alone where nothing has changed."""
        if (tuple(models), chosen) == self._offered:
            return
        self._offered = (tuple(models), chosen)
        self._models = tuple(models)
        entries = self._entries = QStandardItemModel(self._choice)
        for model in models:
            entry = QStandardItem(f"{model.title}  {model.version or tr('(broken)')}")
            entry.setToolTip(model.error or model.intended_use)
            entry.setEnabled(not model.error)
            entries.appendRow(entry)
        self._choice.setModel(entries)
        ids = [m.id for m in models]
        self._choice.setCurrentIndex(ids.index(chosen) if chosen in ids else -1)
        self._choice.setEnabled(bool(models))
        self._choice.setPlaceholderText(tr("No models are installed"))
        self._card.setEnabled(chosen in ids)
        about = models[ids.index(chosen)].intended_use if chosen in ids else ""
        self._about.setText(about)
        self._about.setVisible(bool(about))

    def show_progress(self, progress: RunProgress) -> None:
        """Show how far the run is."""
        self._analyze.hide()
        self._choice.setEnabled(False)
        for widget in (self._cancel, self._progress, self._stage):
            widget.show()
        if progress.fraction is None:
            self._progress.setRange(0, 0)
        else:
            self._progress.setRange(0, 1000)
            self._progress.setValue(round(1000 * progress.fraction))
        self._stage.setText(progress.text)
        self._why.hide()

    def show_idle(self) -> None:
        """Nothing is running."""
        self._analyze.show()
        self._choice.setEnabled(bool(self._models))
        for widget in (self._cancel, self._progress, self._stage):
            widget.hide()
        self._show_readiness()

    def _build(self) -> None:
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space.space_s)
        for set_text, text in (
            (self._choice.setAccessibleName, "Model"),
            (self._analyze.setText, "Analyze"),
            (self._cancel.setText, "Cancel"),
            (self._card.setToolTip, "Show the model card: training data, figures, limits"),
            (self._card.setAccessibleName, "Model card"),
        ):
            self._texts.say(set_text, text)
        self._choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._card.setIcon(icon(IconName.INFO))
        top = QHBoxLayout()
        top.setSpacing(space.space_xs)
        top.addWidget(self._choice, 1)
        top.addWidget(self._card)
        column.addLayout(top)
        self._about.setWordWrap(True)
        self._about.setProperty("role", "caption")
        column.addWidget(self._about)
        self._analyze.setIcon(icon(IconName.ANALYZE, "on_accent"))
        self._analyze.setProperty("primary", True)
        self._analyze.setObjectName("analyze_button")
        self._cancel.setObjectName("cancel_button")
        column.addWidget(self._analyze)
        column.addWidget(self._cancel)
        self._progress.setTextVisible(False)
        column.addWidget(self._progress)
        self._stage.setProperty("role", "caption")
        column.addWidget(self._stage)
        self._why.setWordWrap(True)
        self._why.setProperty("role", "caption")
        self._why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._why)
        column.addStretch(1)

    def _show_readiness(self) -> None:
        action = self._analyze_action
        self._analyze.setEnabled(action.isEnabled())
        self._analyze.setToolTip(action.toolTip())
        why = "" if action.isEnabled() else action.toolTip()
        self._why.setText(why)
        self._why.setVisible(bool(why) and self._analyze.isVisibleTo(self))
