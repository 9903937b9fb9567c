from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai.image import Image
from ai.training.nodules.annotations import Contour, kind_of, read_annotations
from ai.training.nodules.lidc import DataError

SERIES = "1.2.3"


def image() -> Image:
    """40 slices of 64 × 64 pixels of 0.8 mm every 2 mm, the first at z −100."""
    affine = np.diag([0.8, 0.8, 2.0, 1.0])
    affine[:3, 3] = (-30.0, -20.0, -100.0)
    return Image(np.zeros((40, 64, 64), np.int16), affine, "CT")


def disc_outline(x: int, y: int, radius: int) -> list[tuple[int, int]]:
    """The diamond of lattice points around pixels, in order."""
    steps = [(1, -1), (-1, -1), (-1, 1), (1, 1)]
    at = np.array([x, y + radius])
    points = []
    for step in steps:
        for _ in range(radius):
            points.append((int(at[0]), int(at[1])))
            at = at + step
    return points


def roi(z: float, points: list[tuple[int, int]], inclusion: str = "TRUE") -> str:
    edges = "".join(
        f"<edgeMap><xCoord>{x}</xCoord><yCoord>{y}</yCoord></edgeMap>" for x, y in points
    )
    return (
        f"<roi><imageZposition>{z}</imageZposition><imageSOP_UID>1.9</imageSOP_UID>"
        f"<inclusion>{inclusion}</inclusion>{edges}</roi>"
    )


def nodule(rois: str, texture: int | None = 5) -> str:
    rated = (
        ""
        if texture is None
        else f"<characteristics><texture>{texture}</texture>\
<malignancy>4</malignancy></characteristics>"
    )
    return f"<unblindedReadNodule><noduleID>N</noduleID>{rated}{rois}</unblindedReadNodule>"


def non_nodule(x: int, y: int, z: float) -> str:
    return (
        f"<nonNodule><nonNoduleID>X</nonNoduleID><imageZposition>{z}</imageZposition>"
        f"<locus><xCoord>{x}</xCoord><yCoord>{y}</yCoord></locus></nonNodule>"
    )


def write_lidc(folder: Path, *sessions: str) -> Path:
    readings = "".join(f"<readingSession>{s}</readingSession>" for s in sessions)
    (folder / "069.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><LidcReadMessage xmlns="http://www.nih.gov">'
        f"<ResponseHeader><SeriesInstanceUid>{SERIES}</SeriesInstanceUid></ResponseHeader>"
        f"{readings}</LidcReadMessage>"
    )
    return folder


def ball(x: int, y: int, z: float, radius: int, texture: int = 5) -> str:
    return nodule("".join(roi(z + 2 * k, disc_outline(x, y, radius)) for k in (-1, 0, 1)), texture)


def test_the_pixels_inside_an_outline_are_counted() -> None:
    diamond = Contour(0, np.array(disc_outline(10, 10, 4)))
    inside = sum(abs(x) + abs(y) < 4 for x in range(-4, 5) for y in range(-4, 5))

    assert diamond.pixels == inside == 25


def test_a_nodule_of_three_readers_is_to_be_found_where_they_drew_it(tmp_path: Path) -> None:
    drawn = [ball(20, 30, -60.0, r, t) for r, t in ((4, 5), (4, 4), (5, 5))]
    folder = write_lidc(tmp_path, *drawn, "")

    truth = read_annotations(folder).of(SERIES, {})(image())

    (found,) = truth.nodules
    assert found.center_lps_mm == pytest.approx((-30 + 0.8 * 20, -20 + 0.8 * 30, -60.0))
    volume = [3 * pixels * 0.8 * 0.8 * 2.0 for pixels in (25, 25, 41)]
    assert found.diameter_mm == pytest.approx(np.mean(np.cbrt(6 / np.pi * np.array(volume))))
    assert found.kind == "solid"
    assert truth.excluded == ()


def test_a_nodule_of_two_readers_counts_neither_way(tmp_path: Path) -> None:
    folder = write_lidc(tmp_path, ball(20, 30, -60.0, 4), ball(21, 30, -60.0, 4), "", "")

    truth = read_annotations(folder).of(SERIES, {})(image())

    assert truth.nodules == ()
    assert len(truth.excluded) == 1


def test_one_reader_marking_twice_is_one_reader(tmp_path: Path) -> None:
    twice = ball(20, 30, -60.0, 4) + ball(21, 31, -60.0, 4)
    folder = write_lidc(tmp_path, twice, ball(20, 30, -60.0, 4), "", "")

    assert read_annotations(folder).of(SERIES, {})(image()).nodules == ()


def test_small_nodules_and_non_nodules_count_neither_way(tmp_path: Path) -> None:
    small = nodule(roi(-60.0, [(40, 40)]), texture=None)
    folder = write_lidc(tmp_path, *[small + non_nodule(10, 12, -80.0)] * 4)

    truth = read_annotations(folder).of(SERIES, {})(image())

    assert truth.nodules == ()
    places = {tuple(np.round(n.center_lps_mm, 3)) for n in truth.excluded}
    assert places == {(2.0, 12.0, -60.0), (-22.0, -10.4, -80.0)}


def test_apart_nodules_stay_apart(tmp_path: Path) -> None:
    drawn = ball(15, 15, -60.0, 4) + ball(45, 45, -60.0, 4)
    folder = write_lidc(tmp_path, drawn, drawn, drawn)

    assert len(read_annotations(folder).of(SERIES, {})(image()).nodules) == 2


def test_a_hole_is_taken_off(tmp_path: Path) -> None:
    full = roi(-60.0, disc_outline(20, 30, 6))
    hollow = full + roi(-60.0, disc_outline(20, 30, 3), inclusion="FALSE")
    diameters = []
    for rois in (full, hollow):
        folder = write_lidc(tmp_path, *[nodule(rois)] * 3)
        (found,) = read_annotations(folder).of(SERIES, {})(image()).nodules
        diameters.append(found.diameter_mm)

    assert (diameters[1] / diameters[0]) ** 3 == pytest.approx((61 - 13) / 61)


def test_slices_are_found_by_position_in_stacks_that_run_towards_the_feet(tmp_path: Path) -> None:
    upright = image()
    affine = upright.affine @ np.diag([1.0, 1.0, -1.0, 1.0])
    affine[:3, 3] = upright.lps([39, 0, 0])
    turned = Image(upright.voxels, affine, "CT")
    folder = write_lidc(tmp_path, *[ball(20, 30, -60.0, 4)] * 3)

    (found,) = read_annotations(folder).of(SERIES, {})(turned).nodules

    assert found.center_lps_mm == pytest.approx((-14.0, 4.0, -60.0))


@pytest.mark.parametrize(
    ("ratings", "kind"),
    [([1, 1, 2], "ground-glass"), ([3, 3, 2], "part-solid"), ([5, 4, 5], "solid"), ([], "")],
)
def test_the_mean_rating_of_texture_names_the_kind(ratings: list[float], kind: str) -> None:
    assert kind_of(ratings) == kind


def test_tables_of_luna16_are_in_lps(tmp_path: Path) -> None:
    head = "seriesuid,coordX,coordY,coordZ,diameter_mm\n"
    (tmp_path / "annotations.csv").write_text(f"{head}1.2.3,-24.5,192.1,-391.08,8.14\n")
    (tmp_path / "annotations_excluded.csv").write_text(f"{head}1.2.3,1,2,3,-1\n1.5,1,2,3,-1\n")

    annotations = read_annotations(tmp_path)
    truth = annotations.of(SERIES, {})(image())

    assert truth.nodules[0].center_lps_mm == (-24.5, 192.1, -391.08)
    assert truth.nodules[0].diameter_mm == 8.14
    assert truth.excluded[0].diameter_mm == 10.0
    assert annotations.of("1.5", {})(image()).nodules == ()
    assert annotations.of("1.6", {}) is None


def test_boxes_of_neighbouring_slices_are_one_thing(tmp_path: Path) -> None:
    def write(uid: str, *corners: int) -> None:
        names = ("xmin", "ymin", "xmax", "ymax")
        box = "".join(f"<{n}>{v}</{n}>" for n, v in zip(names, corners, strict=True))
        (tmp_path / f"{uid}.xml").write_text(
            f"<annotation><object><bndbox>{box}</bndbox></object></annotation>"
        )

    write("1.1", 10, 20, 20, 40)
    write("1.2", 12, 20, 22, 36)
    write("1.3", 50, 50, 55, 55)
    annotations = read_annotations(tmp_path)

    first, second = annotations.of("x", {"1.1": 5, "1.2": 6, "1.3": 6})(image()).nodules

    assert first.center_lps_mm == pytest.approx((-30 + 0.8 * 16, -20 + 0.8 * 29, -100 + 2 * 5.5))
    assert first.diameter_mm == pytest.approx(0.8 * np.sqrt(10 * 20))
    assert first.box_lps_mm[0] == pytest.approx((-22.0, -4.0, -91.0))
    assert first.box_lps_mm[1] == pytest.approx((-12.4, 12.0, -87.0))
    assert second.diameter_mm == pytest.approx(4.0)
    assert annotations.of("x", {"9.9": 0}) is None


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("annotations.csv", "seriesuid,coordX\n1,2\n", "diameter_mm"),
        ("annotations.csv", "seriesuid,coordX,coordY,coordZ,diameter_mm\n1,a,2,3,4\n", "line 2"),
        ("a.xml", "<LidcReadMessage>", "could not be read"),
        ("a.xml", "<LidcReadMessage></LidcReadMessage>", "not a complete"),
        ("a.xml", "<annotation><bndbox><xmin>1</xmin></bndbox></annotation>", "not complete"),
    ],
)
def test_what_is_broken_is_named(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)

    with pytest.raises(DataError, match=says):
        read_annotations(tmp_path)


def test_the_boxes_of_a_real_scan_are_one_tumour(unpacked) -> None:
    folder = unpacked("dicom/chest_ct_5mm_tumour.zip")
    annotations = read_annotations(folder)
    slices = {uid: k for k, uid in enumerate(annotations.boxes)}

    (tumour,) = annotations.of("", slices)(
        Image(np.zeros((11, 8, 8), np.int16), np.diag([0.84, 0.84, 5.0, 1.0]), "CT")
    ).nodules

    assert len(annotations.boxes) == 11
    assert 30 < tumour.diameter_mm < 80
