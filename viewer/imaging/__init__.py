"""Geometry, HU volumes, windowing and reslicing: numpy only, no Qt, no DICOM."""
