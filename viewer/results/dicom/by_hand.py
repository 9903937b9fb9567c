"""What objects that readers make have in common, as ``identity`` is of those that models make."""

from __future__ import annotations

from typing import Any

from pydicom.uid import generate_uid

from viewer import __version__
from viewer.results.dicom.codes import PRIVATE_SCHEMES
from viewer.results.dicom.identity import MANUFACTURER


def instance(series_number: int, description: str) -> dict[str, Any]:
    """The arguments that every constructor of highdicom takes.

    Parameters
    ----------
    series_number : int
    description : str
        Of the series.
    """
    return {
        "series_instance_uid": generate_uid(),
        "series_number": series_number,
        "series_description": description,
        "sop_instance_uid": generate_uid(),
        "instance_number": 1,
        "manufacturer": MANUFACTURER,
        "manufacturer_model_name": MANUFACTURER,
        "software_versions": __version__,
        "device_serial_number": __version__,
        "coding_schemes": PRIVATE_SCHEMES,
        "specific_character_set": "ISO_IR 192",  # names may be in any script
    }
