"""A picture and a voice become a video: python examples/say.py [PICTURE SOUND OUT]."""

from __future__ import annotations

import sys

import vasari
from vasari.demo import demo_portrait, demo_voice


def main() -> None:
    """Run the example."""
    picture, sound, out = sys.argv[1:] or (demo_portrait(), demo_voice(), "say.mp4")
    vasari.say(picture, sound, out, size=512, fps=25, tell=print)
    print(f"Made {out}")


if __name__ == "__main__":
    main()
