"""A portrait moves as somebody in a video does: python examples/drive.py [PICTURE VIDEO OUT].

Without arguments, a video made by Vasari itself is the driver.
"""

from __future__ import annotations

import sys

import vasari
from vasari.demo import demo_portrait, demo_voice


def main() -> None:
    """Run the example."""
    picture, video, out = sys.argv[1:] or (demo_portrait(), "driver.mp4", "drive.mp4")
    if not sys.argv[1:]:
        vasari.say(picture, demo_voice(), video, seed=3)
    motion = vasari.track(video, tell=print).motion  # only to show what is in it
    print(f"{len(motion)} frames; the head turns by up to {abs(motion.rotation).max():.0f} degrees")
    vasari.drive(picture, video, out, size=256, tell=print)
    print(f"Made {out}")


if __name__ == "__main__":
    main()
