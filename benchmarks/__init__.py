"""Speed, beside peers and physical floors measured in the same run: ``python -m benchmarks``."""
