"""Pictures and films of slices."""

from __future__ import annotations

import av
import numpy as np
import pytest
from PIL import Image

from tests.dicom.phantoms import MARKERS, marker_volume
from viewer.errors import ViewerError
from viewer.export.film import FilmFormat, write_film
from viewer.export.frames import Heat, Look, Over, draw_slices
from viewer.export.pictures import PictureFormat, write_picture, write_pictures
from viewer.imaging.colormaps import colormap
from viewer.imaging.plane import Orientation, acquired_orientation, standard_stack
from viewer.imaging.slab import Projection, Slab, reslice_slab
from viewer.imaging.voi import Window, apply_voi
from viewer.imaging.volume import Volume
from viewer.session.results import OverlayStyle

WINDOW = Window(700, 1400)


def bare(volume, orientation=Orientation.AXIAL, **options) -> Look:
    stack = standard_stack(volume.geometry, orientation)
    return Look(stack, WINDOW, texts=options.pop("texts", False), **options)


def size(path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def test_a_marker_has_its_grey_at_its_place_in_square_pixels():
    volume = marker_volume()  # rows every 1.6 mm, columns every 2.2 mm
    stack = standard_stack(volume.geometry, Orientation.AXIAL)
    place = volume.geometry.center_lps + np.array([24.0, 0, 0])
    index = stack.index_of(place)
    (picture,) = draw_slices(volume, bare(volume), [index])
    row, column = stack.plane(index).to_pixel(place)
    rows, columns = stack.first.shape
    width = round(columns * 2.2 / 1.6)
    left = (picture.width - width) // 2
    x, y = left + (float(column) + 0.5) * 2.2 / 1.6, float(row) + 0.5
    expected = round((MARKERS["L"] - 0.5 - 699.5 + 699.5) / 1399 * 255)
    assert abs(picture.getpixel((int(x), int(y)))[0] - expected) <= 2
    assert picture.height >= rows


def test_inverted_pictures_swap_black_and_white():
    volume = marker_volume()
    (plain,) = draw_slices(volume, bare(volume), [10])
    (inverted,) = draw_slices(volume, bare(volume, inverted=True), [10])
    x, y = plain.width // 2, 10
    assert plain.getpixel((x, y))[0] + inverted.getpixel((x, y))[0] == 255


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [("axial", "axial"), ("coronal", "coronal"), ("sagittal", "sagittal"), ("tilted", "axial")],
)
def test_slices_are_drawn_as_they_were_acquired(orientation, expected):
    assert acquired_orientation(marker_volume(orientation).geometry) == expected


@pytest.mark.parametrize("kind", PictureFormat)
def test_pictures_are_numbered_in_a_new_folder(tmp_path, kind):
    volume = marker_volume()
    write_pictures(draw_slices(volume, bare(volume), [0, 1, 2]), tmp_path / "out", kind)
    files = sorted(tmp_path.glob("out/*"))
    assert [f.name for f in files] == [f"{n:04}{kind}" for n in (1, 2, 3)]
    assert len({size(f) for f in files}) == 1
    with pytest.raises(ViewerError, match="not empty"):
        write_pictures(draw_slices(volume, bare(volume), [0]), tmp_path / "out", kind)
    assert sorted(tmp_path.glob("out/*")) == files


def test_an_interrupted_export_leaves_nothing(tmp_path):
    def frames():
        yield Image.new("RGB", (8, 8))
        raise RuntimeError("cancelled")

    with pytest.raises(RuntimeError):
        write_pictures(frames(), tmp_path / "out", PictureFormat.PNG)
    with pytest.raises(RuntimeError):
        write_film(frames(), tmp_path / "out.gif", FilmFormat.GIF)
    assert list(tmp_path.iterdir()) == []


def test_a_name_without_a_format_is_refused(tmp_path):
    with pytest.raises(ViewerError, match="format"):
        write_picture(Image.new("RGB", (8, 8)), tmp_path / "picture.xyz")


def test_an_mp4_has_every_slice_in_order(tmp_path):
    volume = marker_volume()
    path = tmp_path / "sweep.mp4"
    write_film(draw_slices(volume, bare(volume)), path, FilmFormat.MP4, frames_per_second=10)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == 10
        read = [f.to_ndarray(format="rgb24") for f in container.decode(stream)]
    drawn = [np.asarray(f) for f in draw_slices(volume, bare(volume))]
    assert len(read) == len(drawn) == volume.geometry.shape[0]
    for one, other in zip(read, drawn, strict=True):
        assert np.abs(one.astype(int) - other).mean() < 3


def test_a_gif_has_every_slice_and_loops(tmp_path):
    volume = marker_volume()
    path = tmp_path / "sweep.gif"
    write_film(draw_slices(volume, bare(volume, texts=True)), path, FilmFormat.GIF)
    with Image.open(path) as film:
        assert film.n_frames == volume.geometry.shape[0]
        assert film.info["loop"] == 0


def test_thick_slices_are_drawn_thick():
    volume = marker_volume()
    slab = Slab(Projection.MAXIMUM, 40.0)
    (thin,) = draw_slices(volume, bare(volume), [10])
    (thick,) = draw_slices(volume, bare(volume, slab=slab), [10])
    stack = standard_stack(volume.geometry, Orientation.AXIAL)
    values = reslice_slab(volume, stack.plane(10), slab, stack.spacing_mm)
    brightest = apply_voi(values, WINDOW).max()
    assert np.asarray(thick)[: stack.first.shape[0]].max() >= brightest - 2
    assert np.asarray(thin)[: stack.first.shape[0]].max() < brightest - 2


def test_a_heatmap_lies_where_its_scores_are():
    volume = marker_volume()
    stack = standard_stack(volume.geometry, Orientation.AXIAL)
    scores = np.zeros(volume.geometry.shape, np.float32)
    scores[:, 20:30, 10:20] = 1
    heat = Heat(Volume(scores, volume.geometry, ""), OverlayStyle())
    (plain,) = draw_slices(volume, bare(volume), [10])
    (heated,) = draw_slices(volume, bare(volume, heat=heat), [10])
    columns = stack.first.shape[1]
    changed = np.argwhere((np.asarray(plain) != np.asarray(heated)).any(axis=-1))
    width = round(columns * 2.2 / 1.6)
    left = (plain.width - width) // 2
    row, column = changed.mean(axis=0)
    assert row == pytest.approx(24.5, abs=1)
    assert (column - left) * 1.6 / 2.2 == pytest.approx(14.5, abs=1)


def test_grey_may_become_colours():
    volume = marker_volume()
    (gray,) = draw_slices(volume, bare(volume), [10])
    (colored,) = draw_slices(volume, bare(volume, colormap="inferno"), [10])
    rows = standard_stack(volume.geometry, Orientation.AXIAL).first.shape[0]
    middle = np.asarray(gray)[rows // 2, gray.width // 2, 0]
    expected = colormap("inferno")[middle]
    np.testing.assert_allclose(np.asarray(colored)[rows // 2, gray.width // 2], expected, atol=2)


def test_a_series_on_top_covers_where_it_is_bright_and_nothing_else():
    volume = marker_volume()
    values = np.zeros(volume.geometry.shape, np.int16)
    values[:, 20:30, 10:20] = 1000
    over = Over(Volume(values, volume.geometry), Window(500, 1000), "inferno", 0.8)
    (plain,) = draw_slices(volume, bare(volume), [10])
    (covered,) = draw_slices(volume, bare(volume, over=over), [10])
    changed = np.argwhere((np.asarray(plain) != np.asarray(covered)).any(axis=-1))
    assert changed[:, 0].min() == pytest.approx(20, abs=1)
    assert changed[:, 0].max() == pytest.approx(29, abs=1)
