"""Every action of the window: its words, its keys, its icon. What they do is in ``commands``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, auto

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from viewer.imaging.roi.figure import Kind
from viewer.imaging.slab import Projection
from viewer.ui.icons import IconName, icon
from viewer.ui.language import Language, tr
from viewer.ui.theme import ThemeName


class ActionId(StrEnum):
    """Names of the actions."""

    OPEN_FOLDER = auto()
    OPEN_FILES = auto()
    OPEN_DEMO = auto()
    OPEN_SESSION = auto()
    SAVE_SESSION = auto()
    LAST_SESSION = auto()
    EXPORT = auto()
    CLOSE_ALL = auto()
    QUIT = auto()
    UNDO = auto()
    REDO = auto()
    DELETE = auto()
    LAYOUT_FOUR = auto()
    LAYOUT_AXIAL = auto()
    LAYOUT_CORONAL = auto()
    LAYOUT_SAGITTAL = auto()
    LAYOUT_VOLUME = auto()
    LAYOUT_ONE_AND_THREE = auto()
    LAYOUT_SIDE_BY_SIDE = auto()
    LAYOUT_STACKED = auto()
    LAYOUT_FOUR_SERIES = auto()
    MAXIMIZE = auto()
    NEXT_VIEW = auto()
    PREVIOUS_VIEW = auto()
    VIEW_MENU = auto()
    CROSSHAIR = auto()
    TURN_LEFT = auto()
    TURN_RIGHT = auto()
    STRAIGHTEN = auto()
    SLAB_OFF = auto()
    SLAB_MAXIMUM = auto()
    SLAB_MINIMUM = auto()
    SLAB_MEAN = auto()
    SLAB_THICKER = auto()
    SLAB_THINNER = auto()
    SLAB_OTHER = auto()
    REFERENCE_LINES = auto()
    LINK_POSITION = auto()
    LINK_ZOOM = auto()
    LINK_WINDOW = auto()
    TIE_FRAMES = auto()
    LAYER = auto()
    FUSION = auto()
    SMOOTH = auto()
    ACTUAL_SIZE = auto()
    MAGNIFIER = auto()
    CINE_FASTER = auto()
    CINE_SLOWER = auto()
    TEXTS = auto()
    OVERLAY_PLANES = auto()
    SHUTTER = auto()
    PATIENT_NAMES = auto()
    SERIES_PANEL = auto()
    FIND_SERIES = auto()
    SIDE_PANEL = auto()
    TAGS = auto()
    FULL_SCREEN = auto()
    THEME_DARK = auto()
    THEME_LIGHT = auto()
    THEME_SYSTEM = auto()
    LANGUAGE_ENGLISH = auto()
    LANGUAGE_CHINESE = auto()
    LANGUAGE_SYSTEM = auto()
    TOOL_WINDOW = auto()
    TOOL_PAN = auto()
    TOOL_ZOOM = auto()
    TOOL_CROSSHAIR = auto()
    TOOL_REGION = auto()
    WINDOW = auto()
    MEASURE_LENGTH = auto()
    MEASURE_BIDIRECTIONAL = auto()
    MEASURE_ANGLE = auto()
    MEASURE_COBB = auto()
    MEASURE_RECTANGLE = auto()
    MEASURE_ELLIPSE = auto()
    MEASURE_FREEHAND = auto()
    MEASURE_PROBE = auto()
    MARK_ARROW = auto()
    MARK_TEXT = auto()
    MEASUREMENTS = auto()
    SEGMENT_BRUSH = auto()
    SEGMENT_ERASER = auto()
    SEGMENT_GROW = auto()
    SEGMENT_NEW = auto()
    SEGMENT_REMOVE = auto()
    SEGMENT_THRESHOLD = auto()
    SEGMENT_FILL = auto()
    SEGMENT_SMOOTH = auto()
    BRUSH_LARGER = auto()
    BRUSH_SMALLER = auto()
    SEGMENTS = auto()
    EXPORT_SEGMENTS = auto()
    IMPORT_SEGMENTS = auto()
    EXPORT_MEASUREMENTS = auto()
    IMPORT_MEASUREMENTS = auto()
    AUTO_WINDOW = auto()
    INVERT = auto()
    FLIP_HORIZONTAL = auto()
    FLIP_VERTICAL = auto()
    ROTATE = auto()
    RESET = auto()
    PREVIOUS_SLICE = auto()
    NEXT_SLICE = auto()
    PAGE_BACK = auto()
    PAGE_ON = auto()
    FIRST_SLICE = auto()
    LAST_SLICE = auto()
    CINE = auto()
    ANALYZE = auto()
    CANCEL = auto()
    OVERLAY = auto()
    NEXT_FINDING = auto()
    PREVIOUS_FINDING = auto()
    ACCEPT_FINDING = auto()
    COMMENT_FINDING = auto()
    REDRAW_FINDING = auto()
    FOLLOW_UP = auto()
    MODEL_CARD = auto()
    TRAIN = auto()
    REPORT = auto()
    SHORTCUTS = auto()
    ABOUT = auto()


@dataclass(frozen=True)
class _Spec:
    """An action's words and keys.

    ``in_views`` confines the keys to the views, because lists and sliders use them too;
    ``group`` makes it one of several of which one is on.
    """

    text: str
    keys: tuple[str, ...] = ()
    icon: IconName | None = None
    tip: str = ""
    checkable: bool = False
    in_views: bool = False
    group: str = ""


def _measuring(text: str, key: str, picture: IconName, places: str) -> _Spec:
    """A tool that draws; ``places`` says what is dragged or clicked."""
    tip = f"{text}: drag or click {places}"
    return _Spec(text, (key,), picture, tip, checkable=True, group="tool")


A, I = ActionId, IconName  # noqa: E741

_SPECS: dict[ActionId, _Spec] = {
    A.OPEN_FOLDER: _Spec("Open Folder…", ("Ctrl+O",), I.OPEN, "Open a folder of images"),
    A.OPEN_FILES: _Spec("Open Files…", ("Ctrl+Shift+O",), tip="Open image files or a zip"),
    A.OPEN_DEMO: _Spec("Open Demo", (), I.DEMO, "Open the built-in synthetic chest CT"),
    A.EXPORT: _Spec(
        "Export…", ("Ctrl+E",), I.EXPORT, "Pictures, films, volumes, de-identified DICOM"
    ),
    A.OPEN_SESSION: _Spec("Open Session…", tip="Open a saved session in place of what is open"),
    A.SAVE_SESSION: _Spec(
        "Save Session…",
        ("Ctrl+S",),
        I.SAVE,
        "Save what is open, how it is looked at, measurements and findings",
    ),
    A.LAST_SESSION: _Spec(
        "Restore Last Session", tip="Bring back what was open when the window was closed last"
    ),
    A.CLOSE_ALL: _Spec("Close All", ("Ctrl+W",), tip="Close every study"),
    A.QUIT: _Spec("Quit", ("Ctrl+Q",)),
    A.UNDO: _Spec("Undo", ("Ctrl+Z",), I.UNDO),
    A.REDO: _Spec("Redo", ("Ctrl+Shift+Z",), I.REDO),
    A.DELETE: _Spec(
        "Delete",
        ("Del",),
        I.DELETE,
        "Delete the selected measurement, or take the selected finding off the list",
    ),
    A.LAYOUT_FOUR: _Spec("Four Views", ("F2",), I.LAYOUT, checkable=True, group="layout"),
    A.LAYOUT_AXIAL: _Spec("Axial", ("F3",), checkable=True, group="layout"),
    A.LAYOUT_CORONAL: _Spec("Coronal", ("F4",), checkable=True, group="layout"),
    A.LAYOUT_SAGITTAL: _Spec("Sagittal", ("F5",), checkable=True, group="layout"),
    A.LAYOUT_VOLUME: _Spec("3D", ("F6",), I.VOLUME, checkable=True, group="layout"),
    A.LAYOUT_ONE_AND_THREE: _Spec(
        "One Large, Three Small",
        tip="A large axial view beside three others",
        checkable=True,
        group="layout",
    ),
    A.LAYOUT_SIDE_BY_SIDE: _Spec(
        "Two Series, Side by Side",
        ("F9",),
        I.SIDE_BY_SIDE,
        "Two series side by side: drag them from the list into the views",
        True,
        group="layout",
    ),
    A.LAYOUT_STACKED: _Spec(
        "Two Series, One Above the Other",
        tip="Two series, one above the other",
        checkable=True,
        group="layout",
    ),
    A.LAYOUT_FOUR_SERIES: _Spec(
        "Four Series", tip="Four series, one in each view", checkable=True, group="layout"
    ),
    A.MAXIMIZE: _Spec(
        "Maximise View", ("M",), I.MAXIMIZE, "Show the active view alone, or all again"
    ),
    A.NEXT_VIEW: _Spec("Next View", ("Right",), in_views=True),
    A.PREVIOUS_VIEW: _Spec("Previous View", ("Left",), in_views=True),
    A.VIEW_MENU: _Spec(
        "Menu of the View", ("Shift+F10",), tip="What the active view shows, and how"
    ),
    A.CROSSHAIR: _Spec(
        "Crosshair", ("X",), I.CROSSHAIR, "Show the lines of the other views", checkable=True
    ),
    A.TURN_LEFT: _Spec(
        "Turn Crosshair Left", ("[",), tip="Turn the planes of the other views by 5°"
    ),
    A.TURN_RIGHT: _Spec(
        "Turn Crosshair Right", ("]",), tip="Turn the planes of the other views by 5°"
    ),
    A.STRAIGHTEN: _Spec(
        "Straighten Planes", ("Shift+X",), tip="Turn all planes back to the standard ones"
    ),
    A.SLAB_OFF: _Spec(
        "Off", ("Ctrl+0",), tip="Show one plane of voxels", checkable=True, group="slab"
    ),
    A.SLAB_MAXIMUM: _Spec(
        "MIP",
        ("Ctrl+1",),
        tip="Show the highest value through a thick slice: vessels, nodules",
        checkable=True,
        group="slab",
    ),
    A.SLAB_MINIMUM: _Spec(
        "MinIP",
        ("Ctrl+2",),
        tip="Show the lowest value through a thick slice: airways, emphysema",
        checkable=True,
        group="slab",
    ),
    A.SLAB_MEAN: _Spec(
        "Mean",
        ("Ctrl+3",),
        tip="Show the mean through a thick slice, which has less noise",
        checkable=True,
        group="slab",
    ),
    A.SLAB_THICKER: _Spec("Thicker", ("Ctrl+Up",), tip="Make the slab of the active view thicker"),
    A.SLAB_THINNER: _Spec(
        "Thinner", ("Ctrl+Down",), tip="Make the slab of the active view thinner"
    ),
    A.SLAB_OTHER: _Spec("Thickness…", tip="Type the thickness of the slab in mm"),
    A.REFERENCE_LINES: _Spec(
        "Reference Lines",
        ("Alt+L",),
        tip="Show where the slices of other views cut this one, in the same frame of reference",
        checkable=True,
    ),
    A.LINK_POSITION: _Spec(
        "Link Positions",
        ("Ctrl+L",),
        I.LINK,
        "Bring series of one frame of reference to the same place in the patient",
        True,
    ),
    A.LINK_ZOOM: _Spec(
        "Link Zoom",
        tip="Show linked series at the same scale and with the same part in view",
        checkable=True,
    ),
    A.LINK_WINDOW: _Spec(
        "Link Windows", tip="Look at linked series through the same window", checkable=True
    ),
    A.TIE_FRAMES: _Spec(
        "Tie Other Examinations Here",
        ("Ctrl+Shift+L",),
        tip="Link series of other frames of reference too, from the slices that they show now",
        checkable=True,
    ),
    A.LAYER: _Spec(
        "Series on Top", ("Shift+B",), tip="Show the series that lies over this one", checkable=True
    ),
    A.FUSION: _Spec(
        "Fusion…",
        ("Ctrl+U",),
        I.OVERLAY,
        "Lay another series of the same frame of reference over this one, as PET over CT",
    ),
    A.SMOOTH: _Spec(
        "Interpolation",
        ("Shift+I",),
        tip="Smooth enlarged pixels, or show each of them",
        checkable=True,
    ),
    A.ACTUAL_SIZE: _Spec(
        "Actual Pixels", ("Z",), tip="Show each pixel of the image as one of the screen (1:1)"
    ),
    A.MAGNIFIER: _Spec(
        "Magnifier", ("G",), I.SEARCH, "Enlarge what is under the pointer", checkable=True
    ),
    A.CINE_FASTER: _Spec("Play Faster", ("Ctrl+.",), tip="Play more slices a second"),
    A.CINE_SLOWER: _Spec("Play Slower", ("Ctrl+,",), tip="Play fewer slices a second"),
    A.TEXTS: _Spec("Corner Texts", ("T",), tip="Show the texts over the images", checkable=True),
    A.OVERLAY_PLANES: _Spec(
        "Overlay Planes", tip="Show the graphics that the files lay over images", checkable=True
    ),
    A.SHUTTER: _Spec(
        "Display Shutter", tip="Hide what the files' shutter leaves out", checkable=True
    ),
    A.PATIENT_NAMES: _Spec(
        "Patient Names", tip="Show patients' names in the list and over the images", checkable=True
    ),
    A.SERIES_PANEL: _Spec("Series List", ("F7",), I.SERIES, checkable=True),
    A.FIND_SERIES: _Spec(
        "Find Series…",
        ("Ctrl+F",),
        I.SEARCH,
        "List only the series that have some words",
    ),
    A.SIDE_PANEL: _Spec("Side Panel", ("F8",), I.MODEL, checkable=True),
    A.TAGS: _Spec(
        "Tags…", ("Ctrl+I",), I.TAGS, "All DICOM attributes of the series, and what varies in it"
    ),
    A.FULL_SCREEN: _Spec("Full Screen", ("F11",), I.FULL_SCREEN, checkable=True),
    A.THEME_DARK: _Spec("Dark", checkable=True, group="theme"),
    A.THEME_LIGHT: _Spec("Light", checkable=True, group="theme"),
    A.THEME_SYSTEM: _Spec("Follow the System", checkable=True, group="theme"),
    # Each language is called what its readers call it.
    A.LANGUAGE_ENGLISH: _Spec("English", checkable=True, group="language"),
    A.LANGUAGE_CHINESE: _Spec("简体中文", checkable=True, group="language"),
    A.LANGUAGE_SYSTEM: _Spec("Follow the System", checkable=True, group="language"),
    A.TOOL_WINDOW: _Spec(
        "Window",
        (),
        I.WINDOW,
        "Left drag changes the window: right is wider, up is brighter",
        True,
        group="tool",
    ),
    A.TOOL_PAN: _Spec("Pan", (), I.PAN, "Left drag moves the image", True, group="tool"),
    A.TOOL_ZOOM: _Spec("Zoom", (), I.ZOOM, "Left drag zooms", True, group="tool"),
    A.TOOL_CROSSHAIR: _Spec(
        "Point", (), I.FINDING, "Left drag brings all views to a point", True, group="tool"
    ),
    A.TOOL_REGION: _Spec(
        "Window from a Region",
        ("Shift+W",),
        I.REGION,
        "Left drag draws a rectangle; the window is fitted to the values in it",
        True,
        group="tool",
    ),
    A.WINDOW: _Spec(
        "Window and Presets…",
        ("W",),
        I.WINDOW,
        "The window as numbers and on the histogram, and the presets",
    ),
    A.MEASURE_LENGTH: _measuring("Length", "L", I.RULER, "the ends of a line"),
    A.MEASURE_BIDIRECTIONAL: _measuring(
        "Bidirectional", "D", I.BIDIRECTIONAL, "the ends of the long axis"
    ),
    A.MEASURE_ANGLE: _measuring("Angle", "A", I.ANGLE, "an end, the vertex and the other end"),
    A.MEASURE_COBB: _measuring("Cobb Angle", "Shift+A", I.COBB, "two lines along end plates"),
    A.MEASURE_RECTANGLE: _measuring("Rectangle", "Shift+E", I.RECTANGLE, "two opposite corners"),
    A.MEASURE_ELLIPSE: _measuring("Ellipse", "E", I.ELLIPSE, "two corners of the box around it"),
    A.MEASURE_FREEHAND: _measuring("Freehand", "F", I.FREEHAND, "an outline, or its corners"),
    A.MEASURE_PROBE: _measuring("Probe", "P", I.PROBE, "the point whose value is read"),
    A.MARK_ARROW: _measuring("Arrow", "Shift+L", I.ARROW, "the tip and the tail"),
    A.MARK_TEXT: _measuring("Text", "Shift+T", I.TEXT, "where the text begins"),
    A.MEASUREMENTS: _Spec(
        "List of Measurements", ("Ctrl+M",), I.TABLE, "All measurements with their numbers"
    ),
    A.SEGMENT_BRUSH: _Spec(
        "Brush",
        ("S",),
        I.BRUSH,
        "Paint the active segment; with Ctrl, erase",
        checkable=True,
        group="tool",
    ),
    A.SEGMENT_ERASER: _Spec(
        "Eraser",
        ("Shift+S",),
        I.ERASER,
        "Take voxels from the active segment",
        checkable=True,
        group="tool",
    ),
    A.SEGMENT_GROW: _Spec(
        "Grow",
        ("Shift+G",),
        I.GROW,
        "Click a point: what is joined to it through the range of values is added",
        checkable=True,
        group="tool",
    ),
    A.SEGMENT_NEW: _Spec("New Segment", ("Ctrl+Shift+S",), I.ADD, "Begin another segment"),
    A.SEGMENT_REMOVE: _Spec("Delete Segment", (), I.DELETE, "Delete the active segment"),
    A.SEGMENT_THRESHOLD: _Spec(
        "Threshold", (), I.THRESHOLD, "Add every voxel with a value of the range"
    ),
    A.SEGMENT_FILL: _Spec(
        "Fill Slices", (), I.FILL, "Fill the slices between those in which the segment is drawn"
    ),
    A.SEGMENT_SMOOTH: _Spec("Smooth", (), I.SMOOTH, "Draw the segment's edge smoother"),
    A.BRUSH_LARGER: _Spec("Larger Brush", (".",), in_views=True),
    A.BRUSH_SMALLER: _Spec("Smaller Brush", (",",), in_views=True),
    A.SEGMENTS: _Spec(
        "List of Segments", ("Ctrl+G",), I.TABLE, "All segments with their volumes and values"
    ),
    A.EXPORT_SEGMENTS: _Spec(
        "Export Segments…", (), I.EXPORT, "Write the segments as NIfTI or a DICOM Segmentation"
    ),
    A.IMPORT_SEGMENTS: _Spec(
        "Import Segments…", tip="Read segments, a model's too, from NIfTI or a DICOM Segmentation"
    ),
    A.EXPORT_MEASUREMENTS: _Spec(
        "Export Measurements…",
        ("Ctrl+Shift+M",),
        I.EXPORT,
        "Write the measurements as CSV, JSON or a DICOM structured report",
    ),
    A.IMPORT_MEASUREMENTS: _Spec(
        "Import Measurements…", tip="Read measurements from JSON or a DICOM structured report"
    ),
    A.AUTO_WINDOW: _Spec("Auto", ("0",), tip="Fit the window to the values of the volume"),
    A.INVERT: _Spec("Invert", ("I",), I.INVERT, "Swap black and white", checkable=True),
    A.FLIP_HORIZONTAL: _Spec("Flip Horizontally", ("H",), I.FLIP_HORIZONTAL),
    A.FLIP_VERTICAL: _Spec("Flip Vertically", ("V",), I.FLIP_VERTICAL),
    A.ROTATE: _Spec("Rotate", ("R",), I.ROTATE, "Turn the active view clockwise by 90°"),
    A.RESET: _Spec(
        "Reset",
        ("Space",),
        I.RESET,
        "Fit all images, upright and straight, under the first window",
        in_views=True,
    ),
    A.PREVIOUS_SLICE: _Spec("Previous Slice", ("Up",), in_views=True),
    A.NEXT_SLICE: _Spec("Next Slice", ("Down",), in_views=True),
    A.PAGE_BACK: _Spec("10 Slices Back", ("PgUp",), in_views=True),
    A.PAGE_ON: _Spec("10 Slices On", ("PgDown",), in_views=True),
    A.FIRST_SLICE: _Spec("First Slice", ("Home",), in_views=True),
    A.LAST_SLICE: _Spec("Last Slice", ("End",), in_views=True),
    A.CINE: _Spec("Cine", ("C",), I.CINE, "Play the slices of the active view", checkable=True),
    A.ANALYZE: _Spec("Analyze", ("Ctrl+Return",), I.ANALYZE, "Run the model on the whole series"),
    A.CANCEL: _Spec("Cancel", ("Esc",), I.CANCEL, "Stop what is going on"),
    A.OVERLAY: _Spec("Heatmap", ("B",), I.OVERLAY, "Show the heatmap", checkable=True),
    A.NEXT_FINDING: _Spec("Next Finding", ("N",), I.NEXT),
    A.PREVIOUS_FINDING: _Spec("Previous Finding", ("Shift+N",), I.PREVIOUS),
    A.ACCEPT_FINDING: _Spec(
        "Accept Finding",
        ("Y",),
        tip="Agree with the selected finding; Delete takes one off the list",
        checkable=True,
    ),
    A.COMMENT_FINDING: _Spec(
        "Comment on Finding…", ("Shift+C",), tip="Write something about the selected finding"
    ),
    A.REDRAW_FINDING: _Spec(
        "Redraw Box of Finding…", ("Shift+R",), tip="Move and size the box of the selected finding"
    ),
    A.FOLLOW_UP: _Spec(
        "Follow-Up…",
        ("Ctrl+Shift+U",),
        tip="Match the findings of two dates and see what has grown",
    ),
    A.MODEL_CARD: _Spec(
        "Model Card…", (), I.INFO, "What the model was trained on, its figures and limits"
    ),
    A.TRAIN: _Spec(
        "Train a Model…", ("Ctrl+T",), tip="Teach a network from labelled pictures or a table"
    ),
    A.REPORT: _Spec("Series Report", (), I.REPORT, "What was noticed while reading"),
    A.SHORTCUTS: _Spec("Mouse and Keys", ("?", "F1"), I.KEYBOARD),
    A.ABOUT: _Spec("About Hounsfield"),
}

#: Layouts, themes, tools and figures by the action that chooses them.
LAYOUTS = {
    A.LAYOUT_FOUR: "2x2",
    A.LAYOUT_AXIAL: "axial",
    A.LAYOUT_CORONAL: "coronal",
    A.LAYOUT_SAGITTAL: "sagittal",
    A.LAYOUT_VOLUME: "3d",
    A.LAYOUT_ONE_AND_THREE: "1+3",
    A.LAYOUT_SIDE_BY_SIDE: "1x2",
    A.LAYOUT_STACKED: "2x1",
    A.LAYOUT_FOUR_SERIES: "four-series",
}
THEMES: dict[ActionId, ThemeName] = {
    A.THEME_DARK: "dark",
    A.THEME_LIGHT: "light",
    A.THEME_SYSTEM: "system",
}
LANGUAGES = {
    A.LANGUAGE_ENGLISH: Language.ENGLISH,
    A.LANGUAGE_CHINESE: Language.CHINESE,
    A.LANGUAGE_SYSTEM: Language.SYSTEM,
}
LINKS = {A.LINK_POSITION: "position", A.LINK_ZOOM: "zoom", A.LINK_WINDOW: "window"}
SLABS = {
    A.SLAB_OFF: None,
    A.SLAB_MAXIMUM: Projection.MAXIMUM,
    A.SLAB_MINIMUM: Projection.MINIMUM,
    A.SLAB_MEAN: Projection.MEAN,
}
TOOLS = {
    A.TOOL_WINDOW: "window",
    A.TOOL_PAN: "pan",
    A.TOOL_ZOOM: "zoom",
    A.TOOL_CROSSHAIR: "crosshair",
    A.TOOL_REGION: "region",
}
MEASURES = {
    A.MEASURE_LENGTH: Kind.LENGTH,
    A.MEASURE_BIDIRECTIONAL: Kind.BIDIRECTIONAL,
    A.MEASURE_ANGLE: Kind.ANGLE,
    A.MEASURE_COBB: Kind.COBB,
    A.MEASURE_RECTANGLE: Kind.RECTANGLE,
    A.MEASURE_ELLIPSE: Kind.ELLIPSE,
    A.MEASURE_FREEHAND: Kind.FREEHAND,
    A.MEASURE_PROBE: Kind.PROBE,
    A.MARK_ARROW: Kind.ARROW,
    A.MARK_TEXT: Kind.TEXT,
}

SEGMENT_TOOLS = {
    A.SEGMENT_BRUSH: "brush",
    A.SEGMENT_ERASER: "eraser",
    A.SEGMENT_GROW: "grow",
}


class Actions:
    """The actions themselves."""

    def __init__(self, parent: QObject) -> None:
        self._groups: dict[str, QActionGroup] = {}
        self._refusals: dict[ActionId, str] = {}
        self._actions = {name: self._make(name, spec, parent) for name, spec in _SPECS.items()}

    def __getitem__(self, name: ActionId) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    @property
    def in_views(self) -> list[QAction]:
        """The actions whose keys work in the views only."""
        return [self._actions[name] for name, spec in _SPECS.items() if spec.in_views]

    def refuse(self, name: ActionId, why: str) -> None:
        """Disable an action and say why; with an empty reason, enable it."""
        action, spec = self._actions[name], _SPECS[name]
        self._refusals[name] = why
        action.setEnabled(not why)
        action.setToolTip(tr(why) if why else _tooltip(spec))

    def check(self, name: ActionId, on: bool) -> None:
        """Show a state without acting on it."""
        action = self._actions[name]
        blocked = action.blockSignals(True)
        action.setChecked(on)
        action.blockSignals(blocked)
        action.changed.emit()

    def translate(self) -> None:
        """Say everything in the language in use."""
        for name, spec in _SPECS.items():
            action, why = self._actions[name], self._refusals.get(name)
            action.setText(tr(spec.text))
            action.setIconText(tr(spec.text).rstrip("…"))
            action.setToolTip(tr(why) if why else _tooltip(spec))

    def _make(self, name: ActionId, spec: _Spec, parent: QObject) -> QAction:
        action = QAction(tr(spec.text), parent)
        action.setObjectName(name)
        action.setToolTip(_tooltip(spec))
        action.setIconText(tr(spec.text).rstrip("…"))
        action.setCheckable(spec.checkable)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        if spec.in_views:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if spec.icon is not None:
            action.setIcon(icon(spec.icon))
        if spec.group:
            group = self._groups.setdefault(spec.group, QActionGroup(parent))
            group.addAction(action)
        return action


def _tooltip(spec: _Spec) -> str:
    keys = f" ({QKeySequence(spec.keys[0]).toString()})" if spec.keys else ""
    return f"{tr(spec.tip or spec.text).rstrip('…')}{keys}"
