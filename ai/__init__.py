"""AI for images with a geometry: an ``Image`` in, ``Findings`` out. Imports nothing of ``viewer``."""
