"""Sessions of one window: saved where the user says, opened, and brought back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from viewer.dicom.report import Severity
from viewer.dicom.series import Series
from viewer.errors import ViewerError
from viewer.session.document import SessionDocument, ViewsDocument, read_session
from viewer.session.input_hashes import InputHashes
from viewer.session.saving import describe, take_up
from viewer.session.session import Session
from viewer.ui import captions
from viewer.ui.panes import Panes
from viewer.ui.sessions.autosave import SUFFIX, Autosave, discard, write
from viewer.ui.sessions.views import describe_views, show_views
from viewer.ui.settings import Settings

_FILTER = f"Hounsfield session (*{SUFFIX})"


class Sessions(QObject):
    """What the File menu does with sessions.

    Parameters
    ----------
    session : Session
    panes : Panes
    settings : Settings
        Which remember the folder.
    folder : Path, optional
        Where sessions are saved while one works; without it none is.
    window : QWidget
        Parent of the dialogs.
    """

    #: Something is to be said: a message, what to do about it, how grave it is.
    told = Signal(str, str, Severity)
    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        panes: Panes,
        settings: Settings,
        folder: Path | None,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._panes = panes
        self._settings = settings
        self._window = window
        self._hashes = InputHashes(session.jobs)
        self._expected: dict[str, str] = {}
        self._views: ViewsDocument | None = None
        self.autosave = (
            Autosave(folder, self.describe, session.jobs, self) if folder is not None else None
        )
        if self.autosave is not None:
            self.autosave.failed.connect(self.failed)
        session.opening.scanned.connect(self._show_views)
        session.opening.failed.connect(self._forget_views)
        session.opening.loaded.connect(lambda series, _: self._hashes.make(series))
        self._hashes.ready.connect(self._compare)

    @property
    def no_last(self) -> str:
        """Why there is no last session to restore; empty where there is one."""
        there = self.autosave is not None and self.autosave.last is not None
        return "" if there else "No session has been closed yet."

    def describe(self) -> SessionDocument:
        """The session as it is now."""
        return describe(self._session, describe_views(self._panes), self._hashes)

    def ask_and_save(self) -> None:
        """Let the user choose a file, then save the session there."""
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save session", str(self._settings.export_folder), _FILTER
        )
        if name:
            path = Path(name)
            self.save(path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX))

    def save(self, path: Path) -> None:
        """Save the session to a file."""
        self._settings.export_folder = path.parent
        document = self.describe()
        self._session.jobs.submit(
            lambda _: write(document, path),
            on_done=lambda _: self.told.emit(
                f"The session is saved as {path.name}.",
                "The images stay in their files.",
                Severity.INFO,
            ),
            on_failed=self.failed.emit,
        )

    def ask_and_open(self) -> None:
        """Let the user choose a session's file, then open it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open session", str(self._settings.export_folder), _FILTER
        )
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Open a saved session in the place of what is open."""
        try:
            document = read_session(path)
        except ViewerError as error:
            self.failed.emit(error)
        except OSError as error:
            self.failed.emit(ViewerError(f"It cannot be read: {error.strerror}.", path))
        else:
            self._take_up(document)

    def open_last(self) -> None:
        """Open the session that ended last."""
        if self.autosave is not None and self.autosave.last is not None:
            self.open(self.autosave.last)

    def offer_what_crashed(self) -> QMessageBox | None:
        """Ask whether the session that a crash has left should be restored, if there is one.

        Returns
        -------
        QMessageBox or None
            The question, which is open.
        """
        left = self.autosave.left_behind() if self.autosave is not None else ()
        for path in left:
            try:
                document = read_session(path)
            except (ViewerError, OSError):
                discard(path)
                continue
            return self._ask(path, document)
        return None

    def close(self) -> None:
        """Keep the session as the last one."""
        if self.autosave is not None:
            self.autosave.close()

    def _ask(self, path: Path, document: SessionDocument) -> QMessageBox:
        when = f"{document.saved.astimezone():%Y-%m-%d %H:%M}"
        measured = captions.count(len(document.measurements), "measurement")
        box = QMessageBox(self._window)
        box.setObjectName("restore_question")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Restore the session?")
        box.setText("Hounsfield was not closed properly.")
        box.setInformativeText(
            f"The session of {when} can be restored: {len(document.series)} series, {measured}."
        )
        restore = box.addButton("Restore", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        later = box.addButton("Ask Again Later", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(restore)
        box.setEscapeButton(later)

        def decided() -> None:
            chosen = box.clickedButton()
            if chosen is restore:
                self._take_up(document)
            if chosen is not later:
                discard(path)

        box.finished.connect(decided)
        box.open()
        return box

    def _take_up(self, document: SessionDocument) -> None:
        missing = [path for path in document.paths if not path.exists()]
        self._views = document.views
        self._expected = {s.key: s.sha256 for s in document.series if s.sha256 is not None}
        take_up(self._session, document)
        if self.autosave is not None:
            self.autosave.save()
        if missing:
            names = ", ".join(str(path) for path in missing)
            self.told.emit(
                f"Not there any more: {names}.",
                "Measurements are kept, and shown when the same images are opened again.",
                Severity.WARNING,
            )

    def _show_views(self, _found: tuple[Series, ...]) -> None:
        views, self._views = self._views, None
        if views is not None:
            show_views(self._panes, views, self._session.library)

    def _forget_views(self, _error: Exception) -> None:
        self._views = None

    def _compare(self, key: str) -> None:
        """Tell of files that are others than when the session was saved."""
        expected, series = self._expected.pop(key, None), self._session.library.find(key)
        if expected is not None and series is not None and expected != self._hashes.find(key):
            self.told.emit(
                f"The files of {captions.series_title(series)} have changed since the session was "
                "saved.",
                "Check that the measurements still fit.",
                Severity.WARNING,
            )
