from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from viewer.cli import app


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(a) for a in arguments])


def test_a_table_is_learnt_and_its_figures_printed(tmp_path, run):
    rng = np.random.default_rng(0)
    rows = ["a,b,label"]
    for label, shift in (("mine", 2.0), ("rock", -2.0)):
        rows += [f"{a:.3f},{b:.3f},{label}" for a, b in rng.normal(shift, 1, (60, 2))]
    table = tmp_path / "table.csv"
    table.write_text("\n".join(rows))
    result = run("train", "table", "--data", table, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    figures = {line.split()[0]: float(line.split()[1]) for line in result.stdout.splitlines()}
    assert figures["auc"] > 0.9
    assert (tmp_path / "out" / "weights.safetensors").is_file()


def test_a_table_is_learnt_by_a_configuration_that_names_its_column(tmp_path, run):
    rng = np.random.default_rng(0)
    rows = ["kind,a"]
    for kind, shift in (("mine", 2.0), ("rock", -2.0)):
        rows += [f"{kind},{a:.3f}" for a in rng.normal(shift, 1, 40)]
    table, config = tmp_path / "table.csv", tmp_path / "table.toml"
    table.write_text("\n".join(rows))
    config.write_text('kind = "table"\nlabel = "kind"\n[optimisation]\nepochs = 8\nbatch = 8\n')
    result = run("train", config, "--data", table, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert json.loads((tmp_path / "out/table.json").read_text())["columns"] == ["a"]


def test_a_configuration_of_a_table_needs_its_data(tmp_path, run):
    config = tmp_path / "table.toml"
    config.write_text('kind = "table"\n')
    assert run("train", config, "--out", tmp_path).exit_code == 2


def test_a_built_in_configuration_draws_its_own_cells_and_keeps_them_apart(
    tmp_path, run, monkeypatch
):
    asked = {}
    monkeypatch.setattr("viewer.cli.train.cache", lambda: tmp_path / "cache")
    monkeypatch.setattr("viewer.cli.train.trainings", lambda: tmp_path / "trainings")
    monkeypatch.setattr(
        "ai.training.classification.workbench.train",
        lambda config, **given: (
            asked.update(given, config=config) or SimpleNamespace(folder=given["out"])
        ),
    )
    result = run("train", "cells")
    assert result.exit_code == 0, result.stderr
    assert asked["config"].name == "cells.toml"
    assert len(list((asked["data"] / "infected").glob("*.png"))) > 50
    assert asked["out"] == tmp_path / "trainings" / "cells"
    asked["out"].mkdir(parents=True)
    again = run("train", "cells")
    assert again.exit_code == 1
    assert "--resume" in again.stderr
    assert run("train", "cells", "--resume").exit_code == 0


def test_training_something_unknown_says_what_there_is(tmp_path, run):
    result = run("train", "liver", "--out", tmp_path)
    assert result.exit_code == 1
    assert "lung-nodule-ct" in result.stderr


def test_training_without_data_is_wrong_usage(tmp_path, run):
    assert run("train", "lung-nodule-ct", "--out", tmp_path).exit_code == 2


def test_the_pneumonia_model_is_evaluated_on_folders_of_classes(tmp_path, run, shared_data):
    for name in ("IM-0117-0001.jpeg", "person1004_bacteria_2935.jpeg", "IM-0129-0001.jpeg",
                 "person1003_virus_1685.jpeg"):  # fmt: skip
        kind = "NORMAL" if name.startswith("IM") else "PNEUMONIA"
        (tmp_path / "set" / kind).mkdir(parents=True, exist_ok=True)
        source = shared_data / "cxr" / "native" / name
        (tmp_path / "set" / kind / name).write_bytes(source.read_bytes())
    figures = tmp_path / "figures.json"
    result = run("evaluate", "pneumonia-cxr", tmp_path / "set", "--json", figures)
    assert result.exit_code == 0, result.stderr
    document = json.loads(figures.read_text())
    assert document["n"] == 4
    assert {"auc", "accuracy", "sensitivity", "specificity", "ece"} <= set(document["metrics"])


def test_evaluating_nothing_names_the_path(tmp_path, run):
    result = run("evaluate", "lung-nodule-ct", tmp_path / "gone.npz")
    assert result.exit_code == 1
    assert "gone.npz" in result.stderr
