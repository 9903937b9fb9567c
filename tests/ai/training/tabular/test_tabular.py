from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from ai.training.tabular.config import TableConfig
from ai.training.tabular.table import TableError, read_table
from ai.training.tabular.training import load, train


def write_table(path: Path, rows: int = 300, seed: int = 0) -> Path:
    """Two classes on two sides of a curved line, in columns of very different size."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3))
    label = np.where(x[:, 0] + x[:, 1] ** 2 > 0.8, "malignant", "benign")
    lines = ["volume,entropy,noise,diagnosis"]
    lines += [
        f"{1000 + 400 * a:.3f},{0.01 * b:.6f},{c:.3f},{d}"
        for (a, b, c), d in zip(x, label, strict=True)
    ]
    path.write_text("\n".join(lines))
    return path


def test_a_table_becomes_a_model_with_its_report(tmp_path: Path):
    data = write_table(tmp_path / "radiomics.csv")
    model, found = train(data, tmp_path / "out", report=lambda line: None)
    assert model.labels == ("benign", "malignant")
    assert model.columns == ("volume", "entropy", "noise")
    assert found.metrics["auc"].value > 0.9
    assert found.n == 45
    stored = json.loads((tmp_path / "out/table.json").read_text())
    assert stored["evaluation"]["metrics"]["auc"]["value"] == found.metrics["auc"].value
    assert (tmp_path / "out/report/roc.png").stat().st_size > 1000
    row = np.array([[1400.0, 0.001, 0.3]])
    assert load(tmp_path / "out").probabilities(row) == pytest.approx(model.probabilities(row))


def test_features_are_standardised_by_training_rows_alone(tmp_path: Path):
    data = write_table(tmp_path / "radiomics.csv")
    table = read_table(data)
    model, _ = train(data, tmp_path / "out", report=lambda line: None)
    assert not np.allclose(model.mean, table.features.mean(0), rtol=1e-6)
    assert np.allclose(model.mean, table.features.mean(0), rtol=0.5, atol=0.2)


def test_a_column_of_patients_is_no_feature_and_keeps_their_rows_together(tmp_path: Path):
    data = write_table(tmp_path / "radiomics.csv", rows=200)
    lines = data.read_text().splitlines()
    named = [f"patient,{lines[0]}", *(f"p{i // 4},{line}" for i, line in enumerate(lines[1:]))]
    data.write_text("\n".join(named))
    said: list[str] = []
    config = TableConfig(patient="patient")
    model, _ = train(data, tmp_path / "out", config, report=said.append)
    assert "patient" not in model.columns
    assert all(int(n) % 4 == 0 for n in re.findall(r"(\d+) cases", said[0]))
    assert sum(map(int, re.findall(r"of (\d+) patients", said[0]))) == 50


def test_a_headerless_table_such_as_sonar_is_read(tmp_path: Path):
    path = tmp_path / "sonar.csv"
    path.write_text("0.1,0.2,R\n0.3,0.4,M\n0.5,0.6,R\n")
    table = read_table(path)
    assert table.features.tolist() == [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
    assert table.labels.tolist() == ["R", "M", "R"]


def test_a_cell_that_is_no_number_is_named(tmp_path: Path):
    path = tmp_path / "radiomics.csv"
    path.write_text("a,b,label\n1,2,x\n1,missing,y\n")
    with pytest.raises(TableError, match="'missing' in row 2, column 'b'"):
        read_table(path)
