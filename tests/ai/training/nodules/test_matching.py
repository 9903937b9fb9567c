from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai.training.nodules.data import read_archives
from ai.training.nodules.lidc import Candidates, Crops, Sections, read_crops, read_sections
from ai.training.nodules.matching import correlate, match, match_candidates
from tests.ai.training.nodules import archives


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archives.write(tmp_path_factory.mktemp("data"), patients=6)


def test_correlation_is_one_where_the_template_was_cut_whatever_its_scale() -> None:
    image = archives.texture(np.random.default_rng(1), 40)
    r = correlate(image, -300 + 5 * image[7:22, 11:26])

    assert np.unravel_index(r.argmax(), r.shape) == (7, 11)
    assert r.max() == pytest.approx(1, abs=1e-6)
    assert correlate(image, -image[7:22, 11:26]).min() == pytest.approx(-1, abs=1e-6)


def test_the_line_from_grey_to_hu_is_recovered(folder: Path) -> None:
    crops, sections = read_crops(folder / "crops.npz"), read_sections(folder / "sections.npz")

    lines = match(crops, sections)

    assert len(lines) == 6
    for stack, line in lines.items():
        patient = crops.patients[crops.stacks()[stack][0]]
        assert sections.patients[line.section] == patient
        assert line.slope == pytest.approx(archives.SLOPE, rel=0.01)
        assert line.intercept == pytest.approx(archives.INTERCEPT, abs=5)
        assert line.residual_hu < archives.SLOPE / 2


def test_slices_are_in_hu_with_their_neighbours(folder: Path) -> None:
    slices = read_archives(folder).slices()

    assert slices is not None
    first, second, third = slices.images[:3]
    assert (slices.votes >= 2)[0].any()
    assert np.median(second[1][slices.votes[1] >= 2]) == pytest.approx(20, abs=archives.SLOPE)
    np.testing.assert_array_equal(second[0], first[1])
    np.testing.assert_array_equal(second[2], third[1])
    np.testing.assert_array_equal(first[0], first[1])
    np.testing.assert_array_equal(third[2], third[1])


def test_slices_that_are_not_consecutive_are_no_neighbours(folder: Path) -> None:
    archive = read_archives(folder)
    crops, sections = archive.crops, archive.sections
    assert crops is not None
    assert sections is not None
    apart = Crops(crops.images, crops.votes, crops.patients, crops.nodules, crops.slices * 2)

    images = _slices(apart, sections)

    np.testing.assert_array_equal(images[:, 0], images[:, 1])
    np.testing.assert_array_equal(images[:, 2], images[:, 1])


def _slices(crops: Crops, sections: Sections) -> np.ndarray:
    from ai.training.nodules.slices import slices_in_hu

    return slices_in_hu(crops, sections, match(crops, sections)).images


def test_a_nodule_without_a_section_is_left_out(folder: Path) -> None:
    crops, sections = read_crops(folder / "crops.npz"), read_sections(folder / "sections.npz")
    others = sections.select(np.arange(len(sections.patients)) < 4)

    assert len(match(crops, others)) == 4


def test_a_candidate_is_given_the_patient_whose_section_shows_it() -> None:
    rng = np.random.default_rng(2)
    hu = np.stack([archives.texture(rng, 71) for _ in range(3)])
    sections = Sections(
        hu.astype(np.int16),
        np.full(3, 0.7),
        np.full(3, 9.0),
        np.array(["a", "b", "c"]),
        np.full(3, np.nan),
    )
    shown = np.stack([hu[1, 12:62, 9:59], archives.texture(rng, 50), hu[2, 10:60, 10:60]])
    grey = np.clip((shown + 1000) * 255 / 1400, 0, 255).astype(np.uint8)
    candidates = Candidates(grey, np.array([1, 1, 0], dtype=np.uint8), np.zeros(3, dtype=bool))

    assert match_candidates(candidates, sections).tolist() == ["b", "", ""]


def test_real_crops_find_their_sections(shared_data: Path) -> None:
    crops = read_crops(shared_data / "ct" / "lidc_crops_112.npz")
    sections = read_sections(shared_data / "ct" / "lidc_nodules_71_hu.npz")
    some = np.isin(crops.patients, np.unique(crops.patients)[:40])
    few = Crops(
        crops.images[some],
        crops.votes[some],
        crops.patients[some],
        crops.nodules[some],
        crops.slices[some],
    )

    lines = match(few, sections)

    assert len(lines) > 0.85 * len(few.stacks())
    assert np.median([line.residual_hu for line in lines.values()]) < 4
