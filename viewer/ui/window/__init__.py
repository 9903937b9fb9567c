"""The window of values: numbers, histogram and presets."""
