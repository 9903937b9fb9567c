"""The training window: data, settings with a gallery of augmentations, live curves, results."""
