"""Classification of single pictures, radiographs above all."""

from ai.classification.pipeline import Classification, classify

__all__ = ["Classification", "classify"]
