"""How many threads the libraries may use."""

from __future__ import annotations


def settle_libraries() -> None:
    """One thread for each library, and silence from FFmpeg."""
    import av.logging
    import cv2

    av.logging.set_level(None)
    cv2.setNumThreads(1)
