"""Simulated lesions in real lung: three-dimensional, of known place, size, kind and outline.

A scan is prepared once as a ``Host``; lesions are then drawn and inserted as often as wanted::

    host = Host.of(image, avoid=[(tumour_lps_mm, tumour_radius_mm)])
    inserted = host.insert(np.random.default_rng([seed, step]), 6, TRAINING)
    inserted.image      # the scan with the lesions, axes towards head, back and left
    inserted.lesions    # the truth: centre, diameter, kind, site, mask

Train on ``TRAINING`` and measure on ``TESTING``: the two recipes draw shapes and densities from
different ranges, and the evaluation's seeds are its own.
"""

from ai.training.nodules.insertion.host import Host, Inserted, Lesion
from ai.training.nodules.insertion.recipe import TESTING, TRAINING, Kind, Recipe, Site

__all__ = ["TESTING", "TRAINING", "Host", "Inserted", "Kind", "Lesion", "Recipe", "Site"]
