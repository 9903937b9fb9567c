"""Training on tables of numbers: radiomics features, or the classic sonar set."""

from ai.training.tabular.training import TableConfig, TableModel, train

__all__ = ["TableConfig", "TableModel", "train"]
