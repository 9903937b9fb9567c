"""The tag browser: every attribute of the active series, and what differs from slice to slice."""
