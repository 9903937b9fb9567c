"""Segmenting in the window: tools, labels over the images, the list of segments."""
