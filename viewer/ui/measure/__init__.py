"""Measurements in the window: tools, drawing, table, export."""
