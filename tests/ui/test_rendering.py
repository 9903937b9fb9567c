"""The 3D scene below the widget: regions, camera, presets, VTK, and the process around them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from pydantic import ValidationError
from PySide6.QtCore import Qt

from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import AIR_HU, PADDING, Volume
from viewer.ui.rendering.camera import FACING, Camera
from viewer.ui.rendering.client import RenderClient
from viewer.ui.rendering.messages import Order, Ready, RenderingError, Unable
from viewer.ui.rendering.orientation_cube import visible_faces
from viewer.ui.rendering.pace import Pace
from viewer.ui.rendering.presets import VolumePreset, volume_presets
from viewer.ui.rendering.regions import (
    Region,
    cut_out,
    find_body,
    find_lungs,
    plain,
    shrink,
    smooth,
)

SIZE = 200


def rotation(degrees_x: float, degrees_z: float) -> np.ndarray:
    a, b = np.radians((degrees_x, degrees_z))
    x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return z @ x


def grid(steps: np.ndarray, shape=(40, 50, 60)) -> Geometry:
    """A grid around LPS (10, -20, 30) with these columns as steps."""
    affine = np.eye(4)
    affine[:3, :3] = steps
    affine[:3, 3] = (10, -20, 30) - steps @ ((np.array(shape[::-1]) - 1) / 2)
    return Geometry(affine, shape)


SPACED = np.diag((2.0, 2.5, 3.0))
GRIDS = {
    "axial": grid(SPACED),
    "feet first": grid(SPACED @ np.diag((1, 1, -1))),
    "mirrored columns": grid(SPACED @ np.diag((-1, 1, 1))),
    "coronal": grid(np.array([[2.0, 0, 0], [0, 0, 2.5], [0, -3.0, 0]])),
    "oblique": grid(rotation(25, -35) @ SPACED),
    "gantry tilt": grid(SPACED + np.array([[0, 0, 0], [0, 0, 0.9], [0, 0, 0]])),
}


def offset(point: np.ndarray, left: float, back: float, up: float) -> np.ndarray:
    """A point some millimetres away, in LPS."""
    return point + np.array((left, back, up))


def marked(geometry: Geometry, lps, radius_mm: float = 8.0) -> Volume:
    """Air with one ball of bone."""
    z, y, x = np.indices(geometry.shape)
    points = geometry.to_lps(np.stack([x, y, z], axis=-1))
    near = np.linalg.norm(points - np.asarray(lps), axis=-1) < radius_mm
    return Volume(np.where(near, 1200, AIR_HU).astype(np.int16), geometry)


# Regions


def chest() -> tuple[Volume, dict[str, tuple[int, int, int]]]:
    """A trunk with two lungs, a vessel and an arm, on a table, in a round field of view."""
    z, y, x = np.indices((40, 128, 128))
    voxels = np.full(z.shape, AIR_HU, np.int16)
    body = ((x - 64) / 50) ** 2 + ((y - 56) / 32) ** 2 < 1
    voxels[body] = 40
    arm = (x - 6) ** 2 + (y - 56) ** 2 < 25
    voxels[arm] = 40
    for center in (42, 86):
        voxels[((x - center) / 15) ** 2 + ((y - 56) / 20) ** 2 + ((z - 20) / 16) ** 2 < 1] = -850
    voxels[:, 55:57, 85:87] = 20
    voxels[:, 96:98, 10:118] = 60
    voxels[:, 102:116, 40:88] = 280
    voxels[(x - 64) ** 2 + (y - 64) ** 2 > 64**2] = PADDING
    places = {
        "spine": (20, 80, 64),
        "vessel": (20, 55, 85),
        "table": (20, 97, 64),
        "base": (20, 109, 64),
    }
    geometry = Geometry(np.diag((3.0, 3.0, 3.0, 1.0)), voxels.shape)
    return Volume(voxels, geometry), places | {"arm": (20, 56, 6), "lung": (20, 60, 42)}


def value(volume: Volume, source: Volume, place: tuple[int, int, int]) -> float:
    """HU at a voxel of the source, looked up in millimetres."""
    found = volume.value_at(source.geometry.to_lps(place[::-1]))
    return AIR_HU if found is None else found


def test_the_table_is_removed_and_the_arms_are_not():
    source, places = chest()
    drawable = plain(source)
    body = cut_out(drawable, find_body(drawable), 10**8)
    for removed in ("table", "base"):
        assert (
            value(body, source, places[removed])
            == AIR_HU
            < value(drawable, source, places[removed])
        )
    for kept in ("spine", "arm", "vessel"):
        assert value(body, source, places[kept]) == value(drawable, source, places[kept])
    assert body.voxels.size < source.voxels.size


def test_lungs_are_drawn_with_their_vessels_and_without_the_chest_wall():
    source, places = chest()
    drawable = plain(source)
    lungs = cut_out(drawable, find_lungs(drawable, find_body(drawable)), 10**8)
    assert value(lungs, source, places["vessel"]) == 20
    assert value(lungs, source, places["lung"]) == -850
    assert value(lungs, source, places["spine"]) == AIR_HU


def test_a_head_has_no_lungs():
    z, y, x = np.indices((40, 60, 60))
    voxels = np.where((x - 30) ** 2 + (y - 30) ** 2 + (z - 20) ** 2 < 300, 40, AIR_HU)
    volume = Volume(voxels.astype(np.int16), Geometry(np.diag((3.0, 3.0, 3.0, 1.0)), voxels.shape))
    body = find_body(volume)
    assert body is not None
    assert find_lungs(volume, body) is None


@pytest.mark.parametrize("hu", [AIR_HU, 40])
def test_a_volume_without_edges_has_a_region_or_none_but_no_error(hu):
    volume = Volume(np.full((12, 12, 12), hu, np.int16), Geometry(np.eye(4), (12, 12, 12)))
    body = find_body(volume)
    assert (body is None) == (hu == AIR_HU)
    assert cut_out(volume, body, 10**6).voxels.max() == hu


def test_padding_is_drawn_as_air():
    source, _ = chest()
    assert plain(source).voxels.min() == AIR_HU


def test_other_units_are_stretched_to_the_presets_range():
    rng = np.random.default_rng(0)
    values = rng.uniform(200, 4200, (20, 20, 20)).astype(np.float32)
    values[0] = np.nan
    drawn = plain(Volume(values, Geometry(np.eye(4), values.shape), unit=""))
    assert drawn.voxels.dtype == np.int16
    assert drawn.voxels.min() == -1000
    assert 990 < drawn.voxels.max() < 1010
    assert drawn.voxels[0].max() == -1000


@pytest.mark.parametrize("name", GRIDS)
def test_what_is_drawn_lies_where_it_was(name):
    """Turned right-handed and made coarser, a ball keeps its centre."""
    geometry = GRIDS[name]
    center = offset(geometry.center_lps, 12, -9, 7)
    drawn = shrink(plain(marked(geometry, center, 12)), 27_000)
    assert drawn.voxels.size <= 27_000 < np.prod(geometry.shape)
    assert np.linalg.det(drawn.geometry.affine[:3, :3]) > 0
    weight = np.clip(drawn.voxels.astype(float) - AIR_HU - 20, 0, None)
    z, y, x = np.indices(drawn.geometry.shape)
    points = drawn.geometry.to_lps(np.stack([x, y, z], axis=-1))
    found = (points * weight[..., None]).sum((0, 1, 2)) / weight.sum()
    assert np.linalg.norm(found - center) < 0.6


def test_smoothing_is_physical():
    """The same Gaussian in mm flattens fine slices and leaves coarse ones alone."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 100, (24, 24, 24)).astype(np.int16)
    fine = smooth(Volume(noise, Geometry(np.diag((0.5, 0.5, 0.5, 1)), noise.shape)), 1.0)
    coarse = smooth(Volume(noise, Geometry(np.diag((5.0, 5.0, 5.0, 1)), noise.shape)), 1.0)
    assert fine.voxels.std() < 20
    assert np.array_equal(coarse.voxels, noise)


# Camera


def test_from_the_front_the_patients_left_is_on_the_right_of_the_screen():
    camera = Camera.facing("A", GRIDS["axial"])
    points = camera.center + np.array([(40, 0, 0), (0, 0, 40), (0, -40, 0), (0, 0, 0)])
    (left, head, front, center), scale = camera.project(points, 400, 300)
    assert left[0] > 250
    assert left[1] == pytest.approx(150)
    assert head[1] < 100
    assert head[0] == pytest.approx(200)
    assert front == pytest.approx((200, 150))
    assert center == pytest.approx((200, 150))
    assert scale[2] > scale[3]  # what lies in front is nearer


@pytest.mark.parametrize(
    ("side", "right", "up"),
    [
        ("A", "L", "H"),
        ("P", "R", "H"),
        ("L", "P", "H"),
        ("R", "A", "H"),
        ("H", "R", "A"),
        ("F", "L", "A"),
    ],
)
def test_standard_directions_are_upright_and_not_mirrored(side, right, up):
    from viewer.imaging.geometry import direction_letters

    camera = Camera.facing(side, GRIDS["axial"])
    assert direction_letters(-camera.forward) == side
    assert (direction_letters(camera.right), direction_letters(camera.up)) == (right, up)
    assert visible_faces(camera) == [side]


@pytest.mark.parametrize("side", FACING)
def test_the_whole_volume_fits_into_the_first_picture(side):
    for geometry in GRIDS.values():
        camera = Camera.facing(side, geometry)
        xy, _ = camera.project(geometry.corners_lps, 300, 300)
        assert np.all((xy > 0) & (xy < 300))


def test_dragging_turns_the_front_with_the_hand():
    camera = Camera.facing("A", GRIDS["axial"])
    front = offset(camera.center, 0, -40, 0)
    before, _ = camera.project(front, 300, 300)
    right, _ = camera.rotated(0.3, 0).project(front, 300, 300)
    down, _ = camera.rotated(0, 0.3).project(front, 300, 300)
    assert right[0] > before[0] + 5
    assert down[1] > before[1] + 5
    assert visible_faces(camera.rotated(0.6, 0.3)) == ["A", "R", "H"]


def test_many_turns_keep_the_camera_orthonormal():
    camera = Camera.facing("A", GRIDS["axial"])
    for _ in range(500):
        camera = camera.rotated(0.11, -0.07)
    axes = np.stack([camera.right, camera.up, camera.forward])
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-9)


def test_panning_follows_the_hand_and_zooming_keeps_the_centre():
    camera = Camera.facing("A", GRIDS["axial"])
    start, _ = camera.project(camera.center, 300, 300)
    moved, _ = camera.panned(0.1, 0.2).project(camera.center, 300, 300)
    assert moved - start == pytest.approx((30, 60))
    _, scale = camera.project(camera.center, 300, 300)
    _, nearer = camera.zoomed(2).project(camera.center, 300, 300)
    assert nearer == pytest.approx(2 * scale)


def test_zooming_has_limits():
    camera = Camera.facing("A", GRIDS["axial"])
    assert camera.zoomed(1e9).height_mm > 0.01 * camera.diameter_mm
    assert camera.zoomed(1e-9).height_mm < 5 * camera.diameter_mm


# Presets and pace


def test_the_presets_promised_are_there():
    presets = volume_presets()
    assert list(presets) == ["ct-lungs", "ct-bone", "ct-soft-tissue", "mip"]
    assert presets["mip"].blend == "maximum"
    for preset in presets.values():
        assert dict(preset.opacity)[min(dict(preset.opacity))] == 0, "air must be transparent"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"opacity": [[100, 0], [50, 1]]}, "HU must ascend"),
        ({"opacity": [[0, 0], [50, 1.5]]}, "less than or equal to 1"),
        ({"color": [[0, "red"], [50, "#ffffff"]]}, "pattern"),
        ({"glow": 1}, "glow"),
    ],
)
def test_a_preset_that_makes_no_sense_is_refused(change, complaint):
    good = volume_presets()["ct-bone"].model_dump()
    with pytest.raises(ValidationError, match=complaint):
        VolumePreset(**{**good, **change})


def test_slow_pictures_make_dragging_coarser_and_fast_ones_finer():
    pace = Pace()
    first = pace.size(400, 300, 1, fine=False)
    pace.learn(0.5)
    slower = pace.size(400, 300, 1, fine=False)
    for _ in range(20):
        pace.learn(0.005)
    assert slower[0] < first[0]
    assert pace.size(400, 300, 1, fine=False) == (400, 300)
    assert pace.size(400, 300, 1, fine=True) == (400, 300)
    assert pace.size(400, 300, 2, fine=True) == (800, 600)


def test_a_still_of_a_huge_pane_is_limited():
    width, height = Pace().size(3000, 2000, 2, fine=True)
    assert width * height < 1.3e6
    assert width / height == pytest.approx(1.5, rel=0.01)


# VTK

BONE = VolumePreset(
    id="test",
    name="test",
    region=Region.WHOLE,
    opacity=((-500, 0), (0, 1)),
    color=((-500, "#ffffff"), (0, "#ffffff")),
    ambient=0.4,
    diffuse=1,
    specular=0,
)


@lru_cache(maxsize=1)
def rendering_fails_because() -> str:
    """Why this machine cannot render, found out in a process that may crash; empty if it can."""
    client, answers = RenderClient("#000000"), []
    client.ready.connect(lambda _: answers.append(""), type=Qt.ConnectionType.DirectConnection)
    client.failed.connect(answers.append, type=Qt.ConnectionType.DirectConnection)
    client.load(0, marked(GRIDS["axial"], (0, 0, 0)))
    deadline = time.monotonic() + 60
    while not answers and time.monotonic() < deadline:
        time.sleep(0.02)
    client.close()
    return answers[0] if answers else "no answer"


@pytest.fixture(scope="module")
def rendering():
    reason = rendering_fails_because()
    if reason:
        pytest.skip(f"3D rendering does not work here: {reason}")


@pytest.fixture(scope="module", params=["processor", "graphics card"])
def scene(request, rendering):
    from viewer.ui.rendering.scene import Scene

    return Scene("#000000", gpu=request.param == "graphics card")


def bright(pixels: np.ndarray) -> np.ndarray:
    """Centre (x, y) of what is not background."""
    rows, columns = np.nonzero(pixels[..., 0] > 60)
    assert rows.size, "nothing was drawn"
    return np.array([columns.mean(), rows.mean()]) + 0.5


@pytest.mark.parametrize("name", GRIDS)
def test_a_marker_is_drawn_where_its_millimetres_project(scene, name):
    geometry = GRIDS[name]
    marker = offset(geometry.center_lps, 25, -20, 15)
    scene.put("volume", plain(marked(geometry, marker)))
    for camera in (
        Camera.facing("A", geometry),
        Camera.facing("L", geometry),
        Camera.facing("H", geometry),
        Camera.facing("A", geometry).rotated(0.7, 0.4).zoomed(1.5).panned(0.1, -0.1),
    ):
        pixels = scene.render("volume", BONE, camera, (SIZE + 40, SIZE))
        expected, _ = camera.project(marker, SIZE + 40, SIZE)
        assert bright(pixels) == pytest.approx(expected, abs=2.5)


def test_from_the_front_a_left_marker_is_drawn_on_the_right(scene):
    geometry = GRIDS["axial"]
    scene.put("volume", plain(marked(geometry, offset(geometry.center_lps, 40, 0, 0))))
    pixels = scene.render("volume", BONE, Camera.facing("A", geometry), (SIZE, SIZE))
    assert bright(pixels)[0] > SIZE / 2 + 10
    pixels = scene.render("volume", BONE, Camera.facing("P", geometry), (SIZE, SIZE))
    assert bright(pixels)[0] < SIZE / 2 - 10


def test_maximum_intensity_shows_the_brightest_value(scene):
    geometry = GRIDS["axial"]
    volume = plain(marked(geometry, geometry.center_lps, 15))
    scene.put("volume", volume)
    preset = volume_presets()["mip"]
    pixels = scene.render("volume", preset, Camera.facing("A", geometry), (SIZE, SIZE))
    assert pixels[SIZE // 2, SIZE // 2, 0] > 200
    assert pixels[5, 5, 0] < 10


def test_a_picture_is_given_up_when_it_is_not_wanted_any_more(rendering):
    from viewer.ui.rendering.scene import Scene

    scene, geometry = Scene("#000000", gpu=False), GRIDS["axial"]
    scene.put("volume", plain(marked(geometry, geometry.center_lps)))
    camera = Camera.facing("A", geometry)
    assert scene.render("volume", BONE, camera, (SIZE, SIZE), wanted=lambda: False) is None
    assert scene.render("volume", BONE, camera, (SIZE, SIZE)) is not None


def test_software_renderers_are_recognised(rendering):
    from viewer.ui.rendering.scene import runs_on_gpu

    assert not runs_on_gpu("llvmpipe (LLVM 15.0.6, 256 bits)")
    assert not runs_on_gpu("SVGA3D; build: RELEASE; LLVM; Software Rasterizer")
    assert runs_on_gpu("NVIDIA GeForce RTX 4070/PCIe/SSE2")
    assert runs_on_gpu("Mesa Intel(R) Xe Graphics (TGL GT2)")


# The process


def crash(connection, background):
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(connection, background):
    connection.send(Unable(str(RenderingError("OpenGL does not work.", remedy="Install Mesa."))))


def hang(connection, background):
    time.sleep(60)


def crash_later(connection, background):
    connection.send(Ready("a driver", True))
    connection.recv()
    os._exit(11)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (crash, "graphics driver failed"),
        (crash_later, "graphics driver failed"),
        (refuse, "OpenGL does not work. Install Mesa."),
        (hang, "does not answer"),
    ],
)
def test_whatever_happens_to_the_process_the_window_is_told(qtbot, target, words):
    client = RenderClient("#000000", target, start_seconds=1.5 if target is hang else 30)
    with qtbot.waitSignal(client.failed, timeout=30_000) as failed:
        client.load(1, marked(GRIDS["axial"], (10, -20, 30)))
    assert words in failed.args[0]
    client.close()


@pytest.fixture
def client(qtbot, rendering):
    client = RenderClient("#000000")
    volume = marked(GRIDS["axial"], GRIDS["axial"].center_lps)
    with qtbot.waitSignal(client.loaded, timeout=60_000) as loaded:
        client.load(7, volume)
    assert loaded.args[0] == 7
    assert Region.WHOLE in loaded.args[1].boxes
    yield client
    client.close()


def order(number: int, *, fine: bool = False, size: int = SIZE) -> Order:
    camera = Camera.facing("A", GRIDS["axial"])
    return Order(number, 7, BONE, Region.WHOLE, camera, (size, size), fine)


@pytest.mark.parametrize("fine", [False, True])
def test_an_order_comes_back_as_a_picture(qtbot, client, fine):
    with qtbot.waitSignal(client.pictured, timeout=60_000) as pictured:
        client.draw(order(3, fine=fine))
    (picture,) = pictured.args
    assert picture.order.number == 3
    assert picture.pixels.shape == (SIZE, SIZE, 4)
    assert bright(picture.pixels) == pytest.approx((SIZE / 2, SIZE / 2), abs=2)


def test_orders_overtaken_are_never_rendered(qtbot, client):
    seen = []
    client.pictured.connect(lambda picture: seen.append(picture.order.number))
    for number in range(1, 101):
        client.draw(order(number))
    qtbot.waitUntil(lambda: bool(seen) and seen[-1] == 100, timeout=60_000)
    assert len(seen) < 20


def test_an_error_in_the_process_is_told_by_name(qtbot, client):
    with qtbot.waitSignal(client.failed, timeout=60_000) as failed:
        client.draw(replace(order(1), preset=None))
    assert "AttributeError" in failed.args[0]


def test_closing_ends_process_and_thread(qtbot, client):
    import multiprocessing
    import threading

    children = multiprocessing.active_children()
    assert any(child.name == "rendering" for child in children)
    client.draw(order(1, fine=True, size=1000))
    start = time.monotonic()
    client.close()
    assert time.monotonic() - start < 2
    assert not any(child.name == "rendering" for child in multiprocessing.active_children())
    assert not any(thread.name == "rendering client" for thread in threading.enumerate())


@pytest.mark.parametrize(
    ("module", "foreign"),
    [("viewer.ui.volume_view", "vtkmodules"), ("viewer.ui.rendering.worker", "PySide6")],
)
def test_window_and_renderer_each_load_only_their_own_library(module, foreign):
    script = f"import sys, {module}; sys.exit({foreign!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
