from __future__ import annotations

import numpy as np

from tests.faces import expression, made_face, painted, still
from tests.portrait.test_flat import drawn
from tests.render.layers.moments import moment
from vasari.render import Renderer
from vasari.render.layers.flat_mouth import INSIDE, FlatMouth
from vasari.shape.space import Rig
from vasari.values import Face, FloatArray

WIDE = expression(jawOpen=0.8)


def lips_parted(face: Face) -> FloatArray:
    """Landmarks of the face with its mouth wide open."""
    shape = Rig(face.neutral, face.expression).shape(WIDE)
    points = face.landmarks.copy()
    points[:, :2] = shape[:, :2] * face.scale + face.origin[:2]
    return points


def test_a_closed_drawn_mouth_opens_on_one_tone() -> None:
    face = made_face(side=420)
    picture = np.full_like(face.picture, 240)
    shape = Rig(face.neutral, face.expression).shape(expression())  # lips that meet
    points = lips_parted(face)
    FlatMouth(shape).draw(picture, moment(face, points))
    x, y = points[[13, 14], :2].mean(0).astype(int)
    assert (picture[y, x] == INSIDE).all()
    assert (picture[y - 60, x] == 240).all()


def test_an_open_drawn_mouth_shows_itself() -> None:
    """Opened wider, it is still the tone that was drawn: no teeth are added."""
    own = expression(jawOpen=0.4)
    face = made_face(side=420, own=own)
    place = (face.landmarks[[13, 14], :2].mean(0) - face.landmarks[[33, 263], :2].mean(0)) / (
        face.scale
    )
    picture, _ = drawn(face, mouth=place, open_by=0.3)
    face = painted(face, picture, plate=picture)
    shown = Renderer(face, 420).draw(still(face, expression=face.expression + WIDE / 2), 0)
    x, y = face.landmarks[[13, 14], :2].mean(0).astype(int)
    assert np.abs(shown[y : y + 8, x - 3 : x + 4].astype(int) - [190, 60, 70]).max() < 25
