"""Two portraits talk, each listening to the other: two videos to be cut together.

python examples/conversation.py [PICTURE SOUND PICTURE SOUND [OUT OUT]]

Both sounds are on one clock, from the same moment on: each is silent where the other speaks.
"""

from __future__ import annotations

import sys

import vasari
from vasari.demo import demo_portrait, demo_voice


def main() -> None:
    """Run the example."""
    said = sys.argv[1:] or [str(demo_portrait()), str(demo_voice())] * 2
    one, ones_voice, other, others_voice, *outs = said
    here, there = outs or ("one.mp4", "other.mp4")
    style = vasari.Style(seed=1)  # so that not even one portrait moves like itself
    vasari.say(one, ones_voice, here, listen=others_voice, tell=print)
    vasari.say(other, others_voice, there, listen=ones_voice, style=style, tell=print)
    print(f"Made {here} and {there}")


if __name__ == "__main__":
    main()
