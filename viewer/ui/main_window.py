"""The window: puts the panels, views, menus and keys together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.formats.scan import SUFFIXES
from viewer.session.presets import WindowPresets
from viewer.session.session import Session
from viewer.ui.about import AboutDialog
from viewer.ui.actions import ActionId as A
from viewer.ui.actions import Actions
from viewer.ui.analysis_controller import AnalysisController
from viewer.ui.analysis_panel import AnalysisPanel
from viewer.ui.banner import Banner
from viewer.ui.colormap_menu import ColormapMenu
from viewer.ui.commands import Commands
from viewer.ui.findings.follow_up import FollowUpDialog
from viewer.ui.findings.marking import FindingMarks
from viewer.ui.icons import application_icon
from viewer.ui.language import Texts, tr
from viewer.ui.layer_panel import LayerPanel
from viewer.ui.measure.files import MeasurementFiles
from viewer.ui.measure.layer import MeasureLayer
from viewer.ui.measure.panel import MeasurePanel
from viewer.ui.measure.tools import MeasureTools
from viewer.ui.menus import build_menus, build_toolbar
from viewer.ui.pane_menu import PaneMenus
from viewer.ui.panes import Panes
from viewer.ui.report_panel import ReportPanel
from viewer.ui.segment.commands import SegmentCommands
from viewer.ui.segment.files import SegmentFiles
from viewer.ui.segment.layer import SegmentLayer
from viewer.ui.segment.panel import SegmentPanel
from viewer.ui.segment.tools import SegmentTools
from viewer.ui.segment.work import SegmentWork
from viewer.ui.series.panel import SeriesPanel
from viewer.ui.sessions.autosave import SUFFIX as SESSION_SUFFIX
from viewer.ui.sessions.sessions import Sessions
from viewer.ui.settings import Settings
from viewer.ui.shortcuts_sheet import ShortcutsSheet
from viewer.ui.status_bar import StatusBar
from viewer.ui.tags.window import TagsWindow
from viewer.ui.training.launcher import TrainingLauncher
from viewer.ui.welcome import Welcome
from viewer.ui.window.dialog import WindowDialog
from viewer.ui.window_menu import WindowMenu

if TYPE_CHECKING:
    from viewer.ui.export.dialog import ExportDialog

_LEFT_WIDTH, _RIGHT_WIDTH = 264, 384
_SIZE = (1440, 900)
_SEGMENT_BUTTONS = (
    (A.SEGMENT_BRUSH, A.SEGMENT_ERASER, A.SEGMENT_GROW),
    (A.SEGMENT_NEW, A.SEGMENT_REMOVE),
    (A.SEGMENT_THRESHOLD, A.SEGMENT_FILL, A.SEGMENT_SMOOTH),
)


class MainWindow(QMainWindow):
    """Hounsfield's window.

    Parameters
    ----------
    session : Session
    analysis : AnalysisController
    presets : WindowPresets
    settings : Settings
    training : TrainingLauncher
    make_demo : callable
        Receives a function to report ``(done, total)`` to, and returns the demo's folder.
    on_close : callable
        Called once when the window closes, to stop what works in the background.
    sessions_folder : Path, optional
        Where the session is saved while one works; without it none is.
    """

    def __init__(
        self,
        session: Session,
        analysis: AnalysisController,
        presets: WindowPresets,
        settings: Settings,
        training: TrainingLauncher,
        make_demo: Callable[[Callable[[int, int], None]], Path],
        on_close: Callable[[], None],
        sessions_folder: Path | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.analysis = analysis
        self._settings = settings
        self.training = training
        self._make_demo = make_demo
        self._on_close = on_close
        self._texts = Texts()
        self.actions_ = Actions(self)
        session.links.options = settings.links
        self.panes = Panes(session, settings.view_options, self)
        PaneMenus(self.panes, session)
        self.measuring = MeasureTools(session, self)
        for pane in self.panes.grid.all_panes:
            MeasureLayer(pane.slice_view, session, self.measuring)
        in_use = settings.window_presets or presets
        self.windows = WindowMenu(session, in_use, self.actions_[A.AUTO_WINDOW], self)
        self.window_dialog = WindowDialog(session, in_use, presets, self)
        self.colors = ColormapMenu(session, self)
        self.segmenting = SegmentTools(self)
        self.segment_work = SegmentWork(session, self.segmenting, self)
        for pane in self.panes.grid.all_panes:
            SegmentLayer(pane.slice_view, session, self.segmenting, self.segment_work)
        self.banner = Banner()
        self.series_panel = SeriesPanel(session)
        self.finding_marks = FindingMarks(session, self)
        self.analysis_panel = AnalysisPanel(session, analysis, self.actions_)
        self.layer_panel = LayerPanel(session)
        self.report_panel = ReportPanel(session)
        self.measurement_files = MeasurementFiles(session, settings, self)
        self.sessions = Sessions(session, self.panes, settings, sessions_folder, self)
        self.measure_panel = MeasurePanel(session, self.measuring)
        self.segment_files = SegmentFiles(session, settings, self)
        self.segment_panel = SegmentPanel(
            session,
            self.segmenting,
            self.segment_work,
            tuple(tuple(self.actions_[name] for name in row) for row in _SEGMENT_BUTTONS),
        )
        self.status_bar = StatusBar(session)
        self._titles: dict[QWidget, str] = {
            self.analysis_panel: "Analysis",
            self.report_panel: "Report",
            self.measure_panel: "Measurements",
            self.segment_panel: "Segment",
            self.layer_panel: "Fusion",
        }
        self._side = QTabWidget()
        self._counts: dict[QWidget, int] = {}
        self._side_frame = _panel(self._side)
        self._export: ExportDialog | None = None
        self._tags: TagsWindow | None = None
        self._stack = QStackedWidget()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._build()
        self._commands = Commands(
            self.actions_,
            session,
            self.panes,
            self.measuring,
            analysis,
            self.finding_marks,
            settings,
            parent=self,
        )
        SegmentCommands(
            self.actions_,
            session,
            self.panes,
            self.measuring,
            self.segmenting,
            self.segment_work,
            parent=self,
        )
        self._connect()
        self._restore()

    def open(self, paths: Sequence[Path]) -> None:
        """Open folders, files or zip archives, in the background; or a saved session."""
        if paths:
            self.banner.hide()
            if len(paths) == 1 and paths[0].suffix == SESSION_SUFFIX:
                self.sessions.open(paths[0])
                return
            self._settings.last_folder = paths[0].resolve().parent
            self.session.open(paths)

    def open_demo(self) -> None:
        """Open the built-in synthetic chest CT."""
        self.banner.hide()
        self.session.opening.make_and_open("Preparing the demo", self._make_demo)

    def show_follow_up(self) -> None:
        """Compare the findings of two dates."""
        FollowUpDialog(self.session, self).open()

    def show_report(self) -> None:
        """Bring the series report to the front."""
        self._show_side(self.report_panel)

    def show_fusion(self) -> None:
        """Bring the controls of the series on top to the front."""
        self._side.setTabVisible(self._side.indexOf(self.layer_panel), True)
        self._show_side(self.layer_panel)

    def show_measurements(self) -> None:
        """Bring the table of measurements to the front."""
        self._show_side(self.measure_panel)

    def show_export(self) -> ExportDialog:
        """Show the export dialog; the one there is, if any."""
        # What writing needs to be imported is not needed for looking at images.
        from viewer.ui.export.dialog import ExportDialog

        if self._export is None:
            self._export = ExportDialog(self, self._settings)
        _bring_up(self._export)
        return self._export

    def show_tags(self) -> TagsWindow:
        """Show the tag browser; the one there is, if any."""
        if self._tags is None:
            self._tags = TagsWindow(self.session, self)
        _bring_up(self._tags)
        return self._tags

    def show_segments(self) -> None:
        """Bring the list of segments to the front."""
        self._show_side(self.segment_panel)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        event.acceptProposedAction()
        self.open(paths)

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._show_titles()
            self.actions_.translate()
            self._commands.show_all()
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window and stop what works in the background."""
        if not self.training.may_quit(self):
            event.ignore()
            return
        self._settings.geometry = self.saveGeometry()
        self._settings.splitter = self._splitter.saveState()
        self._settings.layout = self.panes.chosen_layout
        self._settings.shares = self.panes.grid.shares
        self._settings.panels = (
            self.actions_[A.SERIES_PANEL].isChecked(),
            self.actions_[A.SIDE_PANEL].isChecked(),
        )
        self.panes.cine.stop()
        self.panes.volume.close_rendering()
        self._on_close()
        self.sessions.close()  # when nothing writes in the background any more
        event.accept()

    def _build(self) -> None:
        self.setWindowTitle("Hounsfield")
        self.setWindowIcon(application_icon())
        self.setAcceptDrops(True)
        self.setStatusBar(self.status_bar)
        build_menus(self, self.actions_, self.windows, self.colors, self._texts)
        build_toolbar(self, self.actions_, self.windows, self._texts)
        self.addActions(list(set(self.actions_) - set(self.actions_.in_views)))
        self.addActions(self.windows.preset_actions)
        self.panes.listen_to(self.actions_.in_views)
        self._stack.addWidget(Welcome(self.actions_[A.OPEN_FOLDER], self.actions_[A.OPEN_DEMO]))
        self._stack.addWidget(self.panes.grid)
        for panel in self._titles:
            self._side.addTab(panel, "")
        self._show_titles()
        self._side.setTabVisible(self._side.indexOf(self.layer_panel), False)
        self._side.setDocumentMode(True)
        self._side.setProperty("compact", True)
        for widget in (self.series_panel, self._centre(), self._side_frame):
            self._splitter.addWidget(widget)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setChildrenCollapsible(False)
        self.series_panel.setMinimumWidth(200)
        self._side_frame.setMinimumWidth(280)
        self.setCentralWidget(self._splitter)

    def _centre(self) -> QWidget:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)
        return centre

    def _connect(self) -> None:
        actions = self.actions_
        for name, do in (
            (A.OPEN_FOLDER, self._choose_folder),
            (A.OPEN_FILES, self._choose_files),
            (A.OPEN_DEMO, self.open_demo),
            (A.EXPORT, self.show_export),
            (A.TAGS, self.show_tags),
            (A.CLOSE_ALL, self.session.close_all),
            (A.FIND_SERIES, self._find_series),
            (A.QUIT, self.close),
            (A.REPORT, self.show_report),
            (A.FUSION, self.show_fusion),
            (A.WINDOW, self._show_window_dialog),
            (A.MEASUREMENTS, self.show_measurements),
            (A.SEGMENTS, self.show_segments),
            (A.EXPORT_SEGMENTS, self.segment_files.ask_and_export),
            (A.IMPORT_SEGMENTS, self.segment_files.ask_and_import),
            (A.OPEN_SESSION, self.sessions.ask_and_open),
            (A.SAVE_SESSION, self.sessions.ask_and_save),
            (A.LAST_SESSION, self.sessions.open_last),
            (A.EXPORT_MEASUREMENTS, self.measurement_files.ask_and_export),
            (A.IMPORT_MEASUREMENTS, self.measurement_files.ask_and_import),
            (A.SHORTCUTS, self._show_shortcuts),
            (A.ABOUT, self._show_about),
            (A.TRAIN, self.training.open),
            (A.MODEL_CARD, self.analysis_panel.show_card),
            (A.ACCEPT_FINDING, self.finding_marks.accept),
            (A.COMMENT_FINDING, self.finding_marks.comment),
            (A.REDRAW_FINDING, self.finding_marks.redraw),
            (A.FOLLOW_UP, self.show_follow_up),
        ):
            actions[name].triggered.connect(lambda _=False, do=do: do())
        actions[A.SERIES_PANEL].toggled.connect(self.series_panel.setVisible)
        actions[A.SIDE_PANEL].toggled.connect(self._side_frame.setVisible)
        actions[A.FULL_SCREEN].toggled.connect(self._set_full_screen)
        actions[A.PATIENT_NAMES].toggled.connect(self._show_names)
        self.panes.probed.connect(self.status_bar.show_pointer)
        self.panes.probed.connect(self.analysis_panel.probe)
        self.status_bar.cancel_requested.connect(self.session.opening.cancel)
        self.session.opening.failed.connect(self.banner.show_error)
        self.analysis.failed.connect(self.banner.show_error)
        for teller in (
            self.measurement_files,
            self.sessions,
            self.segment_work,
            self.segment_files,
        ):
            teller.failed.connect(self.banner.show_error)
            teller.told.connect(self.banner.show_message)
        self.actions_.refuse(A.LAST_SESSION, self.sessions.no_last)
        self.analysis.changed.connect(self._show_device)
        self.report_panel.counted.connect(partial(self._count, self.report_panel))
        self.measure_panel.counted.connect(partial(self._count, self.measure_panel))
        self.session.volume_changed.connect(self._show_centre)
        self.session.fusion.changed.connect(self._offer_fusion)
        self.window_dialog.presets.changed.connect(self._use_presets)
        self._show_device()

    def _restore(self) -> None:
        series_shown, side_shown = self._settings.panels
        for name, panel, shown in (
            (A.SERIES_PANEL, self.series_panel, series_shown),
            (A.SIDE_PANEL, self._side_frame, side_shown),
        ):
            self.actions_[name].setChecked(shown)
            panel.setVisible(shown)
        self.panes.grid.shares = self._settings.shares
        self.panes.show_layout(self._settings.layout)
        self.resize(*_SIZE)
        if (geometry := self._settings.geometry) is not None:
            self.restoreGeometry(geometry)
        if (splitter := self._settings.splitter) is not None:
            self._splitter.restoreState(splitter)
        else:
            middle = max(self.width() - _LEFT_WIDTH - _RIGHT_WIDTH, 400)
            self._splitter.setSizes([_LEFT_WIDTH, middle, _RIGHT_WIDTH])

    def _show_centre(self) -> None:
        # Between two series of one study the views stay, so that the window does not flicker.
        if self.session.display.volume is not None:
            self._stack.setCurrentWidget(self.panes.grid)
            self.panes.focus()
        elif not self.session.library.series:
            self._stack.setCurrentIndex(0)

    def _show_device(self) -> None:
        self.status_bar.show_device(self.analysis.device)

    def _count(self, panel: QWidget, number: int) -> None:
        """Say in the title of a side how much there is to see."""
        self._counts[panel] = number
        self._show_titles()

    def _show_titles(self) -> None:
        for panel, title in self._titles.items():
            number = self._counts.get(panel, 0)
            text = f"{tr(title)} ({number})" if number else tr(title)
            self._side.setTabText(self._side.indexOf(panel), text)

    def _offer_fusion(self) -> None:
        """The controls of the series on top take room only once they are wanted."""
        if any(True for _ in self.session.fusion):
            self._side.setTabVisible(self._side.indexOf(self.layer_panel), True)

    def _show_side(self, panel: QWidget) -> None:
        self.actions_[A.SIDE_PANEL].setChecked(True)
        self._side.setCurrentWidget(panel)

    def _show_names(self, shown: bool) -> None:
        self.series_panel.show_names(shown)
        self.panes.change_options(patient_names=shown)

    def _show_window_dialog(self) -> None:
        self.window_dialog.show()
        self.window_dialog.raise_()

    def _use_presets(self, presets: WindowPresets) -> None:
        self._settings.window_presets = presets
        self.windows.set_presets(presets)
        self.addActions(self.windows.preset_actions)

    def _find_series(self) -> None:
        self.actions_[A.SERIES_PANEL].setChecked(True)
        self.series_panel.start_filtering()

    def _set_full_screen(self, on: bool) -> None:
        self.setWindowState(
            self.windowState() | Qt.WindowState.WindowFullScreen
            if on
            else self.windowState() & ~Qt.WindowState.WindowFullScreen
        )

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, "Open a folder of images", str(self._settings.last_folder)
        )
        if folder:
            self.open([Path(folder)])

    def _choose_files(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(
            self, "Open images or zip archives", str(self._settings.last_folder), _file_filter()
        )
        self.open([Path(f) for f in files])

    def _show_shortcuts(self) -> None:
        ShortcutsSheet(self).open()

    def _show_about(self) -> None:
        AboutDialog(self).open()


def _file_filter() -> str:
    """What the dialog offers: all files first, as DICOM files may have any name."""
    others = " ".join(f"*{suffix}" for suffix in SUFFIXES)
    return f"All files (*);;DICOM (*.dcm *.dicom *.ima DICOMDIR);;NIfTI, NRRD, pictures ({others})"


def _bring_up(window: QWidget) -> None:
    """Show a window of its own, before all others."""
    window.show()
    window.raise_()
    window.activateWindow()


def _panel(content: QWidget) -> QFrame:
    """A side of the window, on the colour of panels."""
    frame = QFrame()
    frame.setProperty("panel", True)
    column = QVBoxLayout(frame)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(content)
    return frame
