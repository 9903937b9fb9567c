"""Whether the pixels themselves may name somebody, which no change of headers removes."""

from __future__ import annotations

from pydicom.dataset import Dataset

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
#: Modalities whose machines write patients' names into the picture.
_WRITING = frozenset(("US", "SC", "OT", "XC", "ES", "GM", "DOC"))


def suspicion(dataset: Dataset) -> str:
    """Why a person should look at the pixels of an image; empty where nothing speaks for it.

    Parameters
    ----------
    dataset : Dataset
        As it was read, before anything is removed.
    """
    if "PixelData" not in dataset:
        return ""
    burned = str(dataset.get("BurnedInAnnotation") or "").strip().upper()
    if burned == "YES":
        return "The file says that text is burnt into the image."
    if str(dataset.get("SOPClassUID") or "").startswith(_SECONDARY_CAPTURE):
        return "The image is a secondary capture, which often shows the text of a screen."
    image_type = dataset.get("ImageType") or ()
    if any("SCREEN" in str(word).upper() for word in image_type):
        return "The image is a picture of a screen."
    if burned != "NO" and str(dataset.get("Modality") or "") in _WRITING:
        return "Machines of this modality often write names into the image."
    return ""
