"""Volume rendering presets: how HU become colour and opacity; data, validated."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from resources import ROOT
from viewer.ui.rendering.regions import Region

_Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
_Share = Annotated[float, Field(ge=0, le=1)]


class VolumePreset(BaseModel):
    """One look of a volume.

    Parameters
    ----------
    id : str
        What settings and the command line call it.
    name : str
        What people call it.
    blend : {"composite", "maximum"}
        Light through translucent tissue, or the highest value along each ray.
    region : Region
        What of the volume is drawn.
    smooth_mm : float
        Standard deviation of the Gaussian that is laid over the voxels first.
    opacity : tuple of (HU, opacity)
        Piecewise linear; opacity is that of ``opacity_mm`` of tissue.
    color : tuple of (HU, colour)
        Piecewise linear in RGB.
    opacity_mm : float
        Thickness over which tissue reaches its opacity.
    ambient, diffuse, specular, shininess : float
        Phong shading; none for maximum intensity.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    blend: Literal["composite", "maximum"] = "composite"
    region: Region = Region.BODY
    smooth_mm: Annotated[float, Field(ge=0, le=5)] = 0
    opacity: tuple[tuple[float, _Share], ...] = Field(min_length=2)
    color: tuple[tuple[float, _Color], ...] = Field(min_length=2)
    opacity_mm: Annotated[float, Field(gt=0)] = 1.0
    ambient: _Share = 0.2
    diffuse: _Share = 0.8
    specular: _Share = 0.2
    shininess: Annotated[float, Field(ge=1, le=128)] = 12

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        for points in (self.opacity, self.color):
            if any(low[0] >= high[0] for low, high in pairwise(points)):
                raise ValueError(f"preset {self.id!r}: HU must ascend")
        return self


@lru_cache(maxsize=1)
def volume_presets() -> dict[str, VolumePreset]:
    """All presets by id, in the order of the menu, read from ``resources/volume_presets.json``.

    Raises
    ------
    pydantic.ValidationError
        A preset is incomplete or makes no sense.
    """
    document = json.loads((ROOT / "volume_presets.json").read_text("utf-8"))
    presets = [VolumePreset(**entry) for entry in document["presets"]]
    return {preset.id: preset for preset in presets}
