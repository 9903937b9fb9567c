"""The training workbench for classifiers of pictures."""

from ai.training.classification.evaluation import evaluate
from ai.training.classification.workbench import train
from ai.training.evaluation import Evaluation

__all__ = ["Evaluation", "evaluate", "train"]
