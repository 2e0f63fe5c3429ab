"""Do the lips say the words? `python -m benchmarks.lips`."""
