"""The analysis side of the window: model and run, heatmap, findings."""

from __future__ import annotations

import numpy.typing as npt
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from viewer.session.session import Session
from viewer.ui import theme
from viewer.ui.actions import ActionId, Actions
from viewer.ui.analysis_controller import AnalysisController
from viewer.ui.classes_box import ClassesBox
from viewer.ui.findings_box import FindingsBox
from viewer.ui.language import Texts, tr
from viewer.ui.model_card import ModelCardDialog
from viewer.ui.overlay_box import OverlayBox
from viewer.ui.run_box import RunBox


class AnalysisPanel(QFrame):
    """Three boxes, of which the lower two appear with a result.

    Parameters
    ----------
    session : Session
    analysis : AnalysisController
    actions : Actions
    """

    def __init__(
        self,
        session: Session,
        analysis: AnalysisController,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("analysis_panel")
        self.setProperty("panel", True)
        self._session = session
        self._analysis = analysis
        self.run_box = RunBox(actions[ActionId.ANALYZE], actions[ActionId.CANCEL])
        self.overlay_box = OverlayBox(session)
        self.findings_box = FindingsBox(session)
        for name in (
            ActionId.ACCEPT_FINDING,
            ActionId.COMMENT_FINDING,
            ActionId.REDRAW_FINDING,
            ActionId.DELETE,
        ):
            self.findings_box.add_menu_action(actions[name])
        self.classes_box = ClassesBox(session)
        self._texts = Texts()
        self._classes_section = self._section("Classes", self.classes_box)
        self._overlay_section = self._section("Heatmap", self.overlay_box)
        self._findings_section = self._section("Findings", self.findings_box)
        self._about_result = QLabel()
        self._build()
        self.run_box.model_chosen.connect(analysis.choose)
        self.run_box.card_requested.connect(self.show_card)
        analysis.changed.connect(self._show_run)
        session.results.findings_changed.connect(self._show_result)
        self._show_run()
        self._show_result()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._show_result()
        super().changeEvent(event)

    def probe(self, lps: npt.ArrayLike | None) -> None:
        """Show the heatmap's value at a point of the patient."""
        self.overlay_box.probe(lps)

    def show_card(self) -> None:
        """Show the chosen model's card."""
        model = self._analysis.model
        if model is not None:
            ModelCardDialog(model.title, model.card, self).open()

    def _build(self) -> None:
        space = theme.tokens()
        inside = QFrame()
        inside.setProperty("panel", True)
        column = QVBoxLayout(inside)
        column.setContentsMargins(space.space_m, space.space_m, space.space_m, space.space_m)
        column.setSpacing(space.space_l)
        column.addWidget(self._section("Model", self.run_box))
        column.addWidget(self._classes_section)
        column.addWidget(self._findings_section, 100)
        column.addWidget(self._overlay_section)
        self._about_result.setWordWrap(True)
        self._about_result.setProperty("role", "caption")
        column.addWidget(self._about_result)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        frame = QVBoxLayout(self)
        frame.setContentsMargins(0, 0, 0, 0)
        frame.addWidget(area)

    def _show_run(self) -> None:
        analysis = self._analysis
        chosen = analysis.model
        self.run_box.set_models(analysis.choices, chosen.id if chosen is not None else None)
        if analysis.progress is not None:
            self.run_box.show_progress(analysis.progress)
        else:
            self.run_box.show_idle()

    def _show_result(self) -> None:
        result = self._session.results.result
        classified = result is not None and bool(result.classes)
        self._classes_section.setVisible(classified)
        self._findings_section.setVisible(result is not None and not classified)
        self._overlay_section.setVisible(result is not None and result.heatmap is not None)
        self._about_result.setVisible(result is not None)
        if result is not None:
            contract = [tr("Outside the model's contract: {why}", why=r) for r in result.reasons]
            self._about_result.setText("\n".join([result.model, result.provenance, *contract]))

    def _section(self, title: str, content: QWidget) -> QWidget:
        section = QWidget()
        column = QVBoxLayout(section)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.tokens().space_s)
        label = QLabel()
        self._texts.say(label.setText, title)
        label.setProperty("role", "section")
        column.addWidget(label)
        rule = QFrame()
        rule.setProperty("rule", True)
        column.addWidget(rule)
        column.addWidget(content, 1)
        return section
