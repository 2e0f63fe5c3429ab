"""A portrait sits in a meeting for you: it moves as your microphone hears you.

python examples/meeting_camera.py [PICTURE SOUND]

The same as `vasari camera`, with a wish of its own: it looks at you, and a green background is cut
out by the meeting. SOUND is a file in place of the microphone. Needs `pip install
'vasari[camera]'`, and v4l2loopback on Linux or OBS elsewhere.
"""

from __future__ import annotations

import sys

import vasari
from vasari.demo import demo_portrait
from vasari.jobs.camera import camera


def main() -> None:
    """Run the example."""
    picture, sound = sys.argv[1:] or (demo_portrait(), None)
    lively = vasari.Style(head=1.2, emotion={"happy": 0.3})
    camera(picture, sound, background="green", style=lively, tell=print)


if __name__ == "__main__":
    main()
