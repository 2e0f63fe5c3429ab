from __future__ import annotations

import cv2
import numpy as np

from tests.faces import made_face
from vasari.portrait.sharpness import _inside, softened
from vasari.portrait.teeth import DENSITY, Tones, draw_teeth

TONES = Tones(
    np.full(3, 220.0), np.full(3, 120.0), np.full(3, 110.0), np.full(3, 20.0), np.full(3, 120.0)
)


def shown(picture: np.ndarray) -> float:
    """How sharp the upper row is in this portrait."""
    face = made_face()
    upper, *_ = softened(draw_teeth(TONES), DENSITY, picture, face.landmarks, face.scale)
    return _inside(upper, DENSITY / face.scale)


def test_teeth_are_softer_in_a_softer_portrait() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (256, 256, 3)).astype(np.uint8)
    soft = cv2.GaussianBlur(picture, (0, 0), 3)
    assert shown(soft) < 0.8 * shown(picture)


def test_even_the_smoothest_skin_leaves_teeth() -> None:
    assert shown(np.full((256, 256, 3), 128, np.uint8)) > 0.5
