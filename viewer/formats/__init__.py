"""Files of other formats than DICOM (NIfTI, NRRD, pictures), and the one way in for all formats."""
