"""Law 7: whatever the head does, the background stays as it is."""

from __future__ import annotations

import numpy as np

from tests.faces import expression, made_face, still
from vasari.render import Renderer


def test_the_background_stays() -> None:
    face = made_face()
    draw = Renderer(face, 256).draw
    away = np.ones(face.matte.shape, bool)
    moves = [
        still(face, rotation=np.array([10, 0, 0])),
        still(face, rotation=np.array([-10, 8, 5])),
        still(face, position=np.array([0.15, -0.1, 0.4])),
        still(face, expression=expression(jawOpen=1)),
    ]
    pictures = [draw(m, 0) for m in moves]
    for shown in pictures:
        touched = (shown != face.picture).any(2)
        assert touched.any()
        away &= ~touched
    rim = np.zeros(face.matte.shape, bool)
    rim[:, :20] = rim[:, -20:] = True
    assert away[rim].all()
    # where the head moved away, the plate shows, not a stretched head
    freed = (face.matte > 0) & (pictures[2] == face.plate).all(2)
    assert freed.any()
