"""Random grids in patient space for hypothesis, and brute-force references."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from viewer.imaging.geometry import Geometry

small = st.integers(2, 7)
spacing = st.floats(0.3, 6.0)


@st.composite
def geometries(draw, sheared: bool | None = None) -> Geometry:
    """Rotated, flipped, anisotropic and, unless told otherwise, sometimes tilted grids."""
    rotation = Rotation.from_euler("xyz", [draw(st.floats(-180, 180)) for _ in range(3)], True)
    axes = rotation.as_matrix() * draw(st.sampled_from([(1, 1, 1), (1, 1, -1), (-1, 1, 1)]))
    dx, dy, dz = draw(spacing), draw(spacing), draw(spacing)
    step = axes[:, 2] * dz
    if sheared or (sheared is None and draw(st.booleans())):
        step = step + axes[:, 1] * dz * np.tan(np.radians(draw(st.floats(3, 30))))
    origin = [draw(st.floats(-300, 300)) for _ in range(3)]
    shape = (draw(small), draw(small), draw(small))
    return Geometry.from_directions(origin, axes[:, 0], axes[:, 1], step, (dy, dx), shape)
