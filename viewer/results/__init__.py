"""Findings to files: JSON, CSV, NIfTI, pictures, DICOM objects. No Qt."""

from viewer.results.folder import Written, write_result
from viewer.results.nifti import heatmap_nifti
from viewer.results.picture import draw_finding

__all__ = ["Written", "draw_finding", "heatmap_nifti", "write_result"]
