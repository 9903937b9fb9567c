import pytest
from PySide6.QtCore import QPointF, Qt

from viewer.imaging.voi import VoiFunction, Window
from viewer.ui.mouse import Mouse, Tool, dragged_window, tool_for

Left, Middle, Right = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.MiddleButton,
    Qt.MouseButton.RightButton,
)
Plain, Shift, Ctrl = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class Recorder:
    """What the mouse acts on, remembered."""

    def __init__(self) -> None:
        self.calls: list[tuple] = []
        self.window = Window(40, 400)

    def current_window(self) -> Window:
        return self.window

    def set_window(self, window: Window) -> None:
        self.window = window

    def pan(self, delta: QPointF) -> None:
        self.calls.append(("pan", delta.x(), delta.y()))

    def zoom(self, factor: float, anchor: QPointF) -> None:
        self.calls.append(("zoom", factor, anchor.x(), anchor.y()))

    def point_at(self, position: QPointF) -> None:
        self.calls.append(("point", position.x(), position.y()))

    def scroll_slices(self, slices: int) -> None:
        self.calls.append(("scroll", slices))

    def is_on_gauge(self, position: QPointF) -> bool:
        return position.x() > 1000

    def is_on_handle(self, position: QPointF) -> bool:
        return position.x() < -1000

    def frame(self, press: QPointF, at: QPointF) -> None:
        self.calls.append(("frame", press.x(), at.x()))

    def take_frame(self) -> None:
        self.calls.append(("take",))

    def turn_planes(self, before: QPointF, after: QPointF) -> None:
        self.calls.append(("turn", before.x(), after.x()))

    def scrub(self, position: QPointF) -> None:
        self.calls.append(("scrub", position.y()))

    def click(self, position: QPointF) -> None:
        self.calls.append(("click", position.x(), position.y()))


@pytest.fixture
def target() -> Recorder:
    return Recorder()


@pytest.fixture
def mouse(target) -> Mouse:
    return Mouse(target)


def drag(mouse: Mouse, button, modifiers, *points: tuple[float, float]) -> None:
    mouse.press(button, modifiers, QPointF(*points[0]))
    for point in points[1:]:
        mouse.move(modifiers, QPointF(*point))
    mouse.release(button, QPointF(*points[-1]))


@pytest.mark.parametrize(
    ("button", "modifiers", "tool"),
    [
        (Left, Plain, Tool.WINDOW),
        (Left, Shift, Tool.PAN),
        (Middle, Plain, Tool.PAN),
        (Right, Plain, Tool.ZOOM),
    ],
)
def test_buttons_do_what_hands_expect(button, modifiers, tool):
    assert tool_for(button, modifiers) is tool


def test_right_is_wider_and_up_is_brighter():
    window = dragged_window(Window(40, 200), right_px=10, up_px=20)
    assert (window.width, window.center) == (210, 20)


def test_the_gain_of_a_drag_grows_with_the_width():
    window = dragged_window(Window(-600, 2560), right_px=10, up_px=-10)
    assert (window.width, window.center) == (2660, -500)


def test_a_window_never_gets_narrower_than_one():
    assert dragged_window(Window(40, 100), right_px=-500, up_px=0).width == 1


def test_a_left_drag_changes_the_window_by_the_distance(mouse, target):
    drag(mouse, Left, Plain, (100, 100), (120, 100), (150, 90))
    assert target.window == Window(round(40 - 10 * 400 / 256), round(400 + 50 * 400 / 256))


def test_shift_during_a_window_drag_makes_it_fine(mouse, target):
    mouse.press(Left, Plain, QPointF(100, 100))
    mouse.move(Shift, QPointF(164, 100))
    mouse.release(Left, QPointF(164, 100))
    assert target.window.width == 400 + 64 * 0.25 * 400 / 256


def test_a_click_that_hardly_moves_is_no_drag(mouse, target):
    drag(mouse, Left, Plain, (100, 100), (101, 101))
    assert target.window == Window(40, 400)
    assert target.calls == [("click", 101, 101)]


def test_a_right_drag_zooms_about_the_point_of_the_press(mouse, target):
    drag(mouse, Right, Plain, (100, 100), (100, 80))
    name, factor, x, y = target.calls[0]
    assert (name, x, y) == ("zoom", 100, 100)
    assert factor > 1


def test_the_wheel_scrolls_a_slice_a_notch_and_adds_up_small_turns(mouse, target):
    mouse.wheel(Plain, -120, QPointF(0, 0))
    mouse.wheel(Plain, 240, QPointF(0, 0))
    for _ in range(4):
        mouse.wheel(Plain, -30, QPointF(0, 0))
    assert target.calls == [("scroll", 1), ("scroll", -2), ("scroll", 1)]


def test_ctrl_and_wheel_zoom_about_the_pointer(mouse, target):
    mouse.wheel(Ctrl, 120, QPointF(30, 40))
    name, factor, x, y = target.calls[0]
    assert (name, x, y) == ("zoom", 30, 40)
    assert factor > 1


def test_shift_and_move_bring_all_views_to_the_pointer(mouse, target):
    mouse.move(Shift, QPointF(5, 6))
    mouse.move(Plain, QPointF(7, 8))
    assert target.calls == [("point", 5, 6)]


def test_a_second_button_does_not_disturb_a_drag(mouse, target):
    mouse.press(Left, Plain, QPointF(100, 100))
    mouse.press(Right, Plain, QPointF(100, 100))
    mouse.move(Plain, QPointF(132, 100))
    mouse.release(Right, QPointF(132, 100))
    mouse.move(Plain, QPointF(164, 100))
    mouse.release(Left, QPointF(164, 100))
    assert target.calls == []
    assert target.window.width == 500


def test_dragging_the_bar_of_the_slices_goes_through_them_and_is_no_click(mouse, target):
    drag(mouse, Left, Plain, (1005, 100), (1005, 140))
    drag(mouse, Left, Plain, (1005, 150))
    assert target.calls == [("scrub", 100), ("scrub", 140), ("scrub", 150)]
    assert target.window == Window(40, 400)


def test_the_left_button_takes_the_chosen_tool(mouse, target):
    mouse.left_tool = Tool.PAN
    drag(mouse, Left, Plain, (100, 100), (110, 95))
    assert target.calls[0] == ("pan", 10, -5)


def test_a_window_of_uptake_changes_by_fractions():
    start = Window(3.5, 7, function=VoiFunction.LINEAR_EXACT)
    window = dragged_window(start, right_px=256, up_px=-128)
    assert (window.width, window.center) == (14, 7)
    assert window.function is VoiFunction.LINEAR_EXACT
    assert 0 < dragged_window(start, right_px=-500, up_px=0).width < 0.01


def test_a_drag_from_a_handle_turns_planes_and_is_no_click(mouse, target):
    drag(mouse, Left, Plain, (-1100, 0), (-1090, 0), (-1080, 5))
    assert target.calls == [("turn", -1100, -1090), ("turn", -1090, -1080)]
    drag(mouse, Left, Plain, (-1100, 0), (-1100, 0))
    assert not any(call[0] == "click" for call in target.calls)
    assert target.window == Window(40, 400)
