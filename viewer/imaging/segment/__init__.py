"""Segmenting by hand and by rule: which voxels an operation means, and what of values they hold."""
