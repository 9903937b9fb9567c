"""Sessions saved, opened, and brought back after a crash."""
