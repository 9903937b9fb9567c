"""The export dialog. It stays open beside the window, and the window goes on working."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
)

from viewer.dicom.report import Severity
from viewer.ui import theme
from viewer.ui.banner import Banner
from viewer.ui.export.dicom_page import DicomPage
from viewer.ui.export.exporter import Exporter, Outcome
from viewer.ui.export.page import Page
from viewer.ui.export.picture_pages import ViewPage, WindowPage
from viewer.ui.export.sweep_pages import FilmPage, SlicesPage
from viewer.ui.export.volume_page import VolumePage
from viewer.ui.icons import IconName, icon
from viewer.ui.language import Texts, tr
from viewer.ui.parts import label
from viewer.ui.settings import Settings

if TYPE_CHECKING:
    from viewer.ui.main_window import MainWindow

_PAGES: tuple[type[Page], ...] = (
    ViewPage,
    WindowPage,
    SlicesPage,
    FilmPage,
    VolumePage,
    DicomPage,
)
_KINDS_WIDTH = 216
_SIZE = QSize(760, 560)
_STEPS = 1000


class ExportDialog(QDialog):
    """What, how, where to; then progress, and what came of it.

    Parameters
    ----------
    window : MainWindow
        Whose views and series are taken out.
    settings : Settings
        Remembers the folder.
    """

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        super().__init__(window)
        self.setObjectName("export_dialog")
        self._texts = Texts()
        self._texts.say(self.setWindowTitle, "Export")
        self.exporter = Exporter(window.session.jobs, self)
        self._window = window
        self._settings = settings
        self._own_name = False
        self._replaces = False
        self._last: Path | None = None
        self.pages = [page(window) for page in _PAGES]
        self.kinds = QListWidget()
        self.folder, self.name = QLineEdit(), QLineEdit()
        self.banner = Banner()
        self.start_button = QPushButton()
        self.cancel_button = QPushButton()
        self.open_button = QPushButton(icon(IconName.OPEN), "")
        self._stack = QStackedWidget()
        self._suffix = label(role="muted")
        self._why = label(role="muted", wraps=True)
        self._bar = QProgressBar()
        self._build()
        self._connect()
        self.kinds.setCurrentRow(0)
        self.resize(_SIZE)

    @property
    def page(self) -> Page:
        """What is going to be taken out."""
        return self.pages[max(self.kinds.currentRow(), 0)]

    @property
    def target(self) -> Path:
        """The file or folder that is going to be written."""
        folder = Path(self.folder.text().strip()).expanduser()
        return folder / f"{self.name.text().strip()}{self.page.suffix}"

    def refusal(self) -> str:
        """Why nothing can be exported now; empty when it can."""
        name = self.name.text().strip()
        why = self.page.refusal()
        if why:
            return why
        if not self.folder.text().strip() or not name:
            return "Say where to: a folder and a name."
        if set(name) & set('/\\:*?"<>|') or name.startswith("."):
            return "The name holds a sign that not all systems take."
        if not self.target.parent.is_dir():
            return "There is no such folder."
        if not self.page.suffix and self.target.exists():
            return "There is such a folder already: choose another name."
        return ""

    def start(self) -> None:
        """Begin the export."""
        if self.exporter.progress is not None or self.refusal():
            return
        self.banner.hide()
        self._settings.export_folder = self.target.parent
        self.exporter.start(self.page.work(), self.target, replace=self._replaces)

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._show()
        super().changeEvent(event)

    def showEvent(self, event: object) -> None:
        """Follow what has changed meanwhile."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()

    def refresh(self) -> None:
        """Follow what is shown in the window."""
        if not self.isVisible():
            return
        for page in self.pages:
            page.refresh()
        self._show()

    # Inside

    def _build(self) -> None:
        space = theme.tokens()
        for page in self.pages:
            item = QListWidgetItem(icon(page.kind.icon), "")
            self._texts.say(item.setText, page.kind.title)
            item.setSizeHint(QSize(0, 2 * space.space_l + space.space_s))
            self.kinds.addItem(item)
            self._stack.addWidget(page)
        self.kinds.setFixedWidth(_KINDS_WIDTH)
        self._texts.say(self.kinds.setAccessibleName, "What to export")
        self.folder.setText(str(self._settings.export_folder))
        self._texts.say(self.folder.setAccessibleName, "Folder")
        self._texts.say(self.name.setAccessibleName, "Name")
        self._texts.say(self.cancel_button.setText, "&Stop")
        self._texts.say(self.open_button.setText, "Open &Folder")
        self.start_button.setProperty("primary", True)
        self.start_button.setDefault(True)
        self.open_button.hide()
        self._bar.setRange(0, _STEPS)
        right = QVBoxLayout()
        right.setContentsMargins(space.space_l, space.space_l, space.space_l, space.space_l)
        right.setSpacing(space.space_m)
        right.addWidget(self._stack, 1)
        right.addLayout(self._destination())
        right.addWidget(self.banner)
        right.addWidget(self._why)
        right.addWidget(self._bar)
        right.addLayout(self._buttons())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.kinds)
        row.addLayout(right, 1)

    def _destination(self) -> QFormLayout:
        space = theme.tokens()
        browse = QPushButton()
        self._texts.say(browse.setText, "&Browse…")
        browse.clicked.connect(self._browse)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(space.space_s)
        first.addWidget(self.folder, 1)
        first.addWidget(browse)
        second.addWidget(self.name, 1)
        second.addWidget(self._suffix)
        # As wide as the button above, so that the fields end alike.
        self._suffix.setFixedWidth(browse.sizeHint().width())
        form = QFormLayout()
        form.setHorizontalSpacing(space.space_l)
        form.setVerticalSpacing(space.space_s)
        for name, row in (("Folder", first), ("Name", second)):
            named = label()
            self._texts.say(named.setText, name)
            form.addRow(named, row)
        return form

    def _buttons(self) -> QHBoxLayout:
        close = QPushButton()
        self._texts.say(close.setText, "Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.hide)
        row = QHBoxLayout()
        row.addWidget(self.open_button)
        row.addStretch()
        row.addWidget(close)
        row.addWidget(self.cancel_button)
        row.addWidget(self.start_button)
        return row

    def _connect(self) -> None:
        self.kinds.currentRowChanged.connect(self._show_page)
        for page in self.pages:
            page.changed.connect(self._show)
        self.name.textEdited.connect(self._take_name)
        self.folder.textChanged.connect(self._show)
        self.name.textChanged.connect(self._show)
        self.start_button.clicked.connect(self.start)
        self.cancel_button.clicked.connect(self._cancel)
        self.open_button.clicked.connect(self._open_folder)
        self.exporter.changed.connect(self._show)
        self.exporter.done.connect(self._show_outcome)
        self.exporter.failed.connect(lambda error: self._banner_in_sight.show_error(error))
        session = self._window.session
        for signal in (
            session.active_changed,
            session.volume_changed,
            session.window_changed,
            session.planes_changed,
            session.slabs_changed,
            session.results.findings_changed,
            session.fusion.changed,
        ):
            signal.connect(self.refresh)
        self._window.panes.layout_changed.connect(self.refresh)

    def _show_page(self, row: int) -> None:
        self._stack.setCurrentIndex(row)
        self._own_name = self._own_name and bool(self.name.text().strip())
        self.page.refresh()
        self._show()

    def _show(self) -> None:
        if not self._own_name:
            self.name.setText(self.page.name)
        self._suffix.setText(self.page.suffix or tr("new folder"))
        progress = self.exporter.progress
        runs = progress is not None
        why = "" if runs else self.refusal()
        # What the button says may be replaced, and nothing that has come to be since.
        self._replaces = not why and not runs and self.target.exists()
        said = why or ("There is such a file already." if self._replaces else "")
        self._why.setText(tr(said) if said else "")
        self.start_button.setText(tr("&Replace the File" if self._replaces else "&Export"))
        self.start_button.setEnabled(not why and not runs)
        self.start_button.setToolTip(tr(why) if why else "")
        self.start_button.setVisible(not runs)
        self.cancel_button.setVisible(runs)
        for widget in (self.kinds, self._stack, self.folder, self.name):
            widget.setEnabled(not runs)
        self._bar.setVisible(runs)
        if progress is not None:
            done, total = progress
            # Qt shows a bar without an end as one that runs to and fro.
            self._bar.setRange(0, _STEPS if total else 0)
            self._bar.setValue(_STEPS * done // total if total else 0)

    def _take_name(self) -> None:
        self._own_name = True

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Export to"), self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _cancel(self) -> None:
        self.exporter.cancel()
        self.banner.show_message(tr("Stopped. Nothing was written."), "", Severity.INFO)

    def _show_outcome(self, outcome: Outcome) -> None:
        self._last = outcome.path
        self._own_name = False
        self.open_button.show()
        self._show()
        self._banner_in_sight.show_message(
            tr("Written: {name}", name=outcome.path.name),
            "\n".join(outcome.cautions),
            Severity.WARNING if outcome.cautions else Severity.INFO,
        )

    @property
    def _banner_in_sight(self) -> Banner:
        """The dialog's own, or the window's once the dialog was closed."""
        return self.banner if self.isVisible() else self._window.banner

    def _open_folder(self) -> None:
        if self._last is not None:
            folder = self._last if self._last.is_dir() else self._last.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
