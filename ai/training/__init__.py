"""Datasets, training loops, calibration and evaluation."""
