"""Schedules, class balance, calibration, curves and the TensorBoard file."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from ai.classification.calibration import probabilities
from ai.classification.parameters import Calibration
from ai.training.classification.config import ConfigError, Optimisation, read
from ai.training.classification.curves import precision_recall, reliability, roc
from ai.training.classification.eventfile import EventFile
from ai.training.classification.fitting import fit_calibration, fit_decision, threshold_for
from ai.training.classification.optimisation import (
    Schedule,
    class_weights,
    epoch_length,
    epoch_order,
    stops,
)
from ai.training.metrics import auc, expected_calibration_error
from tests.ai.training.classification.cells import CONFIG


def rates(**settings: object) -> list[float]:
    schedule = Schedule(Optimisation(epochs=10, rate=1.0, **settings), 10, [])
    return [schedule.rate(step) for step in range(100)]


def test_the_rate_grows_over_the_warm_up_and_falls_to_zero():
    cosine = rates(schedule="cosine", warmup=1)
    assert cosine[0] < 0.1
    assert max(cosine) == pytest.approx(1.0)
    assert np.argmax(cosine) == 10
    assert cosine[-1] < 0.01


def test_a_polynomial_of_power_one_falls_linearly():
    assert np.diff(rates(schedule="polynomial")) == pytest.approx(-0.01)


def test_the_rate_halves_on_a_plateau_of_the_validation_loss():
    settings = Optimisation(rate=1.0, schedule="plateau", patience=4)
    falling = Schedule(settings, 10, [1.0, 0.9, 0.8, 0.7, 0.6])
    flat = Schedule(settings, 10, [1.0, 0.9, 0.9, 0.9, 0.9, 0.9])
    assert falling.rate(50) == 1.0
    assert flat.rate(50) == 0.25


def test_training_stops_when_the_best_loss_is_long_past():
    assert not stops([], 3)
    assert not stops([3, 2, 1, 2, 2], 3)
    assert stops([3, 2, 1, 2, 2, 2], 3)
    assert not stops([1, 2, 2, 2, 2], 0)


def test_the_sampler_draws_classes_equally_and_weights_do_in_expectation():
    labels = np.repeat([0, 1, 2], [900, 90, 10])
    order = epoch_order(labels, 3, "sampler", np.random.default_rng(0))
    assert np.allclose(np.bincount(labels[order]) / 1000, 1 / 3, atol=0.05)
    weighted = class_weights(labels, 3) * np.bincount(labels)
    assert weighted == pytest.approx(1000 / 3)
    plain = epoch_order(labels, 3, "none", np.random.default_rng(0))
    assert np.array_equal(np.sort(plain), np.arange(1000))


def test_rare_classes_are_filled_up_and_no_picture_is_left_out():
    labels = np.repeat([0, 1, 2], [900, 90, 10])
    order = epoch_order(labels, 3, "augmentation", np.random.default_rng(0))
    assert len(order) == epoch_length(labels, 3, "augmentation") == 2700
    assert np.bincount(labels[order]).tolist() == [900, 900, 900]
    times = np.bincount(order)
    assert times[:900].tolist() == [1] * 900
    assert set(times[900:]) == {10, 90}
    assert epoch_length(labels, 3, "sampler") == 1000


def overconfident(n: int = 20000) -> tuple[np.ndarray, np.ndarray]:
    """Logits three times too large, of classes as frequent as the true posterior says."""
    rng = np.random.default_rng(0)
    z = rng.normal(0, 1.5, (n, 3))
    p = probabilities(z, calibration=fit_nothing())
    labels = (rng.random(n)[:, None] > p.cumsum(1)).sum(1)
    return (3 * z).astype(np.float32), labels


def fit_nothing():
    return Calibration()


def test_calibration_finds_the_temperature_that_was_hidden():
    logits, labels = overconfident()
    prior = np.bincount(labels) / len(labels)
    found = fit_calibration(logits, labels, prior)
    assert found.temperature == pytest.approx(3, rel=0.05)
    after = probabilities(logits, found)[:, 0]
    before = probabilities(logits, fit_nothing())[:, 0]
    assert expected_calibration_error(labels == 0, after) < 0.01
    assert expected_calibration_error(labels == 0, before) > 0.05


def test_probabilities_follow_the_prior_expected_in_use():
    logits, labels = overconfident()
    prior = np.array([0.8, 0.1, 0.1])
    p = probabilities(logits, fit_calibration(logits, labels, prior))
    weights = (prior / np.bincount(labels))[labels]
    assert np.average(p, axis=0, weights=weights) == pytest.approx(prior, abs=0.01)


def test_whether_and_which_are_calibrated_apart():
    rng = np.random.default_rng(0)
    there = rng.normal(0, 2, 20000)
    which = rng.normal(0, 1, 20000)
    labels = np.where(rng.random(20000) < 1 / (1 + np.exp(-there)), 1, 0)
    labels += labels * (rng.random(20000) < 1 / (1 + np.exp(-which)))
    # Too timid of whether something is there, too bold of which of the two it is.
    which_logit = 2 * which
    inside = np.logaddexp(0, which_logit)
    shared = 0.5 * there - inside
    logits = np.stack([0 * there, shared, shared + which_logit], axis=1).astype(np.float32)
    prior = np.bincount(labels) / len(labels)
    one = fit_calibration(logits, labels, prior)
    both = fit_decision(logits, labels, prior, one, [1, 2], 0.5)
    present = labels > 0

    def error(calibration: Calibration) -> float:
        score = probabilities(logits, calibration)[:, 1:].sum(1)
        return expected_calibration_error(present, score)

    assert error(both) < 0.01 < error(one)
    before, after = (probabilities(logits, c)[:, 1:] for c in (one, both))
    assert np.allclose(before[:, 0] / before.sum(1), after[:, 0] / after.sum(1))
    assert np.allclose(probabilities(logits, both).sum(1), 1)
    two = logits[:, :2]
    assert fit_decision(two, present.astype(int), prior[:2], one, [1], 0.5) is one


def test_probabilities_are_more_careful_where_negatives_may_be_harder():
    logits, labels = overconfident()
    prior = np.bincount(labels) / len(labels)
    plain = fit_calibration(logits, labels, prior)
    easy = fit_decision(logits, labels, prior, plain, [1, 2], 0.5)
    careful = fit_decision(logits, labels, prior, plain, [1, 2], 0.5, [0.3])
    assert careful.slope < easy.slope
    means = [probabilities(logits, c)[:, 1:].sum(1).mean() for c in (careful, easy)]
    assert means[0] < means[1] - 0.02


def test_the_threshold_keeps_the_sensitivity_asked_for():
    score = np.linspace(0.01, 0.99, 99)
    positive = score > 0.4
    threshold = threshold_for(score, positive, 0.9)
    assert (score[positive] >= threshold).mean() == pytest.approx(0.9, abs=0.02)


def test_the_roc_curve_encloses_the_area_that_the_ranks_give():
    rng = np.random.default_rng(0)
    truth = rng.random(400) < 0.3
    score = np.round(truth + rng.normal(0, 1, 400), 1)  # with ties
    x, y = roc(truth, score)
    assert np.trapezoid(y, x) == pytest.approx(auc(truth, score))
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)


def test_precision_ends_at_the_share_of_positives():
    truth = np.array([True, False, True, False])
    recall, precision = precision_recall(truth, np.array([0.9, 0.8, 0.7, 0.1]))
    assert recall.tolist() == [0.5, 0.5, 1, 1]
    assert precision == pytest.approx([1, 0.5, 2 / 3, 0.5])


def test_reliability_counts_every_case_once():
    score = np.array([0.0, 0.05, 0.95, 1.0])
    said, happened, count = reliability(np.array([False, False, True, False]), score)
    assert said == pytest.approx([0.025, 0.975])
    assert happened.tolist() == [0, 0.5]
    assert count.tolist() == [2, 2]


def crc32c(data: bytes) -> int:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def records(content: bytes) -> list[bytes]:
    found = []
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        event, check = content[12 : 12 + length], content[12 + length : 16 + length]
        crc = crc32c(event)
        masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
        assert struct.unpack("<I", check) == (masked,)
        found.append(event)
        content = content[16 + length :]
    return found


def test_scalars_are_written_as_records_whose_checksums_hold(tmp_path: Path):
    assert crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32C
    with EventFile(tmp_path) as events:
        events.add("train/loss", 0.25, 300)
    (path,) = tmp_path.iterdir()
    version, scalar = records(path.read_bytes())
    assert version.endswith(b"brain.Event:2")
    assert b"train/loss" in scalar
    assert scalar.endswith(struct.pack("<f", 0.25))
    assert bytes([0x10, 0xAC, 0x02]) in scalar  # step 300


@pytest.mark.parametrize(
    ("line", "by", "place"),
    [
        ("seed = 3", "seed = 'three'", "seed"),
        ("epochs = 12", "epochs = 0", "optimisation.epochs"),
        ("flip = true", "flop = true", "augmentation.flop"),
        ("test = 0.2", "test = 0.9", "split"),
    ],
)
def test_a_mistake_in_a_configuration_is_named_by_its_place(
    tmp_path: Path, line: str, by: str, place: str
):
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.replace(line, by))
    with pytest.raises(ConfigError, match=place):
        read(path)
