"""Nodule detection in chest CT."""

from ai.detection.pipeline import Detection, detect

__all__ = ["Detection", "detect"]
