"""Affines of every kind, drawn by hypothesis."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation


@st.composite
def rectangular(draw):
    """An affine to patient millimetres: turned, flipped, of unequal spacing, moved."""
    degrees = st.floats(-180, 180)
    turn = Rotation.from_euler("xyz", draw(st.tuples(degrees, degrees, degrees)), degrees=True)
    flips = draw(st.tuples(*[st.sampled_from((-1.0, 1.0))] * 3))
    spacing = draw(st.tuples(*[st.floats(0.2, 6)] * 3))
    affine = np.eye(4)
    affine[:3, :3] = turn.as_matrix() @ np.diag(np.array(flips) * spacing)
    affine[:3, 3] = draw(st.tuples(*[st.floats(-300, 300)] * 3))
    return affine
