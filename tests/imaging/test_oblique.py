"""Turned planes and slabs against SimpleITK, scipy and plain sums."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from tests.dicom.phantoms import marker_geometry
from tests.imaging.grids import geometries
from viewer.imaging.geometry import Geometry
from viewer.imaging.oblique import Tilt, oblique_stack, standard_axes
from viewer.imaging.plane import Orientation, Plane, Stack, standard_stack
from viewer.imaging.reslice import reslice
from viewer.imaging.slab import Projection, Slab, offsets_mm, reslice_slab
from viewer.imaging.volume import PADDING, Volume, is_padding

STACKS = ["axial", "reversed", "coronal", "oblique", "tilted", "feet_first_prone"]
angles = st.floats(-3, 3)
orientations = st.sampled_from(list(Orientation))


def noise(geometry: Geometry, dtype=np.float32) -> Volume:
    values = np.random.default_rng(7).normal(0, 300, geometry.shape)
    return Volume(np.rint(values).astype(dtype), geometry)


def turned(geometry: Geometry) -> Tilt:
    """Turned in two views by angles that no symmetry hides."""
    return Tilt(geometry).turned(Orientation.AXIAL, 0.5).turned(Orientation.SAGITTAL, -0.9)


def by_itk(volume: Volume, plane: Plane) -> np.ndarray:
    """What SimpleITK samples at a plane's pixels, NaN outside; the grid must be rectangular."""
    geometry = volume.geometry
    image = sitk.GetImageFromArray(np.asarray(volume.voxels, np.float64))
    spacing = np.linalg.norm(geometry.affine[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetOrigin(geometry.affine[:3, 3].tolist())
    image.SetDirection((geometry.affine[:3, :3] / spacing).ravel().tolist())
    height, width = plane.pixel_mm
    target = sitk.Image(plane.shape[1], plane.shape[0], 1, sitk.sitkFloat64)
    target.SetSpacing((width, height, 1.0))
    target.SetOrigin(plane.origin.tolist())
    axes = np.stack([plane.right / width, plane.down / height, plane.normal], axis=1)
    target.SetDirection(axes.ravel().tolist())
    out = sitk.Resample(
        image, target, sitk.Transform(3, sitk.sitkIdentity), sitk.sitkLinear, float("nan")
    )
    return sitk.GetArrayFromImage(out)[0]


def by_scipy(volume: Volume, plane: Plane) -> np.ndarray:
    """Interpolated by scipy on the whole volume; NaN outside the outermost voxels' centres."""
    rows, columns = np.indices(plane.shape)
    index = volume.geometry.to_index(plane.to_lps(rows, columns))
    at = index[..., ::-1].transpose(2, 0, 1)
    values = map_coordinates(np.asarray(volume.voxels, np.float64), at, order=1, mode="nearest")
    last = np.array(volume.geometry.shape[::-1]) - 1
    within = np.all((index >= 1e-6) & (index <= last - 1e-6), axis=-1)
    return np.where(within, values, np.nan)


@settings(deadline=None)
@given(geometries(sheared=False), angles, angles, orientations)
def test_turned_views_stay_perpendicular_and_the_one_turned_in_stays_as_it_is(
    geometry, first, second, orientation
):
    tilt = Tilt(geometry).turned(orientation, first)
    assert np.allclose(tilt.axes(orientation).right, standard_axes(geometry, orientation).right)
    for within in Orientation:
        tilt = tilt.turned(within, second)
    normals = np.stack([tilt.axes(o).normal for o in Orientation])
    assert np.allclose(np.abs(normals @ normals.T), np.eye(3), atol=1e-9)


@pytest.mark.parametrize("orientation", Orientation)
def test_the_planes_of_a_view_turn_by_the_angle_and_back(orientation):
    geometry = marker_geometry("oblique")
    tilt = Tilt(geometry).turned(orientation, np.radians(25))
    degrees = {o: tilt.degrees(o) for o in Orientation}
    assert degrees[orientation] == pytest.approx(0, abs=1e-6)
    assert [v for o, v in degrees.items() if o is not orientation] == pytest.approx([25, 25])
    back = tilt.turned(orientation, np.radians(-25))
    assert not any(back.is_turned(o) for o in Orientation)


@settings(deadline=None)
@given(geometries(), angles, angles, orientations)
def test_a_turned_stack_holds_the_whole_volume_and_a_plane_through_the_point(
    geometry, first, second, orientation
):
    point = geometry.center_lps + np.array([0.3, -0.2, 0.1])
    tilt = Tilt(geometry).turned(Orientation.AXIAL, first).turned(Orientation.CORONAL, second)
    stack = oblique_stack(geometry, orientation, tilt.axes(orientation), point)
    assert abs(stack.plane(stack.index_of(point)).distance_mm(point)) < 1e-6
    rows, columns = stack.first.to_pixel(geometry.corners_lps)
    tolerance = 1e-5
    assert rows.min() >= -tolerance
    assert rows.max() <= stack.first.shape[0] - 1 + tolerance
    assert columns.min() >= -tolerance
    assert columns.max() <= stack.first.shape[1] - 1 + tolerance
    onwards = stack.step / stack.spacing_mm
    along = (geometry.corners_lps - stack.first.origin) @ onwards / stack.spacing_mm
    assert along.min() >= -tolerance
    assert along.max() <= stack.count - 1 + tolerance


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("orientation", Orientation)
def test_a_turned_view_scrolls_the_same_way_as_the_standard_one(name, orientation):
    geometry = marker_geometry(name)
    tilt = Tilt(geometry).turned(Orientation.AXIAL, 0.1).turned(Orientation.SAGITTAL, 0.1)
    stack = tilt.stack(orientation, geometry.center_lps)
    assert stack.step @ standard_stack(geometry, orientation).step > 0


@pytest.mark.parametrize("name", [s for s in STACKS if s != "tilted"])
@pytest.mark.parametrize("orientation", Orientation)
def test_turned_pictures_agree_with_simpleitk(name, orientation):
    volume = noise(marker_geometry(name))
    stack = turned(volume.geometry).stack(orientation, volume.geometry.center_lps)
    plane = stack.plane(stack.count // 2)
    ours, theirs = reslice(volume, plane), by_itk(volume, plane)
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    assert both.mean() > 0.2
    assert np.abs(ours - theirs)[both].max() < 0.05
    # A point on the very edge may fall on either side of it.
    assert (np.isnan(ours) != np.isnan(theirs)).mean() < 0.002


@pytest.mark.parametrize("orientation", Orientation)
def test_turned_pictures_of_a_tilted_gantry_agree_with_scipy(orientation):
    volume = noise(marker_geometry("tilted"))
    stack = turned(volume.geometry).stack(orientation, volume.geometry.center_lps)
    plane = stack.plane(stack.count // 2)
    ours, theirs = reslice(volume, plane), by_scipy(volume, plane)
    both = ~np.isnan(theirs)
    assert both.mean() > 0.2
    assert np.abs(ours - theirs)[both].max() < 0.05


def test_voxels_in_any_order_of_memory_are_the_same_picture():
    volume = noise(marker_geometry("axial"), np.int16)
    other = Volume(np.asfortranarray(volume.voxels), volume.geometry)
    stack = turned(volume.geometry).stack(Orientation.AXIAL, volume.geometry.center_lps)
    plane = stack.plane(stack.count // 2)
    assert np.array_equal(reslice(volume, plane), reslice(other, plane))


def planes_of(stack: Stack, index: int, thickness: float) -> list[Plane]:
    middle = stack.plane(index)
    return [
        Plane(middle.origin + mm * middle.normal, middle.right, middle.down, middle.shape)
        for mm in offsets_mm(thickness, stack.spacing_mm)
    ]


def project(pictures: list[np.ndarray], projection: Projection) -> np.ndarray:
    """The projection of pictures with NaN where nothing is measured."""
    how = {
        Projection.MAXIMUM: np.fmax.reduce,
        Projection.MINIMUM: np.fmin.reduce,
        Projection.MEAN: lambda p: np.nansum(p, axis=0) / np.sum(~np.isnan(p), axis=0),
    }[projection]
    with np.errstate(invalid="ignore"):
        return how(np.stack(pictures))


@pytest.mark.parametrize("projection", Projection)
@pytest.mark.parametrize("name", ["axial", "reversed", "feet_first_prone", "tilted"])
def test_a_slab_of_a_standard_view_is_the_projection_of_its_slices(projection, name):
    volume = noise(marker_geometry(name), np.int16)
    for orientation in Orientation:
        stack = standard_stack(volume.geometry, orientation)
        index = stack.count // 2
        ours = reslice_slab(volume, stack.plane(index), Slab(projection, 9.0), stack.spacing_mm)
        planes = planes_of(stack, index, 9.0)
        assert len(planes) == 2 * int(4.5 / stack.spacing_mm) + 1
        theirs = project([by_scipy(volume, p) for p in planes], projection)
        inner = ~np.isnan(theirs) & (
            np.sum([np.isnan(by_scipy(volume, p)) for p in planes], 0) == 0
        )
        assert inner.mean() > 0.2 or name == "tilted"
        assert np.abs(ours - theirs)[inner].max() <= 0.51


@pytest.mark.parametrize("projection", Projection)
def test_a_slab_of_turned_planes_is_the_projection_of_what_simpleitk_samples(projection):
    volume = noise(marker_geometry("oblique"))
    stack = turned(volume.geometry).stack(Orientation.CORONAL, volume.geometry.center_lps)
    index = stack.count // 2
    ours = reslice_slab(volume, stack.plane(index), Slab(projection, 12.0), stack.spacing_mm)
    theirs = project([by_itk(volume, p) for p in planes_of(stack, index, 12.0)], projection)
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    assert both.mean() > 0.3
    differing = np.abs(ours - theirs)[both] > 0.05
    assert differing.mean() < 0.005  # where one of the planes ends on a pixel


@pytest.mark.parametrize("is_turned", [False, True])
def test_padding_has_no_part_in_minimum_and_mean(is_turned):
    geometry = Geometry(np.diag([1.0, 1.0, 1.0, 1.0]), (20, 20, 20))
    voxels = np.full(geometry.shape, 40, np.int16)
    voxels[:, :, :8] = PADDING
    volume = Volume(voxels, geometry)
    tilt = turned(geometry) if is_turned else Tilt(geometry)
    stack = tilt.stack(Orientation.AXIAL, geometry.center_lps)
    plane = stack.plane(stack.index_of(geometry.center_lps))
    for projection in Projection:
        picture = reslice_slab(volume, plane, Slab(projection, 6.0), stack.spacing_mm)
        assert set(np.unique(picture)) == {PADDING, 40}


def test_slices_not_read_yet_have_no_part_in_a_slab():
    geometry = Geometry(np.eye(4), (9, 4, 4))
    voxels = np.full(geometry.shape, 10, np.int16)
    voxels[5:] = 900
    is_read = np.array([True] * 5 + [False] * 4)
    volume = Volume(voxels, geometry, is_read=is_read)
    for projection in Projection:
        plane = standard_stack(geometry, Orientation.AXIAL).plane(4)
        assert (reslice_slab(volume, plane, Slab(projection, 6.0), 1.0) == 10).all()
    is_read[:] = False
    picture = reslice_slab(volume, plane, Slab(Projection.MAXIMUM, 6.0), 1.0)
    assert is_padding(picture).all()


def test_a_slab_at_the_end_of_the_volume_takes_what_is_there():
    volume = noise(Geometry(np.eye(4), (6, 5, 5)), np.int16)
    plane = standard_stack(volume.geometry, Orientation.AXIAL).plane(0)
    picture = reslice_slab(volume, plane, Slab(Projection.MAXIMUM, 4.0), 1.0)
    assert np.array_equal(picture, volume.voxels[-3:].max(axis=0))


def test_a_slab_thinner_than_the_slices_is_the_slice():
    assert offsets_mm(0.5, 1.0).tolist() == [0.0]
    assert offsets_mm(2.0, 1.0).tolist() == [-1.0, 0.0, 1.0]
    with pytest.raises(ValueError, match="thickness"):
        Slab(Projection.MEAN, 0.0)
