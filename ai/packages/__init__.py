"""Model packages: the format, the registry, the readers."""
