"""How independent are pose, gaze, expression and identity? `python -m benchmarks.leaks`."""
