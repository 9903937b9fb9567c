"""A session written down, and taken up again."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from viewer.dicom.series import Series
from viewer.imaging.geometry import Geometry
from viewer.imaging.labels import Segment
from viewer.imaging.voi import VoiLut, Window
from viewer.session.display import Look
from viewer.session.document import (
    SCHEMA,
    FindingDocument,
    LookDocument,
    MarkDocument,
    OwnedMeasurement,
    ReviewDocument,
    SegmentationDocument,
    SegmentDocument,
    SeriesDocument,
    SessionDocument,
    ViewsDocument,
    WindowDocument,
)
from viewer.session.input_hashes import InputHashes
from viewer.session.marks import Mark
from viewer.session.measurement_document import document
from viewer.session.measurements import Measurement
from viewer.session.results import Result, Review
from viewer.session.segmentation import Segmentation
from viewer.session.session import Session


def describe(
    session: Session, views: ViewsDocument | None = None, hashes: InputHashes | None = None
) -> SessionDocument:
    """Write a session down as it is now.

    Parameters
    ----------
    session : Session
    views : ViewsDocument, optional
    hashes : InputHashes, optional
        Of the files, as far as they are made.
    """
    library = session.library
    return SessionDocument(
        schema=SCHEMA,
        saved=datetime.now(UTC).replace(microsecond=0),
        paths=tuple(path.absolute() for path in library.paths),
        series=tuple(_series(s, hashes) for s in library.series),
        active=session.active.key if session.active is not None else None,
        looks=tuple(_look(key, look, library.find(key)) for key, look in session.looks.items()),
        views=views,
        measurements=tuple(_measurement(m) for m in session.measurements.kept),
        reviews=tuple(
            _review(key, review, review.result)
            for key, review in session.results.reviews.items()
            if review.result is not None
        ),
        segmentations=tuple(
            _segmentation(key, one)
            for key, one in session.segmentations.all.items()
            if one.segments
        ),
    )


def take_up(session: Session, saved: SessionDocument) -> None:
    """Put a saved session in the place of what is open, and open its files.

    Parameters
    ----------
    session : Session
    saved : SessionDocument
    """
    looks = {one.series_key: _to_look(one) for one in saved.looks}
    session.reopen(saved.paths, looks, saved.active)
    measurements = session.measurements
    measurements.restore(
        replace(
            measurements.begin(one.figure, one.series_key, one.name),
            color=one.color,
            label=one.label_lps_mm,
        )
        for one in saved.measurements
    )
    session.segmentations.restore(
        {one.series_key: _to_segmentation(one) for one in saved.segmentations}
    )
    session.results.restore({one.series_key: _to_review(one) for one in saved.reviews})


def _series(series: Series, hashes: InputHashes | None) -> SeriesDocument:
    return SeriesDocument(
        key=series.key,
        series_uid=series.series_uid,
        study_uid=series.study_uid,
        images=len(series.slices) or series.shape[0],
        sha256=hashes.find(series.key) if hashes is not None else None,
    )


def _look(key: str, look: Look, series: Series | None) -> LookDocument:
    cursor = None if look.cursor is None else look.cursor.tolist()
    window = look.window
    if isinstance(window, VoiLut):
        # The files' first table comes back by itself; another one as the window most like it.
        is_first = series is not None and window is series.first_voi
        window = None if is_first else window.as_window()
    return LookDocument(
        series_key=key,
        cursor_lps_mm=cursor,
        window=None
        if window is None
        else WindowDocument.model_validate(window, from_attributes=True),
        inverted=look.inverted,
    )


def _to_look(saved: LookDocument) -> Look:
    one = saved.window
    window = None if one is None else Window(one.center, one.width, one.name, one.function)
    cursor = None if saved.cursor_lps_mm is None else np.array(saved.cursor_lps_mm)
    return Look(cursor, window, saved.inverted)


def _measurement(measurement: Measurement) -> OwnedMeasurement:
    return OwnedMeasurement(
        series_key=measurement.series, **document(measurement).model_dump(exclude_unset=True)
    )


def _segmentation(key: str, one: Segmentation) -> SegmentationDocument:
    return SegmentationDocument(
        series_key=key,
        affine=one.geometry.affine.tolist(),
        shape=one.geometry.shape,
        segments=tuple(
            SegmentDocument.model_validate(segment, from_attributes=True)
            for segment in one.segments
        ),
        active=one.active,
        slices=tuple(b64encode(packed) for packed in one.packed),
    )


def _to_segmentation(saved: SegmentationDocument) -> Segmentation:
    return Segmentation.unpacked(
        Geometry(np.array(saved.affine), saved.shape),
        saved.slices,
        tuple(Segment(**one.model_dump()) for one in saved.segments),
        saved.active,
    )


def _review(key: str, review: Review, result: Result) -> ReviewDocument:
    return ReviewDocument(
        series_key=key,
        model=result.model,
        label=result.label,
        findings=tuple(
            FindingDocument.model_validate(f, from_attributes=True) for f in result.findings
        ),
        operating_points=dict(result.operating_points),
        model_threshold=result.threshold,
        lowest_threshold=result.lowest_threshold,
        reasons=result.reasons,
        provenance=result.provenance,
        classes=dict(result.classes),
        decides=result.decides,
        threshold=review.threshold,
        chosen=review.chosen,
        dismissed=tuple(sorted(review.dismissed)),
        marks=tuple(
            MarkDocument(id=id_, accepted=m.accepted, comment=m.comment, box_lps_mm=m.box_lps_mm)
            for id_, m in sorted(review.marks.items())
        ),
    )


def _to_review(saved: ReviewDocument) -> Review:
    result = Result(
        model=saved.model,
        label=saved.label,
        findings=saved.findings,
        heatmap=None,
        meaning="",
        operating_points=dict(saved.operating_points),
        threshold=saved.model_threshold,
        lowest_threshold=saved.lowest_threshold,
        reasons=saved.reasons,
        provenance=saved.provenance,
        classes=dict(saved.classes),
        decides=saved.decides,
    )
    marks = {one.id: Mark(one.accepted, one.comment, one.box_lps_mm) for one in saved.marks}
    return Review(result, saved.threshold, saved.chosen, frozenset(saved.dismissed), marks)
