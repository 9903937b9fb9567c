"""Hounsfield's viewer: DICOM reading, imaging, the session and the window."""

__version__ = "0.1.0"

DISCLAIMER = "Research use only. Not for diagnosis. Not a medical device."
