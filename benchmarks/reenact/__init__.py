"""How near a moved portrait comes to the person? `python -m benchmarks.reenact`."""
