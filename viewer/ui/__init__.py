"""The window: PySide6, pyqtgraph for slices, VTK for 3D. Draws the session, sends it commands."""
