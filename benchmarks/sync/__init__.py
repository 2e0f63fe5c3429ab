"""Do the lips move with the voice? `python -m benchmarks.sync`."""
