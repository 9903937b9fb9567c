"""Measurements drawn by hand: their figures, and what of lengths and values lies in them."""
