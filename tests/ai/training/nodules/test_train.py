from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ai.detection.features import probability
from ai.detection.parameters import Scale
from ai.networks import build
from ai.packages.package import load
from ai.training.loop import Schedule, fit
from ai.training.nodules import Settings, evaluate, train
from ai.training.nodules.calibration import fit_calibration
from ai.training.nodules.data import read_archives
from ai.training.nodules.lidc import DataError
from ai.training.nodules.stacks import mistakes, score_stacks
from ai.training.split import part_of
from tests.ai.training.nodules import archives

BRIEF = Settings(segment_steps=3, outline_steps=2, reject_steps=1, rate_steps=1, pretrained=False)


def test_the_split_depends_on_the_patient_and_the_seed_alone() -> None:
    patients = [f"LIDC-IDRI-{n:04d}" for n in range(2000)]
    parts = [part_of(p, 1) for p in patients]

    assert parts == [part_of(p, 1) for p in patients]
    assert parts != [part_of(p, 2) for p in patients]
    assert parts.count("test") == pytest.approx(300, abs=50)
    assert parts.count("validation") == pytest.approx(300, abs=50)


class Line(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


def line_loss(network: nn.Module, step: int) -> torch.Tensor:
    x = torch.from_numpy(np.random.default_rng([0, step]).standard_normal((8, 2), np.float32))
    return ((network(x)[:, 0] - x @ torch.tensor([2.0, -1.0])) ** 2).mean()


def fitted(path: Path, resume: bool, die_at: int | None = None) -> list[torch.Tensor]:
    torch.manual_seed(0)

    def loss(network: nn.Module, step: int) -> torch.Tensor:
        if step == die_at:
            raise KeyboardInterrupt
        return line_loss(network, step)

    schedule = Schedule(40, learning_rate=0.3, averaging=0.5, save_every=10)
    network = fit(Line(), loss, schedule, path, resume=resume, log=lambda _: None)
    return [p.detach() for p in network.parameters()]


def test_a_resumed_run_ends_where_an_uninterrupted_one_does(tmp_path: Path) -> None:
    whole = fitted(tmp_path / "whole.ckpt", resume=False)
    with pytest.raises(KeyboardInterrupt):
        fitted(tmp_path / "cut.ckpt", resume=True, die_at=27)
    resumed = fitted(tmp_path / "cut.ckpt", resume=True)

    for a, b in zip(whole, resumed, strict=True):
        torch.testing.assert_close(a, b)
    torch.testing.assert_close(whole[0], torch.tensor([[2.0, -1.0]]), atol=0.05, rtol=0)


def test_the_learning_rate_rises_and_then_falls_to_nothing() -> None:
    schedule = Schedule(1000, learning_rate=1.0)
    rates = [schedule.rate(step) for step in range(1000)]

    assert max(rates) == pytest.approx(1.0)
    assert np.argmax(rates) == pytest.approx(50, abs=2)
    assert rates[0] < 0.05
    assert rates[-1] < 0.001


def test_calibrated_probabilities_are_frequencies() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4000, 2))
    labels = rng.random(4000) < 1 / (1 + np.exp(-(1.5 * x[:, 0] - 1)))
    values = [{"a": float(a), "b": float(b)} for a, b in x]

    calibration = fit_calibration(values, labels, log_prior_ratio=-2.0)

    assert calibration.weights["a"] == pytest.approx(1.5, abs=0.2)
    assert calibration.weights["b"] == pytest.approx(0, abs=0.15)
    plain = calibration.model_copy(update={"log_prior_ratio": 0.0})
    p = np.array([probability(v, plain) for v in values])
    assert p.mean() == pytest.approx(labels.mean(), abs=0.01)
    assert probability(values[0], calibration) < p[0]


SCALE = Scale(pixel_mm=0.5, slice_mm=1.0)


class SeesTissue(nn.Module):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.where(image[:, 1:2] > 0.44, 6.0, -6.0)


def test_mistakes_are_where_nobody_drew_in_native_pixels(tmp_path: Path) -> None:
    slices = read_archives(archives.write(tmp_path, patients=2)).slices()
    assert slices is not None
    assert mistakes(slices, SeesTissue(), SCALE, torch.device("cpu")) == []

    slices.images[4, :, 30:37, 70:77] = 40
    slices.images[[3, 5], :, 30:37, 70:77] = 40

    (row, y, x) = mistakes(slices, SeesTissue(), SCALE, torch.device("cpu"))[0]
    assert row in (3, 4, 5)
    assert (y, x) == pytest.approx((33, 73), abs=0.5)


def test_stacks_carry_scores_and_votes_on_the_same_grid(tmp_path: Path) -> None:
    slices = read_archives(archives.write(tmp_path, patients=1)).slices()
    assert slices is not None

    (stack,) = score_stacks(slices, SeesTissue(), 0.5, torch.device("cpu"))

    agreed, fired = stack.votes >= 2, stack.scores > 0.5
    assert (agreed & fired).sum() > 0.95 * agreed.sum()
    assert agreed[1].sum() * 0.25 == pytest.approx(np.pi * 7**2 * archives.PIXEL_MM**2, rel=0.05)


def learnt_to_see_tissue(checkpoint: Path) -> None:
    """A checkpoint after the last step whose network fires on tissue, set by hand."""
    network = build("UNet", inputs=3, widths=[24, 48, 96, 128])
    network.eval()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim == 4:
                parameter.zero_()
        for block, channel in ((network.down[0], 1), (network.up[0], 0)):
            block[0].weight[0, channel, 1, 1] = 1
            block[3].weight[0, 0, 1, 1] = 1
        network.head.weight[0, 0] = 40
        network.head.bias.fill_(-0.5 * 40)
    optimizer = torch.optim.AdamW(network.parameters())
    state = network.state_dict()
    torch.save(
        {
            "step": BRIEF.segment_steps,
            "network": state,
            "average": state,
            "optimizer": optimizer.state_dict(),
        },
        checkpoint,
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[str]]:
    folder = tmp_path_factory.mktemp("trained")
    data, lines = archives.write(folder / "data", mimics=True), []
    (folder / "out" / "checkpoints").mkdir(parents=True)
    learnt_to_see_tissue(folder / "out" / "checkpoints" / "segment.ckpt")
    train(data, folder / "out", resume=True, report=lines.append, settings=BRIEF)
    return data, folder / "out", lines


def test_training_ends_in_a_package_with_card_log_and_figures(
    trained: tuple[Path, Path, list[str]],
) -> None:
    _, out, lines = trained
    package = load(out / "package")

    assert package.spec.id == "lung-nodule-ct"
    assert {"train.log", "config.json", "reference/expected.json"} <= set(package.spec.files)
    assert package.spec.metrics.keys() >= {
        "dice_2_readers",
        "candidate_auc",
        "malignancy_auc",
        "ece",
    }
    assert "Research use only" in package.card
    assert "$" not in package.card
    assert any("min left" in line for line in lines)


def test_evaluation_leaves_out_what_was_seen_in_training(
    trained: tuple[Path, Path, list[str]],
) -> None:
    data, out, _ = trained
    config = json.loads((out / "package" / "config.json").read_text())
    names = {f"P-{n:04d}" for n in range(24)}

    result = evaluate(out / "package", data)

    assert result.n == len(names - set(config["seen"]["patients"]))
    assert 0 < result.n < len(names)
    document = result.document()
    assert document.keys() == {"model", "data", "n", "metrics"}
    assert document["metrics"].keys() >= {
        "dice_2_readers",
        "dice_between_readers",
        "sensitivity_at_1_fp_per_crop",
        "candidate_auc",
        "ece",
    }
    published = load(out / "package").spec.metrics["dice_2_readers"]
    assert document["metrics"]["dice_2_readers"]["value"] == pytest.approx(
        published.value, abs=1e-3
    )


def test_evaluation_takes_a_single_file_of_unseen_patients(
    trained: tuple[Path, Path, list[str]], tmp_path: Path
) -> None:
    _, out, _ = trained
    fresh = archives.write(tmp_path, patients=4, candidates=6, seed=9)

    assert evaluate(out / "package", fresh / "candidates.npz").metrics.keys() == {"candidate_auc"}


def test_evaluation_takes_rated_sections_alone(trained: tuple[Path, Path, list[str]]) -> None:
    data, out, _ = trained

    assert evaluate(out / "package", data / "sections.npz").metrics.keys() == {"malignancy_auc"}


def test_data_that_is_missing_or_of_another_kind_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no nodule data"):
        train(tmp_path, tmp_path / "out", resume=False, report=print, settings=BRIEF)
    np.savez(tmp_path / "other.npz", something=np.zeros(3))
    with pytest.raises(DataError, match="no nodule data"):
        read_archives(tmp_path)
