"""What is said of data before it is trained on."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ai.training.classification.config import Config
from ai.training.classification.example import write_cells
from ai.training.classification.gallery import gallery
from ai.training.classification.samples import DataError
from ai.training.classification.training import gather
from ai.training.survey import kind_of_data, survey
from ai.training.tabular.config import TableConfig


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cells(tmp_path_factory.mktemp("data") / "cells", patients=12)


def config(**changes) -> Config:
    return Config.model_validate(
        {
            "id": "cells",
            "network": {"architecture": "SmallResNet"},
            "card": {"title": "Cells", "intended_use": "A test."},
            "data": {"patient_pattern": r"(p\d+)_"},
            "preparation": {"side": 16},
            "augmentation": {"rotation": 90},
            "split": {"validation": 0.25, "test": 0.25},
            **changes,
        }
    )


def test_a_survey_counts_classes_patients_and_parts(cells):
    found = survey(cells, config())
    assert [(c.name, c.cases, c.patients) for c in found.classes] == [
        ("healthy", 24, 12),
        ("infected", 24, 12),
    ]
    assert [(p.name, p.cases, p.patients, p.of_class) for p in found.parts] == [
        ("training", 24, 6, (12, 12)),
        ("validation", 12, 3, (6, 6)),
        ("test", 12, 3, (6, 6)),
    ]
    assert found.knows_patients
    assert all(len(c.thumbnails) == 8 for c in found.classes)


def test_the_split_shown_is_the_split_trained_with(cells):
    shown = survey(cells, config(seed=5))
    parts = gather(config(seed=5), cells, lambda line: None).parts
    assert [p.cases for p in shown.parts] == [len(rows) for _, rows in parts.named()]


def test_copies_under_other_names_are_counted_and_kept_in_one_part(cells, tmp_path):
    shutil.copytree(cells, tmp_path / "cells")
    copied = tmp_path / "cells/healthy/p99_0.png"
    shutil.copyfile(tmp_path / "cells/healthy/p0_0.png", copied)
    found = survey(tmp_path / "cells", config())
    assert found.duplicates == 1
    assert sum(p.patients for p in found.parts) == 13


def test_a_single_class_is_refused_with_the_remedy(cells, tmp_path):
    shutil.copytree(cells / "healthy", tmp_path / "healthy")
    with pytest.raises(DataError, match="only one class, 'healthy'") as caught:
        survey(tmp_path, config())
    assert "folder with the class's name" in caught.value.remedy


def test_too_few_patients_are_refused_by_part_and_class(tmp_path):
    write_cells(tmp_path, patients=2)
    with pytest.raises(DataError, match=r"validation part would hold no 'healthy'"):
        survey(tmp_path, config(split={"validation": 0.1, "test": 0.3}))


def test_a_table_is_surveyed_by_its_label_column(tmp_path):
    rng = np.random.default_rng(0)
    rows = [f"{a:.4f},{b:.4f},{'RM'[i % 2]}" for i, (a, b) in enumerate(rng.normal(size=(40, 2)))]
    path = tmp_path / "sonar.csv"
    path.write_text("\n".join(rows))
    assert kind_of_data(path) == "table"
    found = survey(path, TableConfig())
    assert [(c.name, c.cases) for c in found.classes] == [("M", 20), ("R", 20)]
    assert found.features == ("feature 1", "feature 2")
    assert not found.knows_patients


def test_a_csv_of_files_and_classes_is_of_pictures(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("file,class,patient\na.png,x,1\n")
    assert kind_of_data(path) == "pictures"


def test_the_gallery_shows_the_same_pictures_for_the_same_seed(cells):
    first, same, other = (
        gallery(cells, config(), draw=draw, count=4, copies=3) for draw in (0, 0, 1)
    )
    assert [row.label for row in first] == ["healthy", "healthy", "infected", "infected"]
    for a, b, c in zip(first, same, other, strict=True):
        assert len(a.pictures) == 4
        assert np.array_equal(a.pictures, b.pictures)
        assert np.array_equal(a.pictures[0], c.pictures[0])
        assert not np.array_equal(a.pictures[1:], c.pictures[1:])
