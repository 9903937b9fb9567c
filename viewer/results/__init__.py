"""Findings to files: JSON, NIfTI, pictures. No Qt."""

from viewer.results.folder import write_result
from viewer.results.nifti import heatmap_nifti
from viewer.results.picture import draw_finding

__all__ = ["draw_finding", "heatmap_nifti", "write_result"]
