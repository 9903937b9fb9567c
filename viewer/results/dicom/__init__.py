"""Results as DICOM objects, and such objects read back; highdicom writes them. No Qt."""

from viewer.results.dicom.export import write_objects

__all__ = ["write_objects"]
