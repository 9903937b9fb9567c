"""What readers said of whole scans: LIDC-IDRI XML, LUNA16 tables, Pascal-VOC boxes.

Each is turned into nodules that a detector should find, and findings that count neither way.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import connected_components

from ai.image import Image
from ai.training.nodules.froc import Nodule, Point
from ai.training.nodules.lidc import DataError

#: Readers (of four) who must have marked a nodule, as in LUNA16.
AGREEING = 3
_SMALLEST_MM = 3.0
#: What LUNA16 takes for the size of findings of none.
_UNSIZED_MM = 10.0
_TABLE = ("seriesuid", "coordX", "coordY", "coordZ", "diameter_mm")
_BOXES_APART = 2


@dataclass(frozen=True)
class Truth:
    """What there is to find in a scan, and what counts neither as right nor as wrong."""

    nodules: tuple[Nodule, ...]
    excluded: tuple[Nodule, ...] = ()


#: The truth needs the scan's geometry: annotations are in its pixels.
Reading = Callable[[Image], Truth]


@dataclass(frozen=True)
class Annotations:
    """All annotations below a folder.

    Parameters
    ----------
    by_series : dict of str to Reading
        By Series Instance UID.
    boxes : dict of str to tuple of boxes
        ``(x0, y0, x1, y1)`` in pixels, by the SOP Instance UID of their slice.
    """

    by_series: dict[str, Reading] = field(default_factory=dict)
    boxes: dict[str, tuple[npt.NDArray[np.float64], ...]] = field(default_factory=dict)

    def of(self, series_uid: str, slices: Mapping[str, int]) -> Reading | None:
        """The reading of a series, None where there is none.

        Parameters
        ----------
        series_uid : str
        slices : mapping of str to int
            The slice of the volume that shows each SOP instance.
        """
        if series_uid in self.by_series:
            return self.by_series[series_uid]
        drawn = [
            (slices[uid], box) for uid in self.boxes if uid in slices for box in self.boxes[uid]
        ]
        return (lambda image: _boxed(image, drawn)) if drawn else None


def read_annotations(folder: Path) -> Annotations:
    """Read every annotation below a folder; other files are passed over.

    Raises
    ------
    DataError
        A table of LUNA16 or an XML file of annotations is broken.
    """
    found = Annotations()
    for path in sorted(folder.rglob("*.xml")):
        _add_xml(found, path)
    tables = {path.name: path for path in sorted(folder.rglob("annotations*.csv"))}
    if "annotations.csv" in tables:
        relevant = _table(tables["annotations.csv"])
        excluded: dict[str, list[Nodule]] = {}
        if "annotations_excluded.csv" in tables:
            excluded = _table(tables["annotations_excluded.csv"])
        for uid in {*relevant, *excluded}:
            truth = Truth(tuple(relevant.get(uid, ())), tuple(excluded.get(uid, ())))
            found.by_series[uid] = lambda _, truth=truth: truth  # type: ignore[misc]
    return found


def _add_xml(found: Annotations, path: Path) -> None:
    try:
        root = Xml.parse(path).getroot()
    except Xml.ParseError as error:
        raise DataError(f"{path} could not be read: {error}") from error
    if _name(root) == "LidcReadMessage":
        uid, readers = read_lidc(root, path)
        found.by_series[uid] = lambda image: merged(readers, image)
    elif _name(root) == "annotation":
        found.boxes[path.stem] = tuple(_voc(root, path))


# LUNA16: a table in world coordinates. ITK's world is LPS.


def _table(path: Path) -> dict[str, list[Nodule]]:
    nodules: dict[str, list[Nodule]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        missing = set(_TABLE) - set(rows.fieldnames or ())
        if missing:
            raise DataError(f"{path} has no column {', '.join(sorted(missing))}.")
        for number, row in enumerate(rows, start=2):
            try:
                x, y, z, diameter = (float(row[name]) for name in _TABLE[1:])
            except (TypeError, ValueError) as error:
                raise DataError(f"{path}, line {number}: {error}") from error
            size = diameter if diameter > 0 else _UNSIZED_MM
            nodules.setdefault(row["seriesuid"], []).append(Nodule((x, y, z), size))
    return nodules


# LIDC-IDRI: what each reader drew (Armato 2011, doi 10.1118/1.3528204).


@dataclass(frozen=True)
class Contour:
    """An outline in a slice: the first pixels outside of the nodule, or around a hole in it.

    Parameters
    ----------
    z_mm : float
        LPS position of the slice.
    points : ndarray of int64, shape (n, 2)
        Pixels ``(x, y)``, in order.
    is_nodule : bool
        False for a hole.
    """

    z_mm: float
    points: npt.NDArray[np.int64]
    is_nodule: bool = True

    @property
    def pixels(self) -> float:
        """How many pixels lie inside, by Pick's theorem."""
        x, y = self.points.T.astype(np.float64)
        after_x, after_y = np.roll(x, -1), np.roll(y, -1)
        area = abs(float((x * after_y - after_x * y).sum())) / 2
        steps = np.gcd(*np.abs(np.roll(self.points, -1, axis=0) - self.points).T)
        return max(0.0, area - float(steps.sum()) / 2 + 1)


@dataclass(frozen=True)
class Mark:
    """What a reader marked as one finding.

    Parameters
    ----------
    contours : tuple of Contour
    is_nodule : bool
        False for what is no nodule, or one of less than 3 mm: marked by a point only.
    texture, malignancy : float
        The reader's ratings, 1 to 5; NaN where there are none.
    """

    contours: tuple[Contour, ...]
    is_nodule: bool
    texture: float = math.nan
    malignancy: float = math.nan


def read_lidc(root: Xml.Element, path: Path) -> tuple[str, tuple[tuple[Mark, ...], ...]]:
    """Series Instance UID and each reader's marks of a ``LidcReadMessage``."""
    try:
        uid = next(e for e in root.iter() if _name(e).lower() == "seriesinstanceuid").text or ""
        sessions = [e for e in root.iter() if _name(e) == "readingSession"]
        return uid.strip(), tuple(tuple(_marks(session)) for session in sessions)
    except (StopIteration, ValueError, TypeError) as error:
        raise DataError(
            f"{path} is not a complete LIDC-IDRI reading.", "Download it once more."
        ) from error


def _marks(session: Xml.Element) -> Iterator[Mark]:
    for element in session:
        if _name(element) == "unblindedReadNodule":
            contours = tuple(_contours(element))
            if contours:
                yield Mark(
                    contours,
                    is_nodule=sum(len(c.points) for c in contours) > len(contours),
                    texture=_number(element, "texture"),
                    malignancy=_number(element, "malignancy"),
                )
        elif _name(element) == "nonNodule":
            z = _number(element, "imageZposition")
            yield Mark((Contour(z, _points(element, "locus")),), is_nodule=False)


def _contours(nodule: Xml.Element) -> Iterator[Contour]:
    for roi in nodule:
        if _name(roi) == "roi":
            included = _text(roi, "inclusion").upper() != "FALSE"
            yield Contour(_number(roi, "imageZposition"), _points(roi, "edgeMap"), included)


def _points(element: Xml.Element, name: str) -> npt.NDArray[np.int64]:
    found = [(_number(e, "xCoord"), _number(e, "yCoord")) for e in element if _name(e) == name]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def merged(readers: Sequence[Sequence[Mark]], image: Image) -> Truth:
    """One truth of the marks of several readers, as in LUNA16.

    Marks of nodules closer than the sum of their radii are one nodule; place and diameter are the
    marks' means. Those of at least three readers are to be found. All others are excluded, as are
    nodules below 3 mm and what readers marked as no nodule.

    Parameters
    ----------
    readers : sequence of sequence of Mark
    image : Image
        The scan, for its geometry.
    """
    slices = _slice_positions(image)
    marks, owner, sized = [], [], []
    excluded: list[Nodule] = []
    for reader, drawn in enumerate(readers):
        for mark in drawn:
            nodule = _measured(mark, image, slices)
            if mark.is_nodule and nodule.diameter_mm > 0:
                marks.append(mark)
                owner.append(reader)
                sized.append(nodule)
            else:
                excluded.append(Nodule(nodule.center_lps_mm, _UNSIZED_MM))
    nodules: list[Nodule] = []
    for members in _together(sized):
        nodule = _mean([sized[i] for i in members], [marks[i].texture for i in members])
        agreed = len({owner[i] for i in members}) >= AGREEING
        (nodules if agreed and nodule.diameter_mm >= _SMALLEST_MM else excluded).append(nodule)
    return Truth(tuple(nodules), tuple(excluded))


def _slice_positions(image: Image) -> npt.NDArray[np.float64]:
    """LPS z of the middle of each slice."""
    n, rows, columns = image.voxels.shape
    middle = np.array([[k, (rows - 1) / 2, (columns - 1) / 2] for k in range(n)])
    return np.asarray(image.lps(middle)[:, 2])


def _measured(mark: Mark, image: Image, slices: npt.NDArray[np.float64]) -> Nodule:
    """Centroid of a mark, and the diameter of the sphere of its volume."""
    weights, centers = [], []
    for contour in mark.contours:
        k = int(np.abs(slices - contour.z_mm).argmin())
        x, y = contour.points.mean(axis=0)
        centers.append(image.lps([k, y, x]))
        weights.append(contour.pixels * (1 if contour.is_nodule else -1))
    pixels = sum(weights)
    if pixels > 0:
        center = np.average(centers, axis=0, weights=weights)
    else:
        center = np.mean(centers, axis=0)
    voxel_mm3 = abs(float(np.linalg.det(image.affine[:3, :3])))
    return Nodule(_point(center), float(np.cbrt(6 / np.pi * max(pixels, 0) * voxel_mm3)))


def _together(nodules: Sequence[Nodule]) -> list[npt.NDArray[np.int64]]:
    """Groups of indices of nodules that are linked by being closer than the sum of their radii."""
    if not nodules:
        return []
    centers = np.array([n.center_lps_mm for n in nodules])
    radii = np.array([n.diameter_mm / 2 for n in nodules])
    near = np.linalg.norm(centers[:, None] - centers, axis=-1) < radii[:, None] + radii
    return _groups(near)


def _groups(linked: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.int64]]:
    count, group = connected_components(linked.astype(np.int8), directed=False)
    return [np.flatnonzero(group == g) for g in range(count)]


def _mean(nodules: Sequence[Nodule], textures: Sequence[float]) -> Nodule:
    center = np.mean([n.center_lps_mm for n in nodules], axis=0)
    diameter = float(np.mean([n.diameter_mm for n in nodules]))
    return Nodule(_point(center), diameter, kind_of(textures))


def kind_of(textures: Sequence[float]) -> str:
    """What ratings of texture say: 1 ground-glass, 3 part-solid, 5 solid; the nearest to the mean.

    Empty without a rating.
    """
    rated = [t for t in textures if not math.isnan(t)]
    if not rated:
        return ""
    mean = sum(rated) / len(rated)
    return "ground-glass" if mean < 2 else "part-solid" if mean < 4 else "solid"


# Pascal VOC: boxes in pixels, one file a slice, named by its SOP Instance UID.


def _voc(root: Xml.Element, path: Path) -> Iterator[npt.NDArray[np.float64]]:
    for box in (e for e in root.iter() if _name(e) == "bndbox"):
        corners = np.array([_number(box, name) for name in ("xmin", "ymin", "xmax", "ymax")])
        if np.isnan(corners).any():
            raise DataError(f"{path} has a box that is not complete.")
        yield corners


def _boxed(image: Image, drawn: Sequence[tuple[int, npt.NDArray[np.float64]]]) -> Truth:
    """One nodule for boxes that overlap in neighbouring slices.

    The centre is that of all boxes; the diameter is the largest geometric mean of a box's sides.
    """
    slices = np.array([k for k, _ in drawn])
    boxes = np.array([box for _, box in drawn])
    apart = np.abs(slices[:, None] - slices)
    overlap = (
        (boxes[:, None, :2] < boxes[None, :, 2:]) & (boxes[None, :, :2] < boxes[:, None, 2:])
    ).all(-1)
    _, row_mm, column_mm = image.spacing_mm
    nodules = []
    for members in _groups(overlap & (apart <= _BOXES_APART)):
        corners = boxes[members]
        low, high = corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)
        ends = [
            image.lps([k, y, x])
            for k in (slices[members].min() - 0.5, slices[members].max() + 0.5)
            for y in (low[1], high[1])
            for x in (low[0], high[0])
        ]
        middle = (corners[:, :2] + corners[:, 2:]) / 2
        sides = (corners[:, 2:] - corners[:, :2]) * [column_mm, row_mm]
        nodules.append(
            Nodule(
                _point(
                    image.lps([slices[members].mean(), middle[:, 1].mean(), middle[:, 0].mean()])
                ),
                float(np.sqrt(sides.prod(axis=1)).max()),
                box_lps_mm=(_point(np.min(ends, axis=0)), _point(np.max(ends, axis=0))),
            )
        )
    return Truth(tuple(nodules))


def _name(element: Xml.Element) -> str:
    """The tag without its namespace."""
    return element.tag.rpartition("}")[2]


def _text(element: Xml.Element, name: str) -> str:
    return next((e.text or "" for e in element.iter() if _name(e) == name), "").strip()


def _number(element: Xml.Element, name: str) -> float:
    text = _text(element, name)
    return float(text) if text else math.nan


def _point(values: npt.ArrayLike) -> Point:
    x, y, z = (float(v) for v in np.asarray(values))
    return x, y, z
