"""3D rendering: a process of its own that draws a volume with VTK, and what talks to it.

VTK is slow to start, blocks while it draws, and takes its process down where a graphics driver
fails. So it lives in a child process (``worker``); the window sends immutable requests through
``client`` and paints the pictures that come back.
"""
