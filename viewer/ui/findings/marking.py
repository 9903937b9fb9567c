"""The reader's word on the selected finding, each with undo."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QWidget

from viewer.session.marks import Finding, Mark
from viewer.session.session import Session
from viewer.ui.findings.box_dialog import BoxDialog


class FindingMarks(QObject):
    """Marks the selected finding.

    Parameters
    ----------
    session : Session
    parent : QWidget
        Of the dialogs.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._parent = parent

    @property
    def refusal(self) -> str:
        """Why nothing can be marked; empty when something can."""
        results = self._session.results
        if results.result is None:
            return "Analyze the series first."
        return "" if results.selected is not None else "Select a finding first."

    @property
    def accepted(self) -> bool:
        """Whether the selected finding is accepted."""
        finding = self._session.results.selected
        return finding is not None and self._mark(finding).accepted

    def accept(self) -> None:
        """Accept the selected finding, or take that back."""
        finding = self._session.results.selected
        if finding is not None:
            mark = self._mark(finding)
            what = "Take back accepting" if mark.accepted else "Accept"
            self._put(finding, replace(mark, accepted=not mark.accepted), what)

    def comment(self) -> None:
        """Ask for a comment on the selected finding."""
        finding = self._session.results.selected
        if finding is None:
            return
        dialog = QInputDialog(self._parent)
        dialog.setWindowTitle("Comment")
        dialog.setLabelText(f"Comment on finding {finding.id}:")
        dialog.setTextValue(self._mark(finding).comment)
        dialog.textValueSelected.connect(lambda text: self._comment(finding, text))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def redraw(self) -> None:
        """Let the box of the selected finding be changed, shown in the views meanwhile."""
        finding = self._session.results.selected
        if finding is None:
            return
        results, before = self._session.results, self._mark(finding)
        dialog = BoxDialog(finding, self._parent)

        def redrawn() -> Mark:
            return replace(before, box_lps_mm=dialog.box)

        def end(accepted: int) -> None:
            after = redrawn()
            results.preview(finding, before)
            if accepted and dialog.is_changed:
                self._put(finding, after, "Redraw")
            dialog.deleteLater()

        dialog.changed.connect(lambda: results.preview(finding, redrawn()))
        dialog.finished.connect(end)
        dialog.open()

    def _comment(self, finding: Finding, text: str) -> None:
        mark = self._mark(finding)
        if text.strip() != mark.comment:
            self._put(finding, replace(mark, comment=text.strip()), "Comment on")

    def _mark(self, finding: Finding) -> Mark:
        return self._session.results.review.mark(finding.id)

    def _put(self, finding: Finding, mark: Mark, what: str) -> None:
        self._session.history.run(self._session.results.marking(finding, mark, what))
