"""Makes the strips that show what each control does: `python docs/pictures/steer.py`.

The same moment of the same speech of the demo portrait each time; only the style differs.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from make import save, titled

import vasari
from vasari import EMOTIONS, Style
from vasari.demo import demo_portrait, demo_voice
from vasari.media import open_sound

SECONDS = 1.4  # of speech before the picture
ROOM = 1.35  # side of the part around the face, over the height of its landmarks
SIDE = 200  # pixels of each picture


def shown(face: vasari.Face, room: float = ROOM, **style: Any) -> np.ndarray:
    """(SIDE, SIDE, 3) around the place of the face at rest."""
    sound = np.concatenate(list(open_sound(demo_voice()).pieces()))[: round(16_000 * SECONDS)]
    *_, picture = vasari.talk(face, sound, size=768, style=Style(head=0, blink=0, **style))
    x, y, side = face.crop
    points = (face.landmarks[:468, :2] - [x, y]) * (768 / side)
    middle = (points.min(0) + points.max(0)) / 2
    half = room * float(np.ptp(points[:, 1])) / 2
    part = cv2.getRectSubPix(picture, (round(2 * half),) * 2, tuple(map(float, middle)))
    return cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def main() -> None:
    """All strips."""
    face = vasari.read_portrait(demo_portrait())
    rows = [
        [titled(shown(face, emotion={name: s}), f"{name}:{s:g}") for name in EMOTIONS[1:]]
        for s in (0.5, 1.0)
    ]
    save("emotions.jpg", np.vstack([np.hstack(row) for row in rows]))
    gazes = ((-15, 0), (-8, 0), (0, 0), (8, 0), (15, 0), (0, 10), (0, -10))
    save("gazes.jpg", np.hstack([titled(shown(face, gaze=g), f"{g[0]},{g[1]}") for g in gazes]))
    ways = (0.7, 0.85, 1.0, 1.2, 1.4)
    save("distances.jpg", np.hstack([titled(shown(face, 2.2, distance=d), f"{d:g}") for d in ways]))
    poses = ((-12, 0, 0), (12, 0, 0), (0, 8, 0), (0, -8, 0), (0, 0, 8))
    turned = [titled(shown(face, 1.6, pose=p), "{},{},{}".format(*p)) for p in poses]
    save("poses.jpg", np.hstack(turned))


if __name__ == "__main__":
    main()
