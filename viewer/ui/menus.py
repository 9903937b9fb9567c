"""Menus and toolbar: where each action stands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QMainWindow,
    QMenu,
    QMenuBar,
    QPushButton,
    QSizePolicy,
    QToolBar,
    QWidget,
)

from viewer.ui import theme
from viewer.ui.actions import ActionId as A
from viewer.ui.actions import Actions
from viewer.ui.colormap_menu import ColormapMenu
from viewer.ui.language import Texts
from viewer.ui.window_menu import WindowMenu

_Entry = A | None  # None is a separator

_FILE: tuple[_Entry, ...] = (
    A.OPEN_FOLDER,
    A.OPEN_FILES,
    A.OPEN_DEMO,
    None,
    A.OPEN_SESSION,
    A.LAST_SESSION,
    A.SAVE_SESSION,
    None,
    A.EXPORT,
    None,
    A.CLOSE_ALL,
    None,
    A.FIND_SERIES,
    None,
    A.QUIT,
)
_EDIT: tuple[_Entry, ...] = (A.UNDO, A.REDO, None, A.DELETE)
_LAYOUT: tuple[_Entry, ...] = (
    A.LAYOUT_FOUR,
    A.LAYOUT_ONE_AND_THREE,
    A.LAYOUT_AXIAL,
    A.LAYOUT_CORONAL,
    A.LAYOUT_SAGITTAL,
    A.LAYOUT_VOLUME,
    None,
    A.LAYOUT_SIDE_BY_SIDE,
    A.LAYOUT_STACKED,
    A.LAYOUT_FOUR_SERIES,
    None,
    A.MAXIMIZE,
    A.NEXT_VIEW,
    A.PREVIOUS_VIEW,
    A.VIEW_MENU,
)
_VIEW: tuple[_Entry, ...] = (
    A.CROSSHAIR,
    A.OVERLAY,
    A.LAYER,
    A.REFERENCE_LINES,
    A.TEXTS,
    A.OVERLAY_PLANES,
    A.SHUTTER,
    A.PATIENT_NAMES,
    None,
    A.TAGS,
    None,
    A.SERIES_PANEL,
    A.SIDE_PANEL,
    A.FULL_SCREEN,
)
_TOOLS: tuple[_Entry, ...] = (
    A.TOOL_WINDOW,
    A.TOOL_PAN,
    A.TOOL_ZOOM,
    A.TOOL_CROSSHAIR,
    A.TOOL_REGION,
)
_IMAGE: tuple[_Entry, ...] = (
    A.INVERT,
    A.FLIP_HORIZONTAL,
    A.FLIP_VERTICAL,
    A.ROTATE,
    A.RESET,
    None,
    A.FUSION,
    A.ACTUAL_SIZE,
    A.MAGNIFIER,
    A.SMOOTH,
    None,
    A.CINE,
    A.CINE_FASTER,
    A.CINE_SLOWER,
)
_LINKS: tuple[_Entry, ...] = (
    A.LINK_POSITION,
    A.LINK_ZOOM,
    A.LINK_WINDOW,
    None,
    A.TIE_FRAMES,
)
_PLANES: tuple[_Entry, ...] = (A.TURN_LEFT, A.TURN_RIGHT, None, A.STRAIGHTEN)
_SLAB: tuple[_Entry, ...] = (
    A.SLAB_OFF,
    A.SLAB_MAXIMUM,
    A.SLAB_MINIMUM,
    A.SLAB_MEAN,
    None,
    A.SLAB_THICKER,
    A.SLAB_THINNER,
    A.SLAB_OTHER,
)
_SLICES: tuple[_Entry, ...] = (
    A.PREVIOUS_SLICE,
    A.NEXT_SLICE,
    A.PAGE_BACK,
    A.PAGE_ON,
    A.FIRST_SLICE,
    A.LAST_SLICE,
)
_ANALYSIS: tuple[_Entry, ...] = (
    A.ANALYZE,
    A.CANCEL,
    None,
    A.NEXT_FINDING,
    A.PREVIOUS_FINDING,
    A.ACCEPT_FINDING,
    A.COMMENT_FINDING,
    A.REDRAW_FINDING,
    None,
    A.FOLLOW_UP,
    None,
    A.MODEL_CARD,
    A.TRAIN,
    A.REPORT,
)
_MEASURE: tuple[_Entry, ...] = (
    A.MEASURE_LENGTH,
    A.MEASURE_BIDIRECTIONAL,
    A.MEASURE_ANGLE,
    A.MEASURE_COBB,
    None,
    A.MEASURE_RECTANGLE,
    A.MEASURE_ELLIPSE,
    A.MEASURE_FREEHAND,
    A.MEASURE_PROBE,
    None,
    A.MARK_ARROW,
    A.MARK_TEXT,
    None,
    A.MEASUREMENTS,
    A.EXPORT_MEASUREMENTS,
    A.IMPORT_MEASUREMENTS,
)
_SEGMENT: tuple[_Entry, ...] = (
    A.SEGMENT_NEW,
    A.SEGMENT_REMOVE,
    None,
    A.SEGMENT_BRUSH,
    A.SEGMENT_ERASER,
    A.SEGMENT_GROW,
    A.BRUSH_LARGER,
    A.BRUSH_SMALLER,
    None,
    A.SEGMENT_THRESHOLD,
    A.SEGMENT_FILL,
    A.SEGMENT_SMOOTH,
    None,
    A.SEGMENTS,
    A.EXPORT_SEGMENTS,
    A.IMPORT_SEGMENTS,
)
_HELP: tuple[_Entry, ...] = (A.SHORTCUTS, A.ABOUT)
_LANGUAGES: tuple[_Entry, ...] = (
    A.LANGUAGE_ENGLISH,
    A.LANGUAGE_CHINESE,
    None,
    A.LANGUAGE_SYSTEM,
)
_THEMES: tuple[_Entry, ...] = (A.THEME_DARK, A.THEME_LIGHT, A.THEME_SYSTEM)

_TOOLBAR: tuple[_Entry, ...] = (
    A.OPEN_FOLDER,
    None,
    A.TOOL_WINDOW,
    A.TOOL_PAN,
    A.TOOL_ZOOM,
    A.TOOL_CROSSHAIR,
    A.MEASURE_LENGTH,
    A.MEASURE_ANGLE,
    A.MEASURE_ELLIPSE,
    A.MEASURE_PROBE,
    None,
    A.INVERT,
    A.FLIP_HORIZONTAL,
    A.FLIP_VERTICAL,
    A.ROTATE,
    A.RESET,
    None,
    A.CINE,
    A.CROSSHAIR,
    A.OVERLAY,
    None,
    A.LAYOUT_FOUR,
    A.LAYOUT_SIDE_BY_SIDE,
    A.MAXIMIZE,
)
_TOOLBAR_END: tuple[_Entry, ...] = (
    A.PREVIOUS_FINDING,
    A.NEXT_FINDING,
    None,
    A.REPORT,
    A.SHORTCUTS,
)


def build_menus(
    window: QMainWindow,
    actions: Actions,
    windows: WindowMenu,
    colors: ColormapMenu,
    texts: Texts,
) -> None:
    """Fill the menu bar."""
    bar = window.menuBar()

    def menu(parent: QMenuBar | QMenu, title: str) -> QMenu:
        made = parent.addMenu("")
        texts.say(made.setTitle, title)
        return made

    _fill(menu(bar, "&File"), _FILE, actions)
    _fill(menu(bar, "&Edit"), _EDIT, actions)
    view = menu(bar, "&View")
    _fill(menu(view, "Layout"), _LAYOUT, actions)
    _fill(menu(view, "Linked Series"), _LINKS, actions)
    _fill(view, _VIEW, actions)
    view.addSeparator()
    _fill(menu(view, "Theme"), _THEMES, actions)
    _fill(menu(view, "Language"), _LANGUAGES, actions)
    image = menu(bar, "&Image")
    image.addMenu(windows)
    image.addAction(actions[A.WINDOW])
    image.addMenu(colors)
    _fill(menu(image, "Left Mouse Button"), _TOOLS, actions)
    _fill(menu(image, "Slices"), _SLICES, actions)
    _fill(menu(image, "Slab"), _SLAB, actions)
    _fill(menu(image, "Oblique Planes"), _PLANES, actions)
    image.addSeparator()
    _fill(image, _IMAGE, actions)
    _fill(menu(bar, "&Measure"), _MEASURE, actions)
    _fill(menu(bar, "&Segment"), _SEGMENT, actions)
    _fill(menu(bar, "&Analysis"), _ANALYSIS, actions)
    _fill(menu(bar, "&Help"), _HELP, actions)


def build_toolbar(
    window: QMainWindow, actions: Actions, windows: WindowMenu, texts: Texts
) -> QToolBar:
    """Fill the toolbar."""
    bar = QToolBar()
    texts.say(bar.setWindowTitle, "Tools")
    bar.setObjectName("toolbar")
    bar.setMovable(False)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    size = theme.tokens().icon_size
    bar.setIconSize(QSize(size, size))
    _fill(bar, _TOOLBAR, actions)
    before = bar.actions()[[a.objectName() for a in bar.actions()].index(A.INVERT)]
    bar.insertWidget(before, _window_button(windows, texts))
    gap = QWidget()
    gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(gap)
    _fill(bar, _TOOLBAR_END, actions)
    window.addToolBar(bar)
    return bar


def _window_button(windows: WindowMenu, texts: Texts) -> QPushButton:
    button = QPushButton()
    button.setObjectName("window_button")
    button.setMenu(windows)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # like the toolbar's other buttons
    button.setStyleSheet("text-align: left")
    texts.say(button.setToolTip, "Window width and level, and the presets")
    button.setText(windows.caption)
    button.setMinimumWidth(
        button.fontMetrics().horizontalAdvance("Mediastinum  W 0000  L −0000") + 36
    )
    windows.caption_changed.connect(button.setText)
    return button


def _fill(target: QMenu | QToolBar, entries: Sequence[_Entry], actions: Actions) -> None:
    if isinstance(target, QMenu):
        target.setToolTipsVisible(True)
    for entry in entries:
        if entry is None:
            target.addSeparator()
        else:
            target.addAction(actions[entry])
