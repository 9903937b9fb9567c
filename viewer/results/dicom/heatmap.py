"""A heatmap as a Parametric Map of float32 (PS3.3 A.75), values as they are."""

from __future__ import annotations

import highdicom as hd
from pydicom.sr.codedict import codes

from ai.findings import Heatmap
from viewer import DISCLAIMER
from viewer.imaging.geometry import Geometry
from viewer.results.dicom.codes import plain, private
from viewer.results.dicom.identity import Identity, Kind
from viewer.results.dicom.segmentation import spatial
from viewer.results.dicom.sources import Sources


def parametric_map(heatmap: Heatmap, sources: Sources, identity: Identity) -> hd.pm.ParametricMap:
    """Make a Parametric Map on the heatmap's own grid.

    Parameters
    ----------
    heatmap : Heatmap
    sources : Sources
    identity : Identity

    Raises
    ------
    UnsupportedError
        The images do not say where they lie.
    """
    sources.require_place()
    slices, rows, columns = heatmap.values.shape
    geometry = Geometry(heatmap.affine, (slices, rows, columns))
    values = hd.pm.RealWorldValueMapping(
        lut_label="SCORE",
        lut_explanation=plain(heatmap.meaning, 64),
        unit=codes.UCUM.NoUnits,
        value_range=(0.0, 1.0),
        slope=1.0,
        intercept=0.0,
        quantity_definition=private(heatmap.meaning),
    )
    written = hd.pm.ParametricMap(
        source_images=sources.datasets,
        pixel_array=heatmap.values,
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[values],
        voi_lut_transformations=[hd.VOILUTTransformation(window_center=0.5, window_width=1.0)],
        content_description=DISCLAIMER,
        content_label="AI_HEATMAP",
        **spatial(geometry, range(slices)),
        **identity.instance(Kind.HEATMAP),
    )
    # Without it validators ask for the side of a body part that may have two.
    written.BodyPartExamined = sources.series.body_part or "CHEST"
    return written
