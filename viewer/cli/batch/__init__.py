"""Models on every fitting series below some paths: here, in several processes, or on a cluster."""

from viewer.cli.batch.batch import analyze_paths
from viewer.cli.batch.order import Order

__all__ = ["Order", "analyze_paths"]
