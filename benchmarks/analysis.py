"""The lung-nodule model on a 300-slice synthetic chest CT, stage by stage, on this machine."""

from __future__ import annotations

import resources
from ai.engine import Engine
from ai.image import Image
from ai.request import Request
from benchmarks.table import Row
from viewer.imaging.phantom import ChestScan, chest_ct
from viewer.imaging.volume import fill_padding


def rows() -> list[Row]:
    """Run once to warm the networks and once to measure."""
    volume = chest_ct(ChestScan(slices=300, slice_mm=1.0)).volume
    image = Image(fill_padding(volume.voxels, volume.background), volume.geometry.affine, "CT")
    engine = Engine()
    request = Request(resources.MODELS / "lung-nodule-ct")
    engine.run(request, image)
    run = engine.run(request, image).run
    stages = [Row(f"analysis, {run.device}: {name}", s) for name, s in run.seconds.items()]
    return [*stages, Row(f"analysis, {run.device}: 300 slices in all", run.total_seconds)]
