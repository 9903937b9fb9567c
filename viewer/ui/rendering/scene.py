"""``Scene``: volumes drawn by VTK into memory, without a window on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import vtkmodules.vtkRenderingOpenGL2
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401  (registers the renderers)
from vtkmodules.vtkCommonCore import vtkCommand, vtkLogger, vtkShortArray, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPiecewiseFunction
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import (
    vtkColorTransferFunction,
    vtkRenderer,
    vtkRenderWindow,
    vtkVolume,
    vtkVolumeProperty,
)
from vtkmodules.vtkRenderingVolume import (
    vtkFixedPointVolumeRayCastMapper,
    vtkGPUVolumeRayCastMapper,
)

from viewer.imaging.volume import Volume
from viewer.ui.rendering.camera import Camera
from viewer.ui.rendering.messages import RenderingError
from viewer.ui.rendering.presets import VolumePreset

_ABORT_CHECK = int(vtkCommand.AbortCheckEvent)
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "basic render", "gdi")


def runs_on_gpu(renderer: str) -> bool:
    """Whether an OpenGL renderer string names a graphics card, not a processor."""
    return not any(word in renderer.lower() for word in _SOFTWARE)


def quiet_log() -> None:
    """Keep VTK's hints about missing screens off the terminal; its errors stay."""
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_ERROR)


@dataclass(eq=False)
class _Prop:
    """A volume as VTK draws it, and the voxels that VTK reads without owning them."""

    actor: vtkVolume
    mapper: vtkGPUVolumeRayCastMapper | vtkFixedPointVolumeRayCastMapper
    voxels: npt.NDArray[np.int16]
    image: vtkImageData = field(repr=False)


class Scene:
    """Pictures of volumes under a preset and a camera.

    Parameters
    ----------
    background : str
        Colour behind the volume, ``#rrggbb``.
    gpu : bool, optional
        Whether the graphics card casts the rays; by default, whether there is one.

    Raises
    ------
    RenderingError
        OpenGL does not work here. (A broken driver may also end the process.)
    """

    def __init__(self, background: str, gpu: bool | None = None) -> None:
        self._renderer = vtkRenderer()
        self._renderer.SetBackground(*_rgb(background))
        self._window = vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.SetSize(16, 16)
        self._window.AddRenderer(self._renderer)
        self._window.Render()
        self.renderer_name = self._name()
        self.gpu = runs_on_gpu(self.renderer_name) if gpu is None else gpu
        self._property = vtkVolumeProperty()
        self._property.SetInterpolationTypeToLinear()
        self._preset: VolumePreset | None = None
        self._props: dict[str, _Prop] = {}

    def put(self, key: str, volume: Volume, samples_apart: float = 0.75) -> None:
        """Keep a volume, from :func:`regions.plain`, under a name.

        Parameters
        ----------
        key : str
        volume : Volume
        samples_apart : float
            Along a ray, in voxels.
        """
        self._drop(key)
        image = vtkImageData()
        z, y, x = volume.voxels.shape
        spacing = volume.geometry.spacing_mm[::-1]
        image.SetDimensions(x, y, z)
        image.SetSpacing(*spacing)
        scalars: Any = vtkShortArray()
        scalars.SetVoidArray(volume.voxels.reshape(-1), volume.voxels.size, 1)
        image.GetPointData().SetScalars(scalars)
        mapper = self._mapper()
        mapper.SetInputData(image)
        mapper.SetAutoAdjustSampleDistances(False)
        mapper.SetSampleDistance(samples_apart * min(spacing))
        actor = vtkVolume()
        actor.SetMapper(mapper)
        actor.SetProperty(self._property)
        actor.SetUserMatrix(_placement(volume))
        self._props[key] = _Prop(actor, mapper, volume.voxels, image)

    def clear(self, keeping: str | None = None) -> None:
        """Forget all volumes, but for those whose name ends in ``keeping``."""
        for key in list(self._props):
            if keeping is None or not key.endswith(keeping):
                self._drop(key)

    def __contains__(self, key: str) -> bool:
        return key in self._props

    def render(
        self,
        key: str,
        preset: VolumePreset,
        camera: Camera,
        size: tuple[int, int],
        wanted: Callable[[], bool] = lambda: True,
    ) -> npt.NDArray[np.uint8] | None:
        """A picture.

        Parameters
        ----------
        key : str
            The volume to draw.
        preset : VolumePreset
        camera : Camera
        size : tuple of int
            ``(width, height)`` in pixels.
        wanted : callable
            Asked now and then; once False, the picture is given up.

        Returns
        -------
        ndarray of uint8, shape (height, width, 4), RGBA from the top row down; None if given up.
        """
        self._dress(preset)
        prop = self._props[key]
        if preset.blend == "maximum":
            prop.mapper.SetBlendModeToMaximumIntensity()
        else:
            prop.mapper.SetBlendModeToComposite()
        self._renderer.RemoveAllViewProps()
        self._renderer.AddVolume(prop.actor)
        self._aim(camera)
        self._window.SetSize(*size)
        tag = self._window.AddObserver(
            _ABORT_CHECK, lambda *_: self._window.SetAbortRender(0 if wanted() else 1)
        )
        self._window.Render()
        self._window.RemoveObserver(tag)
        aborted = bool(self._window.GetAbortRender())
        self._window.SetAbortRender(0)
        return None if aborted else self._pixels()

    def _mapper(self) -> vtkGPUVolumeRayCastMapper | vtkFixedPointVolumeRayCastMapper:
        if not self.gpu:
            return vtkFixedPointVolumeRayCastMapper()
        mapper = vtkGPUVolumeRayCastMapper()
        mapper.SetUseJittering(True)
        return mapper

    def _dress(self, preset: VolumePreset) -> None:
        if preset == self._preset:
            return
        opacity, color = vtkPiecewiseFunction(), vtkColorTransferFunction()
        for hu, share in preset.opacity:
            opacity.AddPoint(hu, share)
        for hu, value in preset.color:
            color.AddRGBPoint(hu, *_rgb(value))
        self._property.SetScalarOpacity(opacity)
        self._property.SetColor(color)
        self._property.SetScalarOpacityUnitDistance(preset.opacity_mm)
        self._property.SetShade(preset.blend == "composite")
        self._property.SetAmbient(preset.ambient)
        self._property.SetDiffuse(preset.diffuse)
        self._property.SetSpecular(preset.specular)
        self._property.SetSpecularPower(preset.shininess)
        self._preset = preset

    def _aim(self, camera: Camera) -> None:
        view = self._renderer.GetActiveCamera()
        view.SetFocalPoint(*camera.center)
        view.SetPosition(*camera.position)
        view.SetViewUp(*camera.up)
        view.SetViewAngle(camera.angle_degrees)
        self._renderer.ResetCameraClippingRange()

    def _pixels(self) -> npt.NDArray[np.uint8]:
        width, height = self._window.GetSize()
        data: Any = vtkUnsignedCharArray()
        self._window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, data, 0)
        picture = np.frombuffer(data, np.uint8).reshape(height, width, 4)[::-1]
        return np.ascontiguousarray(picture)

    def _name(self) -> str:
        lines = (self._window.ReportCapabilities() or "").splitlines()
        for line in lines:
            label, _, value = line.partition(":")
            if "renderer string" in label.lower():
                return value.strip()
        raise RenderingError(
            "OpenGL does not work on this machine.",
            remedy="Install a graphics driver, or Mesa (libegl-mesa0 or libosmesa6).",
        )

    def _drop(self, key: str) -> None:
        prop = self._props.pop(key, None)
        if prop is not None:
            self._renderer.RemoveVolume(prop.actor)
            prop.actor.ReleaseGraphicsResources(self._window)


def _placement(volume: Volume) -> vtkMatrix4x4:
    """From VTK's spaced grid to LPS: a rotation, and a shear where the gantry was tilted."""
    affine = volume.geometry.affine.copy()
    affine[:3, :3] /= np.array(volume.geometry.spacing_mm)[::-1]
    matrix = vtkMatrix4x4()
    matrix.DeepCopy(affine.reshape(-1).tolist())
    return matrix


def _rgb(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue
