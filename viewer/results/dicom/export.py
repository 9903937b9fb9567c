"""All DICOM objects of a result, in a folder."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PIL import Image
from pydicom.dataset import Dataset

from ai.findings import Finding, Findings
from viewer.dicom.series import Series
from viewer.errors import UnsupportedError
from viewer.imaging.geometry import Geometry
from viewer.results.dicom.heatmap import parametric_map
from viewer.results.dicom.identity import Identity
from viewer.results.dicom.pictures import capture, key_objects
from viewer.results.dicom.report import report
from viewer.results.dicom.segmentation import Outlined, segmentation
from viewer.results.dicom.sources import Sources

_log = logging.getLogger(__name__)

SEGMENTATION, REPORT, HEATMAP = "segmentation.dcm", "report.dcm", "heatmap.dcm"
KEY_OBJECTS, PICTURE = "key-images.dcm", "finding-{:02}.dcm"


def write_objects(
    folder: Path,
    shown: Sequence[Finding],
    findings: Findings,
    series: Series,
    geometry: Geometry,
    pictures: Mapping[int, Image.Image],
) -> dict[str, str]:
    """Write what applies of segmentation, report, heatmap, key images and pictures.

    Parameters
    ----------
    folder : Path
        Exists; holds none of these files.
    shown : sequence of Finding
        Those to write.
    findings : Findings
        To which they belong.
    series : Series
        What was analysed; its files are read for patient and study.
    geometry : Geometry
        Of the volume.
    pictures : mapping of int to PIL.Image.Image
        By the findings' ids.

    Returns
    -------
    dict of str to str
        Files that should have been written and were not, with the reason. No failure but that of
        the disk is raised: the findings must not be lost for it.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    try:
        sources = Sources(series)
    except (UnsupportedError, OSError) as error:
        return {"DICOM objects": str(error)}
    left_out: dict[str, str] = {}

    def save(name: str, make: Callable[[], Dataset | None]) -> None:
        try:
            made = make()
        except UnsupportedError as error:
            left_out[name] = str(error)
        except Exception as error:  # highdicom raises whatever a strange header leads to
            _log.info("%s was not made", name, exc_info=True)
            left_out[name] = f"The source's headers do not allow it: {error}"
        else:
            if made is not None:
                made.save_as(folder / name)

    identity = Identity(findings)
    outlined: Outlined | None = None

    def make_segmentation() -> Dataset | None:
        nonlocal outlined
        outlined = segmentation(shown, findings.regions, sources, geometry, identity)
        return None if outlined is None else outlined.dataset

    save(SEGMENTATION, make_segmentation)
    save(REPORT, lambda: report(shown, findings, outlined, sources, geometry, identity))
    heatmap = findings.heatmap
    if heatmap is not None:
        save(HEATMAP, lambda: parametric_map(heatmap, sources, identity))
    save(KEY_OBJECTS, lambda: key_objects(shown, sources, geometry, identity))
    for number, picture in pictures.items():
        name = PICTURE.format(number)
        save(name, partial(capture, picture, number, sources, identity))
    return left_out
