"""The 3D pane: what it asks the renderer for, and what it shows of the answers."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import AIR_HU, Volume
from viewer.ui.rendering.client import RenderClient
from viewer.ui.rendering.messages import Loaded, Picture, Ready, Unable
from viewer.ui.rendering.regions import Region
from viewer.ui.theme import tokens
from viewer.ui.volume_view import VolumeView

LEFT = Qt.MouseButton.LeftButton
SIZE = 300


class FakeClient(QObject):
    """Renders nothing until it is told to; then plain grey."""

    ready = Signal(object)
    loaded = Signal(int, object)
    pictured = Signal(object)
    failed = Signal(str)

    def __init__(self, background: str) -> None:
        super().__init__()
        self.volumes: list[tuple[int, Volume]] = []
        self.orders = []
        self.closed = False

    def load(self, serial, volume):
        self.volumes.append((serial, volume))

    def draw(self, order):
        self.orders.append(order)

    def close(self):
        self.closed = True

    def finish_loading(self, *regions: Region) -> None:
        serial, volume = self.volumes[-1]
        self.loaded.emit(serial, Loaded(dict.fromkeys((Region.WHOLE, *regions), volume.geometry)))

    def answer(self, order=None, seconds=0.05, gray=128) -> None:
        order = order or self.orders[-1]
        width, height = order.size
        self.pictured.emit(Picture(order, np.full((height, width, 4), gray, np.uint8), seconds))


def cube(shape=(20, 20, 20)) -> Volume:
    affine = np.diag((5.0, 5.0, 5.0, 1.0))
    affine[:3, 3] = (-50, -50, -50)
    return Volume(np.full(shape, 40, np.int16), Geometry(affine, shape))


@pytest.fixture
def clients():
    return []


@pytest.fixture
def view(qtbot, clients):
    def make(background: str) -> FakeClient:
        clients.append(FakeClient(background))
        return clients[-1]

    view = VolumeView(make_client=make)
    qtbot.addWidget(view)
    view.resize(SIZE, SIZE)
    view.show()
    return view


@pytest.fixture
def shown(view, clients):
    """A view with a volume whose body and lungs were found, and its first still."""
    view.set_volume(cube())
    clients[0].finish_loading(Region.BODY, Region.LUNGS)
    clients[0].answer()
    view._still.timeout.emit()
    clients[0].answer()
    return view


def drag(qtbot, view, button, right, down, modifier=Qt.KeyboardModifier.NoModifier):
    start = QPoint(SIZE // 2, SIZE // 2)
    qtbot.mousePress(view, button, modifier, start)
    for part in (0.5, 1.0):
        at = start + QPoint(round(right * part), round(down * part))
        event_at = QPointF(at)
        QApplication.sendEvent(
            view,
            QMouseEvent(
                QMouseEvent.Type.MouseMove,
                event_at,
                view.mapToGlobal(event_at),
                Qt.MouseButton.NoButton,
                button,
                modifier,
            ),
        )
    qtbot.mouseRelease(view, button, modifier, start + QPoint(right, down))


def test_no_process_is_started_without_a_volume(view, clients):
    assert clients == []
    assert view.picture() is None
    assert view.is_settled


def test_a_volume_is_sent_and_then_drawn_from_the_front(view, clients):
    volume = cube()
    view.set_volume(volume)
    assert clients[0].volumes[0][1] is volume
    assert clients[0].orders == []
    clients[0].finish_loading(Region.BODY)
    (order,) = clients[0].orders
    assert not order.fine
    assert order.camera.forward == pytest.approx((0, 1, 0))
    assert order.region is Region.BODY


def test_a_still_follows_once_nothing_moves(qtbot, view, clients):
    view.set_volume(cube())
    clients[0].finish_loading(Region.BODY)
    assert not view.is_settled
    clients[0].answer()
    qtbot.waitUntil(lambda: clients[0].orders[-1].fine, timeout=2000)
    assert clients[0].orders[-1].size == (SIZE, SIZE)
    assert not view.is_settled
    clients[0].answer()
    assert view.is_settled
    assert view.picture().width() == SIZE


def test_dragging_draws_fewer_pixels(qtbot, shown, clients):
    drag(qtbot, shown, LEFT, 60, 0)
    order = clients[0].orders[-1]
    assert not order.fine
    assert order.size[0] < SIZE
    assert not shown.is_settled


def test_left_drag_rotates(qtbot, shown):
    before = shown.camera
    drag(qtbot, shown, LEFT, 60, 0)
    assert shown.camera.forward @ before.forward == pytest.approx(np.cos(np.pi * 60 / SIZE))
    assert shown.camera.center == pytest.approx(before.center)


@pytest.mark.parametrize(
    ("button", "modifier"),
    [
        (Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier),
        (LEFT, Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_middle_and_shift_drag_pan_by_what_the_hand_moved(qtbot, shown, button, modifier):
    before = shown.camera
    drag(qtbot, shown, button, 30, 15, modifier)
    moved, _ = shown.camera.project(before.center, SIZE, SIZE)
    assert moved == pytest.approx((SIZE / 2 + 30, SIZE / 2 + 15), abs=0.5)
    assert shown.camera.forward == pytest.approx(before.forward)


def test_right_drag_up_and_the_wheel_magnify(qtbot, shown):
    before = shown.camera.height_mm
    drag(qtbot, shown, Qt.MouseButton.RightButton, 0, -60)
    dragged = shown.camera.height_mm
    assert dragged < before
    middle = QPointF(SIZE / 2, SIZE / 2)
    QApplication.sendEvent(
        shown,
        QWheelEvent(
            middle,
            shown.mapToGlobal(middle),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )
    assert shown.camera.height_mm == pytest.approx(dragged / 1.15)


def test_space_resets(qtbot, shown):
    home = shown.camera
    drag(qtbot, shown, LEFT, 60, 30)
    qtbot.keyClick(shown, Qt.Key.Key_Space)
    assert shown.camera.forward == pytest.approx(home.forward)
    assert shown.camera.height_mm == pytest.approx(home.height_mm)


def test_a_double_click_is_left_to_the_layout(qtbot):
    class Layout(QWidget):
        clicked = False

        def mouseDoubleClickEvent(self, event):  # noqa: N802
            self.clicked = True

    layout = Layout()
    qtbot.addWidget(layout)
    view = VolumeView(layout, make_client=FakeClient)
    QVBoxLayout(layout).addWidget(view)
    layout.resize(SIZE, SIZE)
    layout.show()
    qtbot.mouseDClick(view, LEFT, pos=QPoint(100, 100))
    assert layout.clicked


def test_a_picture_of_an_older_volume_is_dropped(shown, clients):
    stale = clients[0].orders[-1]
    shown.set_volume(cube())
    clients[0].answer(stale)
    assert shown.picture() is None


def test_a_hidden_pane_asks_for_nothing_and_catches_up(shown, clients):
    shown.hide()
    count = len(clients[0].orders)
    shown.set_preset("ct-bone")
    assert len(clients[0].orders) == count
    shown.show()
    assert clients[0].orders[-1].preset.id == "ct-bone"


def test_a_preset_is_drawn_and_announced(qtbot, shown, clients):
    with qtbot.waitSignal(shown.preset_changed) as changed:
        shown.set_preset("mip")
    assert changed.args == ["mip"]
    assert clients[0].orders[-1].preset.blend == "maximum"
    with pytest.raises(KeyError):
        shown.set_preset("no such preset")


def test_changing_the_preset_keeps_the_direction_chosen_by_hand(qtbot, shown):
    drag(qtbot, shown, LEFT, 60, 30)
    turned = shown.camera
    shown.set_preset("ct-bone")
    assert shown.camera is turned


def test_without_lungs_the_lung_preset_says_so_and_another_is_used(view, clients):
    view.set_volume(cube())
    clients[0].finish_loading(Region.BODY)
    assert view.preset.id == "ct-bone"
    action = view.findChild(QWidget, "preset button").menu().actions()[0]
    assert not action.isEnabled()
    assert "lungs" in action.toolTip()
    view.set_volume(cube())
    clients[0].finish_loading(Region.BODY, Region.LUNGS)
    assert view.preset.id == "ct-lungs"


def test_the_table_is_drawn_on_request(shown, clients):
    shown.set_preset("ct-bone")
    assert clients[0].orders[-1].region is Region.BODY
    menu = shown.findChild(QWidget, "preset button").menu()
    table = next(a for a in menu.actions() if a.text().startswith("Table"))
    table.trigger()
    assert clients[0].orders[-1].region is Region.WHOLE


def test_a_failure_is_shown_and_can_be_tried_again(qtbot, view, clients):
    view.set_volume(cube())
    with qtbot.waitSignal(view.message) as message:
        clients[0].failed.emit("OpenGL does not work on this machine.")
    assert message.args == ["OpenGL does not work on this machine."]
    assert clients[0].closed
    assert "OpenGL" in view.accessibleDescription()
    assert view.is_settled
    again = view.findChild(QWidget, "try again")
    assert again.isVisible()
    qtbot.mouseClick(again, LEFT)
    assert len(clients) == 2
    assert clients[1].volumes
    assert not again.isVisible()


def test_a_single_image_is_no_volume(view, clients):
    view.set_volume(cube((1, 20, 20)))
    assert clients == []
    assert "at least" in view.accessibleDescription()


def test_clearing_shows_nothing(shown):
    shown.set_findings([((0, 0, 0), 5, True)])
    shown.clear()
    assert shown.picture() is None
    assert shown.camera is None
    center = shown.grab().toImage().pixelColor(SIZE // 2, SIZE // 4)
    assert center == QColor(tokens().volume_background)


def colored(view: VolumeView, color: str) -> np.ndarray:
    """Where a colour is painted: (n, 2) pixels as (x, y)."""
    image = view.grab().toImage()
    want = QColor(color)
    hits = []
    for x in range(image.width()):
        for y in range(image.height()):
            have = image.pixelColor(x, y)
            if (
                abs(have.red() - want.red()) < 30
                and abs(have.green() - want.green()) < 30
                and abs(have.blue() - want.blue()) < 30
            ):
                hits.append((x, y))
    return np.array(hits)


def test_findings_are_outlined_where_they_project(shown):
    lps, radius = (20, -10, 15), 12.0
    shown.set_findings([(lps, radius, False)])
    ring = colored(shown, tokens().finding)
    at, scale = shown.camera.project(lps, SIZE, SIZE)
    assert (ring.min(0) + ring.max(0)) / 2 == pytest.approx(at, abs=1.5)
    assert np.ptp(ring[:, 0]) / 2 == pytest.approx(float(scale) * radius + 2, abs=2)
    shown.set_findings([(lps, radius, True)])
    assert len(colored(shown, tokens().finding)) == 0
    assert len(colored(shown, tokens().finding_selected))


def test_the_cursor_is_marked_where_it_projects(shown):
    lps = (-20, 5, 25)
    shown.set_cursor(lps)
    line = colored(shown, tokens().crosshair_sagittal)
    at, _ = shown.camera.project(lps, SIZE, SIZE)
    assert line.mean(0) == pytest.approx(at, abs=2)
    shown.set_cursor(None)
    assert len(colored(shown, tokens().crosshair_sagittal)) == 0


def broken(connection, background):
    connection.send(Unable("OpenGL does not work on this machine."))


def test_the_pane_of_a_machine_without_opengl_says_so(qtbot):
    view = VolumeView(make_client=lambda background: RenderClient(background, broken))
    qtbot.addWidget(view)
    view.show()
    with qtbot.waitSignal(view.message, timeout=60_000) as message:
        view.set_volume(cube())
    assert "OpenGL does not work" in message.args[0]


def test_a_real_volume_is_seen_from_loading_to_the_still(qtbot):
    """The whole way: process, VTK, pixels on the widget; skips where OpenGL does not work."""
    shape = (30, 40, 40)
    voxels = np.full(shape, AIR_HU, np.int16)
    geometry = Geometry(np.diag((5.0, 5.0, 5.0, 1.0)), shape)
    voxels[8:22, 10:30, 10:30] = 40
    voxels[12:18, 12:18, 22:28] = 1200
    view = VolumeView()
    qtbot.addWidget(view)
    view.resize(SIZE, SIZE)
    view.show()
    failures = []
    view.message.connect(failures.append)
    view.set_preset("ct-bone")
    view.set_volume(Volume(voxels, geometry))
    qtbot.waitUntil(lambda: view.is_settled, timeout=60_000)
    if any(failures):
        pytest.skip(f"3D rendering does not work here: {failures[0]}")
    image = view.picture()
    assert (image.width(), image.height()) == (SIZE, SIZE)
    bone, _ = view.camera.project(geometry.to_lps((24.5, 14.5, 14.5)), SIZE, SIZE)
    mirrored = SIZE - bone[0]
    assert image.pixelColor(*bone.astype(int)).lightness() > 100
    assert image.pixelColor(int(mirrored), int(bone[1])).lightness() < 60
    view.close_rendering()


def test_the_renderer_is_named_for_the_curious(shown, clients):
    clients[0].ready.emit(Ready("llvmpipe", False))
    assert "llvmpipe" in shown.findChild(QWidget, "preset button").toolTip()
