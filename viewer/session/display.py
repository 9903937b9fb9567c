"""How a series is looked at: cursor, window or look-up table, inversion, shutter."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from viewer.dicom.series import LengthUnit, Series
from viewer.imaging.geometry import Points
from viewer.imaging.oblique import Tilt
from viewer.imaging.plane import Orientation, Stack, acquired_orientation, standard_stack
from viewer.imaging.shutter import Shutter
from viewer.imaging.slab import Slab
from viewer.imaging.voi import Voi, Window, auto_window
from viewer.imaging.volume import Volume


@dataclass(frozen=True, eq=False)
class Look:
    """Where and through what a series is looked at.

    Parameters
    ----------
    cursor : ndarray, shape (3,), optional
        LPS mm; None for the middle.
    window : Window or VoiLut, optional
        None for the files' own.
    inverted : bool, optional
        None for what the files ask for.
    """

    cursor: Points | None = None
    window: Voi | None = None
    inverted: bool | None = None


class Display:
    """One series as all its views show it.

    The cursor is the one truth about position: each view shows the slice nearest to it, so that
    linked views cannot disagree.
    """

    #: Another volume is shown, or none.
    volume_changed = Signal()
    #: More slices of the same volume have been read.
    filled = Signal()
    #: All of the series is loaded.
    completed = Signal()
    cursor_moved = Signal()
    window_changed = Signal()
    #: The planes of views were turned, or put straight.
    planes_changed = Signal()
    #: Other slices are thick, or otherwise.
    slabs_changed = Signal()

    def __init__(self) -> None:
        self._series: Series | None = None
        self._complete = False
        self._volume: Volume | None = None
        self._tilt: Tilt | None = None
        self._stacks: dict[Orientation, Stack] = {}
        self._slabs: dict[Orientation, Slab] = {}
        self._cursor: Points | None = None
        self._awaited = Look()
        self._window: Voi = Window(0, 400)
        self._shutter: Shutter | None = None
        self._unshuttered: npt.NDArray[np.bool_] | None = None
        self._inverted = False
        self._colormap = ""
        self._initial: tuple[Voi, bool] = (self._window, self._inverted)

    @property
    def series(self) -> Series | None:
        """The series shown, or awaited; None for a volume that was not read from files."""
        return self._series

    @property
    def is_complete(self) -> bool:
        """Whether the series is loaded whole."""
        return self._complete

    @property
    def volume(self) -> Volume | None:
        """The volume shown; None while its first slice is awaited."""
        return self._volume

    @property
    def is_in_patient_space(self) -> bool:
        """Whether it is known where in the patient the picture lies; else no side may be named."""
        return self._series is None or self._series.geometry is not None

    @property
    def acquired(self) -> Orientation:
        """The standard view that shows the slices as they were acquired."""
        grid = self._series.grid if self._series is not None else None
        if grid is None and self._volume is not None:
            grid = self._volume.geometry
        return acquired_orientation(grid) if grid is not None else Orientation.AXIAL

    @property
    def frame_of_reference(self) -> str:
        """UID of the space that positions are in; empty where nobody knows what they mean."""
        series = self._series
        return series.frame_of_reference if series is not None and series.geometry else ""

    @property
    def length_unit(self) -> LengthUnit:
        """What lengths within a slice are measured in."""
        return self._series.length_unit if self._series is not None else LengthUnit.MM

    @property
    def no_cross_sections(self) -> str:
        """Why views across the slices would show nothing true; empty when they can be shown."""
        volume = self._volume
        if volume is None:
            return "Open a series first."
        if not self.is_in_patient_space:
            return "The files do not say where the slices lie in the patient."
        if volume.geometry.shape[0] == 1:
            return "The series is a single image."
        if volume.color is not None:
            return "Colour images are shown in the plane they were acquired in."
        return ""

    @property
    def cursor(self) -> Points | None:
        """LPS mm of the point that all views show; None without a volume."""
        return self._cursor

    @property
    def window(self) -> Voi:
        """The window in HU, or the look-up table in its place."""
        return self._window

    @property
    def no_window(self) -> str:
        """Why there is no window to be set; empty where there is one."""
        if self._volume is None or self._volume.color is None:
            return ""
        return "Colour images are shown as they are stored."

    @property
    def shutter(self) -> Shutter | None:
        """What of every slice is to be seen; None for all."""
        return self._shutter

    @property
    def unshuttered(self) -> npt.NDArray[np.bool_] | None:
        """Which pixels of a slice the shutter leaves, shape (rows, columns); None for all."""
        return self._unshuttered

    @property
    def inverted(self) -> bool:
        """Whether black and white are swapped."""
        return self._inverted

    @property
    def colormap(self) -> str:
        """The colours that take the place of grey; empty for grey."""
        return self._colormap

    def stack(self, orientation: Orientation) -> Stack | None:
        """The planes of one view, standard or turned; None without a volume."""
        return self._stacks.get(orientation)

    def is_turned(self, orientation: Orientation) -> bool:
        """Whether the planes of a view are others than the standard ones."""
        return self._tilt is not None and self._tilt.is_turned(orientation)

    @property
    def is_oblique(self) -> bool:
        """Whether the planes of any view are others than the standard ones."""
        return any(self.is_turned(o) for o in Orientation)

    @property
    def no_slab(self) -> str:
        """Why slices cannot be thick; empty when they can."""
        return self.no_cross_sections

    def slab(self, orientation: Orientation) -> Slab | None:
        """How thick the slices of one view are; None for one plane of voxels."""
        return self._slabs.get(orientation)

    def show(
        self,
        volume: Volume,
        window: Voi | None,
        *,
        inverted: bool = False,
        shutter: Shutter | None = None,
    ) -> None:
        """Show another volume, from its middle or where the cursor was sent before it was there.

        ``window`` None means automatic.
        """
        self._volume = volume
        self._shutter = shutter
        self._unshuttered = None if shutter is None else shutter.shown(volume.geometry.shape[1:])
        self._tilt = Tilt(volume.geometry)
        self._stacks = {o: standard_stack(volume.geometry, o) for o in Orientation}
        self._slabs = {}
        z, y, x = volume.geometry.shape
        middle = volume.geometry.to_lps((x // 2, y // 2, z // 2))
        look, self._awaited = self._awaited, Look()
        self._cursor = middle if look.cursor is None else volume.geometry.clamp(look.cursor)
        self._window = window if window is not None else self._auto()
        self._inverted = inverted
        self._initial = (self._window, inverted)
        if look.window is not None:
            self._window = look.window
        if look.inverted is not None:
            self._inverted = look.inverted
        self.volume_changed.emit()

    def fill(self, volume: Volume) -> None:
        """Show the same volume with more of its slices read."""
        before, self._volume = self._volume, volume
        if before is not None and (before.color is None) != (volume.color is None):
            # Of some files it is known at the end whether they are in colour.
            self.volume_changed.emit()
        else:
            self.filled.emit()

    def await_series(self, series: Series) -> None:
        """Show nothing, until the first slice of a series is there."""
        self._series, self._complete = series, False
        self._forget_volume()

    def complete(self, series: Series) -> None:
        """Note that the series is loaded whole; its report may have grown meanwhile."""
        self._series, self._complete = series, True
        self.completed.emit()

    def clear(self) -> None:
        """Show nothing."""
        self._series, self._complete = None, False
        self._forget_volume()

    def _forget_volume(self) -> None:
        self._volume, self._tilt = None, None
        self._cursor, self._awaited = None, Look()
        self._stacks, self._slabs = {}, {}
        self.volume_changed.emit()

    @property
    def look(self) -> Look:
        """How the series is looked at, or will be once it is there."""
        if self._volume is None:
            return self._awaited
        return Look(self._cursor, self._window, self._inverted)

    def await_look(self, look: Look) -> None:
        """Look at the series this way as soon as its volume is there."""
        self._awaited = look

    def move_cursor(self, lps: npt.ArrayLike) -> None:
        """Move the cursor to a point in LPS mm, or as near to it as the volume reaches.

        Where the volume is awaited it will be shown from there.
        """
        if self._volume is None:
            self._awaited = replace(self._awaited, cursor=np.asarray(lps, np.float64))
        else:
            self._cursor = self._volume.geometry.clamp(lps)
            self.cursor_moved.emit()

    def scroll(self, orientation: Orientation, slices: int) -> None:
        """Move the cursor through the slices of one view, keeping its place in them."""
        stack = self._stacks.get(orientation)
        if stack is not None and self._cursor is not None:
            self.go_to(orientation, stack.index_of(self._cursor) + slices)

    def go_to(self, orientation: Orientation, index: int) -> None:
        """Move the cursor to a slice of one view, counted from 0, kept within the stack."""
        stack = self._stacks.get(orientation)
        if stack is None or self._cursor is None:
            return
        plane = stack.plane(min(max(index, 0), stack.count - 1))
        # Not clamped to the voxels: the corners of a tilted volume's bounding box can be shown.
        self._cursor = self._cursor - plane.distance_mm(self._cursor) * plane.normal
        self.cursor_moved.emit()

    def turn(self, orientation: Orientation, radians: float) -> None:
        """Turn the planes of the other views about the cursor, in the picture of one view.

        Parameters
        ----------
        orientation : Orientation
            The view in whose picture they are turned; its own planes stay as they are.
        radians : float
            By the right hand's rule about its normal, which points into the picture.
        """
        cursor = self._cursor
        if self._tilt is None or cursor is None or self.no_cross_sections:
            return
        self._tilt = tilt = self._tilt.turned(orientation, radians)
        others = [o for o in Orientation if o is not orientation]
        self._stacks = {**self._stacks, **{o: tilt.stack(o, cursor) for o in others}}
        self.planes_changed.emit()

    def straighten(self) -> None:
        """Show the standard planes again."""
        if self._volume is not None and self.is_oblique:
            self._tilt = Tilt(self._volume.geometry)
            self._stacks = {o: standard_stack(self._volume.geometry, o) for o in Orientation}
            self.planes_changed.emit()

    def set_slab(self, orientation: Orientation, slab: Slab | None) -> None:
        """Show thick slices in one view; None for one plane of voxels."""
        if self.no_slab or self.slab(orientation) == slab:
            return
        if slab is None:
            del self._slabs[orientation]
        else:
            self._slabs[orientation] = slab
        self.slabs_changed.emit()

    def set_window(self, window: Voi) -> None:
        """Look through another window or look-up table; colours have none."""
        if not self.no_window:
            self._window = window
            self.window_changed.emit()

    def set_auto_window(self) -> None:
        """Look through a window from the percentiles of what is measured and not hidden."""
        if self._volume is not None:
            self.set_window(self._auto())

    def reset_window(self) -> None:
        """Look through the window that the volume was first shown with."""
        self._window, self._inverted = self._initial
        self._colormap = ""
        self.window_changed.emit()

    def set_colormap(self, name: str) -> None:
        """Show values in other colours than grey, or with an empty name in grey."""
        if not self.no_window and name != self._colormap:
            self._colormap = name
            self.window_changed.emit()

    def toggle_inverted(self) -> None:
        """Swap black and white; colours stay as they are."""
        if not self.no_window:
            self._inverted = not self._inverted
            self.window_changed.emit()

    def _auto(self) -> Window:
        assert self._volume is not None
        return auto_window(self._volume.read_slices(), shown=self._unshuttered)
