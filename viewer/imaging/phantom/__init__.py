"""A believable synthetic chest CT with known truth: no patient's data, any size, any seed."""

from viewer.imaging.phantom.chest import ChestPhantom, chest_ct
from viewer.imaging.phantom.nodules import Nodule
from viewer.imaging.phantom.scan import ChestScan

__all__ = ["ChestPhantom", "ChestScan", "Nodule", "chest_ct"]
