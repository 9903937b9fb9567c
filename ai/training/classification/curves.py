"""ROC, precision–recall and reliability as points, and the report of a classification."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int64]


def roc(truth: Bools, score: Floats) -> tuple[Floats, Floats]:
    """1 − specificity and sensitivity at every threshold, from (0, 0) to (1, 1)."""
    right, wrong = _counts(truth, score)
    return wrong / max(1, wrong[-1]), right / max(1, right[-1])


def precision_recall(truth: Bools, score: Floats) -> tuple[Floats, Floats]:
    """Recall and precision at every threshold at which something is found."""
    right, wrong = (counts[1:] for counts in _counts(truth, score))
    return right / max(1, right[-1]), right / (right + wrong)


def _counts(truth: Bools, score: Floats) -> tuple[Floats, Floats]:
    """True and false positives for falling thresholds; equal scores fall together."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    right = np.cumsum(truth[order])[last].astype(np.float64)
    wrong = np.cumsum(~truth[order])[last].astype(np.float64)
    return np.insert(right, 0, 0.0), np.insert(wrong, 0, 0.0)


def reliability(truth: Bools, score: Floats, bins: int = 10) -> tuple[Floats, Floats, Floats]:
    """Mean probability, frequency and count in each equally wide bin that holds something."""
    index = np.minimum((score * bins).astype(int), bins - 1)
    count = np.bincount(index, minlength=bins).astype(np.float64)
    held = count > 0
    said = np.bincount(index, score, bins)[held] / count[held]
    happened = np.bincount(index, truth, bins)[held] / count[held]
    return said, happened, count[held]


def report(truth: Labels, predicted: Labels, labels: tuple[str, ...]) -> str:
    """Precision, recall, F1 and count of each class, as a Markdown table."""
    lines = ["| class | precision | recall | F1 | n |", "|---|---|---|---|---|"]
    for i, label in enumerate(labels):
        hit = int(((truth == i) & (predicted == i)).sum())
        precision = hit / max(1, int((predicted == i).sum()))
        recall = hit / max(1, int((truth == i).sum()))
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        lines.append(
            f"| {label} | {precision:.3f} | {recall:.3f} | {f1:.3f} | {int((truth == i).sum())} |"
        )
    accuracy = float((truth == predicted).mean())
    return "\n".join([*lines, f"| all | | {accuracy:.3f} (accuracy) | | {len(truth)} |"])
