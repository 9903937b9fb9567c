"""What a file leaves open and its values suggest."""

from __future__ import annotations

import numpy as np

from viewer.dicom.report import Note, info, warning
from viewer.formats.stored import StoredVolume

#: Enough values to tell a CT by, read while files are looked for.
_SAMPLE_BYTES = 8 << 20
#: HU of air, and of soft tissue, fat and water.
_AIR_BELOW_HU, _TISSUE_HU = -900, (-200, 300)
_LEAST_SHARE = 0.01
#: More volumes of one file than this are not opened.
MOST_VOLUMES = 100

#: No such file says how its pictures were made.
NO_MODALITY = info(
    "modality_unknown",
    "The file has no DICOM header: it names no patient and no modality, so that models for one "
    "modality do not accept it.",
)


def unit_of(content: StoredVolume) -> tuple[str, tuple[Note, ...]]:
    """The unit of a volume's values, and what was assumed.

    Neither NIfTI nor NRRD says whether values are HU. Whole numbers that go down to those of air
    and show soft tissue as well are taken to be; nothing but a CT looks like that.

    Returns
    -------
    str
        ``"HU"`` or ``""``.
    tuple of Note
    """
    values = content.first_values(_SAMPLE_BYTES)
    values = values[np.isfinite(values)]
    if not values.size or np.any(values != np.rint(values)):
        return "", ()
    low, high = _TISSUE_HU
    air = np.count_nonzero(values <= _AIR_BELOW_HU)
    tissue = np.count_nonzero((values >= low) & (values <= high))
    if min(air, tissue) < _LEAST_SHARE * values.size:
        return "", ()
    return "HU", (
        warning(
            "hu_assumed",
            "The file does not say what its values mean. They look like those of a CT and are "
            "taken to be HU.",
        ),
    )


def several_volumes(number: int) -> Note:
    """What is done with a file of more than one volume."""
    text = f"The file holds {number} volumes, such as times or directions. "
    if number <= MOST_VOLUMES:
        return info("volumes", text + "Each is opened as a series of its own.")
    return warning("volumes", text + f"The first {MOST_VOLUMES} are opened, each as a series.")


#: What is said of voxels whose place in the patient is unknown.
NO_ORIENTATION = warning(
    "orientation_unknown",
    "The file does not say how the volume lies in the patient. Left and right are unknown and not "
    "named; sizes are those of its voxels.",
)
