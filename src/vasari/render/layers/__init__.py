"""What lies over the warped portrait, each layer drawn by one call."""
