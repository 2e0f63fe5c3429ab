"""A video or the curves of Live Link Face to `Motion`."""
