"""Read a portrait once, keep it as one file, look at what was read.

python examples/save_face.py [PICTURE FACE]
"""

from __future__ import annotations

import sys

import vasari
from vasari.demo import demo_portrait


def main() -> None:
    """Run the example."""
    picture, path = sys.argv[1:] or (demo_portrait(), "demo.face")
    vasari.read_portrait(picture, say=print).save(path)
    face = vasari.Face.load(path)  # a few milliseconds instead of a second or more
    yaw, pitch, roll = face.rotation
    print(f"The head: yaw {yaw:.0f}, pitch {pitch:.0f}, roll {roll:.0f} degrees")
    print(f"The eyes are {face.scale:.0f} pixels apart; sure to {100 * face.confidence:.0f} %")
    print(f"Saved in {path}: vasari say {path} VOICE -o OUT.mp4")


if __name__ == "__main__":
    main()
