"""How alive a face is beside real people: `python -m benchmarks.life`."""
