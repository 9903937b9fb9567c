from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Picture

from ai.engine import Engine
from ai.errors import CancelledError
from ai.image import Image
from ai.packages.package import Package, load
from ai.packages.selftest import self_test
from ai.request import Request
from ai.training.classification.config import ConfigError
from ai.training.classification.evaluation import answer, evaluate, fresh_prints
from ai.training.classification.explanation import evaluate_explanation
from ai.training.classification.samples import DataError
from ai.training.classification.workbench import train
from ai.training.events import Event
from tests.ai.training.classification.cells import CONFIG, write_cells


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workbench")
    write_cells(folder / "cells", patients=40)
    path = folder / "config.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return []


@pytest.fixture(scope="module")
def package(config: Path, events: list[Event]) -> Package:
    return train(
        config, out=config.parent / "run", report=lambda line: None, listener=events.append
    )


def test_a_folder_of_classes_becomes_a_package_that_tells_unseen_pictures_apart(
    package: Package, tmp_path: Path
):
    fresh = write_cells(tmp_path / "fresh", patients=20, seed=99)
    found = evaluate(package.folder, fresh)
    assert found.n == 80
    assert found.metrics["auc"].value > 0.9
    assert found.metrics["auc"].ci95[0] <= found.metrics["auc"].value


def test_the_package_of_a_training_loads_and_runs_in_the_engine(package: Package):
    findings = self_test(load(package.folder), Engine().run)
    assert list(findings.classes) == ["healthy", "infected"]
    assert sum(findings.classes.values()) == pytest.approx(1)
    assert findings.heatmap is not None


def test_the_viewer_sees_the_colours_that_the_model_learnt_from(package: Package, tmp_path: Path):
    fresh = write_cells(tmp_path / "fresh", patients=1, seed=99)
    answers = answer(package, fresh_prints(package, fresh), torch.device("cpu"))
    for file, expected in zip(answers.files, answers.probabilities, strict=True):
        rgb = np.asarray(Picture.open(fresh / str(file)))[None]
        picture = Image(rgb.mean(-1).astype(np.float32), np.eye(4), "OT", color=rgb)
        found = Engine().run(Request(package.folder, force=True), picture)
        assert list(found.classes.values()) == pytest.approx(expected, abs=1e-3)


def test_the_training_sets_statistics_are_those_of_the_training_part_alone(package: Package):
    preparation = package.spec.inference.parameters["preparation"]
    assert len(preparation["mean"]) == len(preparation["sd"]) == 3
    assert 0 < min(preparation["mean"]) < max(preparation["mean"]) < 1


def test_evaluation_leaves_out_the_pictures_that_the_model_was_fitted_to(
    package: Package, config: Path
):
    found = evaluate(package.folder, config.parent / "cells")
    assert found.n == 32  # the test part: a fifth of 40 patients with 4 pictures each


def test_an_evaluation_draws_its_curves_and_mistakes_and_says_what_it_left_out(
    package: Package, config: Path, tmp_path: Path
):
    said: list[str] = []
    found = evaluate(package.folder, config.parent / "cells", report=said.append)
    assert said == ["left out: 128 that the model was fitted to"]
    drawn = {path.stem for path in found.draw(tmp_path)}
    assert drawn == {"roc", "precision_recall", "reliability", "confusion", "mistakes"}
    assert all(path.stat().st_size > 1000 for path in tmp_path.glob("*.png"))


def test_classes_that_the_model_does_not_know_are_refused_by_name(package: Package, tmp_path: Path):
    write_cells(tmp_path, patients=1)
    (tmp_path / "infected").rename(tmp_path / "cats")
    (tmp_path / "healthy").rename(tmp_path / "dogs")
    with pytest.raises(DataError, match="cats, dogs"):
        evaluate(package.folder, tmp_path)


def test_heatmaps_are_measured_against_chance_and_against_forgetting(
    package: Package, tmp_path: Path
):
    fresh = write_cells(tmp_path / "fresh", patients=8, seed=99)
    values = {k: m.value for k, m in evaluate_explanation(package.folder, fresh).metrics.items()}
    assert values["repeatability"] > 0.8 > values["randomisation"]
    assert values["deletion"] + values["insertion"] > 0
    assert values["border"] < 0.29  # its share of the area: the cells lie in the middle
    assert values["field"] > 0.49
    assert {"occlusion", "planted"} <= set(values)


def test_a_training_leaves_its_report(package: Package):
    run = package.folder.parent
    for name in (
        "augmentation.png",
        "learning.png",
        "roc.png",
        "precision_recall.png",
        "reliability.png",
        "confusion.png",
        "mistakes.png",
        "features.png",
    ):
        assert (run / "report" / name).stat().st_size > 1000
    assert "| infected |" in (run / "report/classification.md").read_text()
    assert list((run / "events").glob("events.out.tfevents.*"))
    assert "95 %" in package.card
    assert "## Where it looks\n\nAt *spots*.\n\n## Licence" in package.card


def test_live_figures_come_with_every_epoch(package: Package, events: list[Event]):
    ends = [e for e in events if "validation/loss" in e.values]
    assert [e.epoch for e in ends] == list(range(1, 13))
    losses = [e.values["train/loss"] for e in events if "train/loss" in e.values]
    assert np.mean(losses[-3:]) < np.mean(losses[:3])


def test_a_finished_network_is_calibrated_and_packed_again_without_training(
    package: Package, config: Path, tmp_path: Path
):
    def again(seed: str) -> Package:
        path = tmp_path / "config.toml"
        path.write_text(CONFIG.replace("seed = 3", seed))
        return train(
            path,
            data=config.parent / "cells",
            out=tmp_path / "out",
            reuse=package.folder,
            report=lambda line: None,
        )

    packed = again("seed = 3")
    assert packed.spec.metrics == package.spec.metrics
    assert packed.sha256 == package.sha256
    with pytest.raises(ConfigError, match="was fitted to"):
        again("seed = 4")


def test_an_interrupted_training_resumes_to_the_same_result(config: Path, tmp_path: Path):
    def interrupt(event: Event) -> None:
        if event.epoch > 2:
            raise CancelledError("enough")

    short = tmp_path / "config.toml"
    short.write_text(CONFIG.replace("epochs = 12", "epochs = 3"))
    data = config.parent / "cells"

    def run(out: Path, **arguments) -> dict[str, float]:
        done = train(short, data=data, out=out, report=lambda line: None, **arguments)
        return json.loads((done.folder / "reference/expected.json").read_text())["classes"]

    with pytest.raises(CancelledError):
        run(tmp_path / "broken", listener=interrupt)
    resumed = run(tmp_path / "broken", resume=True)
    assert resumed == pytest.approx(run(tmp_path / "whole"), abs=1e-5)
