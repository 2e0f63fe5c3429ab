"""The person without the background, to be laid over something else.

python examples/green_screen.py [PICTURE SOUND]

Makes green.mp4 (for video editors) and cutout.webm (with real transparency, for browsers).
"""

from __future__ import annotations

import sys

import vasari
from vasari.demo import demo_portrait, demo_voice


def main() -> None:
    """Run the example."""
    picture, sound = sys.argv[1:] or (demo_portrait(), demo_voice())
    face = vasari.read_portrait(picture)
    for out, background in (("green.mp4", "green"), ("cutout.webm", "transparent")):
        vasari.say(face, sound, out, size=256, background=background)
        print(f"Made {out}")


if __name__ == "__main__":
    main()
