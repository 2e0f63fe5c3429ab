"""Picture in, `Face` out."""
