"""Does the picture stay what it was? `python -m benchmarks.quality`."""
