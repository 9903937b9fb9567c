"""AI for images with a geometry: ``Image`` in, ``Findings`` out. Knows nothing of ``viewer``."""
