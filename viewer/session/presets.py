"""Window presets as data: names, widths, centres and number keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from viewer.imaging.voi import Window


class WindowPreset(BaseModel):
    """A named window in HU; ``key`` is the number key that sets it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: Annotated[str, Field(min_length=1)]
    width: Annotated[float, Field(ge=1)]
    center: float
    key: Annotated[int, Field(ge=1, le=9)] | None = None

    @property
    def window(self) -> Window:
        """The window it stands for."""
        return Window(self.center, self.width, self.name)


class WindowPresets(BaseModel):
    """All presets of a file, in menu order."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_version: Annotated[Literal["hounsfield.windows/1"], Field(alias="schema")]
    unit: Literal["HU"]
    presets: tuple[WindowPreset, ...]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        for what in ("id", "name", "key"):
            values = [getattr(p, what) for p in self.presets if getattr(p, what) is not None]
            if len(set(values)) != len(values):
                raise ValueError(f"two window presets have the same {what}")
        return self

    def by_id(self, preset: str) -> WindowPreset:
        """The preset with this id.

        Raises
        ------
        KeyError
            There is none; the message names those there are.
        """
        for candidate in self.presets:
            if candidate.id == preset:
                return candidate
        known = ", ".join(p.id for p in self.presets)
        raise KeyError(f"There is no window preset {preset!r}; there are {known}.")


def with_presets(like: WindowPresets, presets: tuple[WindowPreset, ...]) -> WindowPresets:
    """Other presets in the same unit.

    Raises
    ------
    ValueError
        Two have the same name or key.
    """
    document = like.model_dump(by_alias=True) | {"presets": [p.model_dump() for p in presets]}
    return WindowPresets.model_validate(document)


def load_presets(path: Path) -> WindowPresets:
    """Read and validate a file of presets (``resources/windows.json``).

    Raises
    ------
    pydantic.ValidationError
        The file does not follow the schema.
    """
    return WindowPresets.model_validate_json(path.read_bytes())
