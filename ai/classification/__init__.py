"""Classification of single pictures, radiographs above all; see ``pipeline.classify``."""
