"""Is the mouth that is asked for the mouth that is seen? `python -m benchmarks.mouth`."""
