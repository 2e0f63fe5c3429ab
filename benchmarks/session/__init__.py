"""What does waiting less cost the lips of a session? `python -m benchmarks.session`."""
