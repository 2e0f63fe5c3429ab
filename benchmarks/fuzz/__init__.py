"""Damaged and hostile files: what every reader makes of them."""
