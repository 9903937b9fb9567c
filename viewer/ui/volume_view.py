"""The 3D pane: a volume rendered in another process, turned with the mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QWidget

from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import Volume
from viewer.ui import theme
from viewer.ui.rendering.camera import Camera
from viewer.ui.rendering.client import RenderClient
from viewer.ui.rendering.messages import Loaded, Order, Picture, Ready
from viewer.ui.rendering.orientation_cube import draw_cube
from viewer.ui.rendering.overlays import Marker, draw_cursor, draw_hint, draw_marker
from viewer.ui.rendering.pace import Pace
from viewer.ui.rendering.preset_button import PresetButton
from viewer.ui.rendering.presets import VolumePreset, volume_presets
from viewer.ui.rendering.regions import Region
from viewer.ui.rendering.steering import dragged, wheeled

_STILL_DELAY_MS = 200
_LEAST_SLICES = 8
_CUBE_EDGE = 30.0


class VolumeView(QWidget):
    """A volume in 3D.

    Left drag turns it, middle or Shift+left drag moves it, right drag or the wheel magnifies,
    Space resets. Nothing here waits for a picture: what is dragged is drawn coarsely, and again in
    full quality once the hand rests.

    Parameters
    ----------
    make_client : callable, optional
        Makes the other end that renders; given the background colour.
    """

    #: What went wrong, for the status bar; empty when it is over.
    message = Signal(str)
    #: The id of the preset in use, when it changes.
    preset_changed = Signal(str)

    def __init__(
        self,
        parent: QWidget | None = None,
        make_client: Callable[[str], RenderClient] = RenderClient,
    ) -> None:
        super().__init__(parent)
        self._make_client = make_client
        self._client: RenderClient | None = None
        self._volume: Volume | None = None
        self._serial = 0
        self._boxes: dict[Region, Geometry] = {}
        self._preset = next(iter(volume_presets().values()))
        self._preset_wanted = self._preset.id
        self._show_all = False
        self._camera: Camera | None = None
        self._side = "A"
        self._moved = False
        self._picture: tuple[Camera, QImage] | None = None
        self._ordered = 0
        self._settled = 0
        self._markers: tuple[Marker, ...] = ()
        self._cursor_lps: npt.NDArray[np.float64] | None = None
        self._text = ""
        self._pace = Pace()
        self._dragged_from: QPointF | None = None
        self._still = QTimer(self, singleShot=True, interval=_STILL_DELAY_MS)
        self._still.timeout.connect(lambda: self._order(fine=True))
        self._build()
        self._describe()

    def sizeHint(self) -> QSize:
        """A quarter of a small window."""
        return QSize(400, 400)

    def set_volume(self, volume: Volume | None) -> None:
        """Show another volume, or none, without findings and cursor; fills when it is prepared."""
        self._serial += 1
        self._volume = volume
        self._boxes = {}
        self._camera = self._picture = None
        self._markers, self._cursor_lps = (), None
        self._ordered = self._settled = 0
        self._still.stop()
        if volume is not None and self._fits(volume):
            if self._client is None:
                self._connect()
            assert self._client is not None
            self._client.load(self._serial, volume)
        self._say("")
        self._describe()

    def clear(self) -> None:
        """Show nothing."""
        self.set_volume(None)

    def set_preset(self, preset_id: str) -> None:
        """Change the look.

        Raises
        ------
        KeyError
            There is no preset of this id.
        """
        self._preset_wanted = volume_presets()[preset_id].id
        self._choose_preset()
        self._refresh()

    @property
    def preset(self) -> VolumePreset:
        """The look in use."""
        return self._preset

    @property
    def camera(self) -> Camera | None:
        """From where the volume is looked at; None without a volume."""
        return self._camera

    def set_cursor(self, lps: npt.ArrayLike | None) -> None:
        """Mark a point in LPS mm, or none."""
        self._cursor_lps = None if lps is None else np.asarray(lps, dtype=np.float64)
        self.update()

    def set_findings(self, findings: Sequence[tuple[npt.ArrayLike, float, bool]]) -> None:
        """Outline findings: for each ``(center in LPS mm, radius in mm, selected)``."""
        self._markers = tuple(Marker(*finding) for finding in findings)
        self.update()

    def reset(self) -> None:
        """Look from the front again, at everything."""
        self.look_from("A")

    def look_from(self, side: str) -> None:
        """Look from a side of the patient, named by its letter: A, P, L, R, H or F."""
        self._side, self._moved = side, False
        self._frame()
        self._refresh()

    @property
    def is_settled(self) -> bool:
        """Whether nothing better is to come: a still of what is asked for, or nothing to show."""
        if self._text or self._volume is None or not self._fits(self._volume):
            return True
        return self._settled == self._ordered > 0

    def picture(self) -> QImage | None:
        """The last picture rendered, without what is painted over it; None before the first."""
        return None if self._picture is None else self._picture[1]

    def close_rendering(self) -> None:
        """End the rendering process; it starts again with the next volume."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connect(self) -> None:
        client = self._make_client(theme.tokens().volume_background)
        client.loaded.connect(self._on_loaded)
        client.pictured.connect(self._on_picture)
        client.failed.connect(self._on_failed)
        client.ready.connect(self._on_ready)
        self.destroyed.connect(client.close)
        app = QApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(client.close)
        self._client = client

    def _on_ready(self, ready: Ready) -> None:
        self._button.setToolTip(f"Preset and direction of view\nRendered by {ready.renderer}")

    def _on_loaded(self, serial: int, loaded: Loaded) -> None:
        if serial != self._serial:
            return
        self._boxes = dict(loaded.boxes)
        self._moved = False
        self._choose_preset()
        self._describe()
        self._order(fine=False)

    def _on_picture(self, picture: Picture) -> None:
        if picture.order.serial != self._serial or picture.pixels is None:
            return
        height, width, _ = picture.pixels.shape
        image = QImage(picture.pixels.data, width, height, QImage.Format.Format_RGBX8888)
        # The first picture's time tells nothing: the volume was prepared for it.
        if self._picture is not None and not picture.order.fine:
            self._pace.learn(picture.seconds)
        self._picture = (picture.order.camera, image.copy())
        if picture.order.fine:
            self._settled = picture.order.number
        else:
            self._still.start()
        self._describe()
        self.update()

    def _on_failed(self, reason: str) -> None:
        self.close_rendering()
        self._camera = self._picture = None
        self._boxes = {}
        self._say(reason)
        self._describe()

    def _retry(self) -> None:
        self.set_volume(self._volume)

    def _order(self, *, fine: bool) -> None:
        if self._client is None or self._camera is None or not self.isVisible():
            return
        self._ordered += 1
        size = self._pace.size(self.width(), self.height(), self.devicePixelRatioF(), fine=fine)
        self._client.draw(
            Order(
                self._ordered, self._serial, self._preset, self._region(), self._camera, size, fine
            )
        )

    def _refresh(self) -> None:
        """Draw coarsely now, and in full quality once nothing has changed for a while."""
        self._still.stop()
        self._order(fine=False)

    def _fits(self, volume: Volume) -> bool:
        return min(volume.geometry.shape) >= _LEAST_SLICES

    def _region(self) -> Region:
        if self._show_all and self._preset.region is Region.BODY:
            return Region.WHOLE
        return self._preset.region if self._preset.region in self._boxes else Region.WHOLE

    def _choose_preset(self) -> None:
        """The preset wanted, or the first that this volume has the region for."""
        presets = volume_presets()
        wanted = presets[self._preset_wanted]
        possible = [p for p in presets.values() if self._offers(p)]
        before = self._preset
        self._preset = wanted if self._offers(wanted) or not possible else possible[0]
        self._button.offer([preset.id for preset in possible])
        self._button.show_preset(self._preset)
        if not self._moved:
            self._frame()
        if before is not self._preset:
            self.preset_changed.emit(self._preset.id)

    def _offers(self, preset: VolumePreset) -> bool:
        return not self._boxes or preset.region is not Region.LUNGS or preset.region in self._boxes

    def _frame(self) -> None:
        """Aim the camera at the region drawn."""
        box = self._boxes.get(self._region())
        if box is not None:
            self._camera = Camera.facing(self._side, box)

    def _say(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.message.emit(text)
        self._again.setVisible(bool(text))

    def _describe(self) -> None:
        self._button.setVisible(self._picture is not None)
        self.setAccessibleDescription(self._hint())
        self.update()

    def _hint(self) -> str:
        if self._text:
            return self._text
        if self._volume is None:
            return "3D"
        if not self._fits(self._volume):
            return f"3D needs a volume of at least {_LEAST_SLICES} slices."
        return "" if self._picture else "Preparing 3D…"

    def _build(self) -> None:
        self.setMinimumSize(160, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("3D view")
        self._button = PresetButton(self)
        self._button.show_preset(self._preset)
        self._button.preset_chosen.connect(self.set_preset)
        self._button.side_chosen.connect(self.look_from)
        self._button.table_toggled.connect(self._set_show_all)
        self._again = QPushButton("Try again", self)
        self._again.setObjectName("try again")
        self._again.setProperty("onImage", True)
        self._again.clicked.connect(self._retry)
        self._again.hide()

    def _set_show_all(self, on: bool) -> None:
        self._show_all = on
        if not self._moved:
            self._frame()
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what changed while hidden."""
        super().showEvent(event)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Draw no stills nobody sees."""
        super().hideEvent(event)
        self._still.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the corner's button and draw in the new size."""
        super().resizeEvent(event)
        space = theme.tokens().space_xs
        self._button.move(space, space)
        self._again.adjustSize()
        self._again.move((self.width() - self._again.width()) // 2, self.height() * 5 // 8)
        self._refresh()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._dragged_from = event.position()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Leave it to the layout, which maximises the pane."""
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if not event.buttons():
            self._dragged_from = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn, move or magnify."""
        if self._dragged_from is None or self._camera is None:
            return
        step = (event.position() - self._dragged_from) / self.height()
        self._dragged_from = event.position()
        self._move(dragged(self._camera, step, event.buttons(), event.modifiers()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Magnify."""
        if self._camera is not None:
            self._move(wheeled(self._camera, event.angleDelta().y()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Reset on Space."""
        if event.key() == Qt.Key.Key_Space:
            self.reset()
        else:
            super().keyPressEvent(event)

    def _move(self, camera: Camera) -> None:
        self._camera, self._moved = camera, True
        self._refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the last picture, and over it what needs no rendering."""
        values = theme.tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(values.volume_background))
        if self._picture is None:
            draw_hint(painter, QRectF(self.rect()), self._hint())
            return
        camera, image = self._picture
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._image_rect(image), image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = QSizeF(self.size())
        for marker in sorted(self._markers, key=lambda m: m.selected):
            draw_marker(painter, size, camera, marker)
        if self._cursor_lps is not None:
            draw_cursor(painter, size, camera, self._cursor_lps)
        margin = values.space_m + _CUBE_EDGE * 0.87
        draw_cube(painter, QPointF(margin, self.height() - margin), _CUBE_EDGE, camera)

    def _image_rect(self, image: QImage) -> QRectF:
        """Where a picture lies: of the pane's height, so that it never stretches on a resize."""
        width = image.width() * self.height() / image.height()
        return QRectF((self.width() - width) / 2, 0, width, self.height())
