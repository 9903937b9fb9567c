"""DICOM files to series and HU volumes, and results back to files."""
