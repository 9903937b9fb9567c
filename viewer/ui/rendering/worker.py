"""The rendering process: takes a volume and orders, answers each with a picture."""

from __future__ import annotations

from multiprocessing.connection import Connection
from time import perf_counter

import numpy as np

from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import Volume
from viewer.ui.rendering.messages import (
    Abort,
    Loaded,
    Order,
    Picture,
    Ready,
    RenderingError,
    Unable,
    VolumeHeader,
)
from viewer.ui.rendering.regions import (
    Extent,
    Region,
    boxed,
    cut_out,
    find_body,
    find_lungs,
    plain,
)
from viewer.ui.rendering.scene import Scene, quiet_log

#: Voxels of the volume drawn while the hand moves, and of the one drawn in full quality. On a
#: processor each voxel's gradient is computed before the first picture, about 20 million a second.
_FAST_VOXELS = 3_000_000
_FINE_VOXELS = 24_000_000
_GPU_VOXELS = 400_000_000
#: Distance of the samples along a ray, in voxels.
_FAST_SAMPLES, _FINE_SAMPLES = 1.5, 0.75


def serve(connection: Connection, background: str) -> None:
    """Answer messages until the other end closes.

    Parameters
    ----------
    connection : Connection
        Receives ``VolumeHeader`` (then the voxels' bytes), ``Order`` and ``Abort``; sends
        ``Ready``, then ``Loaded`` and ``Picture``, or ``Unable`` and no more.
    background : str
        Colour behind the volume, ``#rrggbb``.
    """
    quiet_log()
    try:
        studio = Studio(Scene(background))
        connection.send(Ready(studio.scene.renderer_name, studio.scene.gpu))
        while True:
            _answer(connection, studio, connection.recv())
    except (EOFError, OSError):
        return
    except RenderingError as error:
        connection.send(Unable(str(error)))
    except Exception as error:
        connection.send(Unable(f"3D rendering failed ({type(error).__name__}: {error})."))
        raise


def _answer(connection: Connection, studio: Studio, message: object) -> None:
    if isinstance(message, VolumeHeader):
        voxels = np.frombuffer(connection.recv_bytes(), message.dtype)
        voxels = voxels.reshape(message.geometry.shape)
        connection.send(studio.take(Volume(voxels, message.geometry, message.unit)))
    elif isinstance(message, Order):
        connection.send(studio.shoot(message, connection))
    elif not isinstance(message, Abort):
        raise TypeError(f"unknown message {type(message).__name__}")


class Studio:
    """A scene, the volume in it, and the cut-outs of the volume that were drawn so far.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._volume: Volume | None = None
        self._extents: dict[Region, Extent | None] = {}

    def take(self, volume: Volume) -> Loaded:
        """Put another volume in the scene."""
        self.scene.clear()
        self._volume = plain(volume)
        body = find_body(self._volume) if volume.unit == "HU" else None
        lungs = find_lungs(self._volume, body)
        self._extents = {Region.WHOLE: None}
        self._extents |= {Region.BODY: body} if body else {}
        self._extents |= {Region.LUNGS: lungs} if lungs else {}
        return Loaded({region: self._box(region) for region in self._extents})

    def shoot(self, order: Order, connection: Connection | None = None) -> Picture:
        """Render an order; a still is given up when something arrives on the connection."""
        start = perf_counter()
        key = self._prepare(order)
        patient = order.fine and connection is not None

        def wanted() -> bool:
            return not (patient and connection is not None and connection.poll())

        pixels = None
        if wanted():
            pixels = self.scene.render(key, order.preset, order.camera, order.size, wanted)
        return Picture(order, pixels, perf_counter() - start)

    def _prepare(self, order: Order) -> str:
        """Make sure that the scene has the cut-out an order needs; its name there."""
        fine = order.fine or self.scene.gpu
        key = f"{order.region}/{order.preset.smooth_mm}/{'fine' if fine else 'fast'}"
        if key not in self.scene:
            most = _GPU_VOXELS if self.scene.gpu else _FINE_VOXELS if fine else _FAST_VOXELS
            if fine:
                # One full cut-out at a time: with its gradients it takes 5 bytes a voxel.
                self.scene.clear(keeping="/fast")
            volume = self._cut(order.region, most, order.preset.smooth_mm)
            self.scene.put(key, volume, _FINE_SAMPLES if fine else _FAST_SAMPLES)
        return key

    def _cut(self, region: Region, most_voxels: int, smooth_mm: float) -> Volume:
        assert self._volume is not None
        return cut_out(self._volume, self._extents.get(region), most_voxels, smooth_mm)

    def _box(self, region: Region) -> Geometry:
        assert self._volume is not None
        return boxed(self._volume, self._extents[region]).geometry
