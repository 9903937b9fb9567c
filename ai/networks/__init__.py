"""Network architectures, by name."""
