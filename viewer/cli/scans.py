"""CT series below a path with what readers marked in them, for measuring a model."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ai.image import Image
from ai.training.nodules.annotations import Annotations, read_annotations
from ai.training.nodules.metaimage import read_metaimage
from ai.training.nodules.scans import LabelledScan
from viewer.analysis import image_of
from viewer.dicom.series import Series
from viewer.errors import NothingReadableError
from viewer.formats.load import load
from viewer.formats.scan import scan


def labelled_scans(data: Path) -> list[LabelledScan]:
    """The CT series and MetaImages below a path, with their annotations where there are any.

    Raises
    ------
    NothingReadableError
        There is no CT.
    DataError
        An annotation is broken.
    """
    annotations = read_annotations(data) if data.is_dir() else Annotations()
    metaimages = sorted(data.rglob("*.mhd")) if data.is_dir() else []
    if data.suffix == ".mhd":
        metaimages = [data]
    series = [] if data in metaimages else [s for s in scan([data]).series if s.modality == "CT"]
    found = [_of_series(one, annotations) for one in series]
    found += [
        LabelledScan(
            path.stem, "", partial(read_metaimage, path), annotations.of(path.stem, slices={})
        )
        for path in metaimages
    ]
    if not found:
        raise NothingReadableError("There is no CT series to measure on.", data)
    return found


def _of_series(series: Series, annotations: Annotations) -> LabelledScan:
    slices = {
        series.slices[placed.below].sop_instance_uid: number
        for number, placed in enumerate(series.placements)
        if placed.below is not None and not placed.is_interpolated
    }
    return LabelledScan(
        series.series_uid,
        series.study.patient_id,
        partial(_read, series),
        annotations.of(series.series_uid, slices),
    )


def _read(series: Series) -> Image:
    return image_of(series, load(series).volume)
