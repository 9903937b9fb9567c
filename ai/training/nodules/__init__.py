"""The lung-nodule package: training and evaluation."""

from ai.training.evaluation import Evaluation
from ai.training.nodules.evaluation import evaluate
from ai.training.nodules.train import Settings, train

__all__ = ["Evaluation", "Settings", "evaluate", "train"]
