from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.faces import made_face
from vasari.portrait.lip_line import settle_lip_line
from vasari.shape.landmarks import LIP_RINGS_LOWER, LIP_RINGS_UPPER


@pytest.mark.parametrize("off", [-3, 0, 3])
@pytest.mark.parametrize("roll", [0, 20])
def test_the_dark_line_is_found(off: int, roll: int) -> None:
    face = made_face(rotation=(0, 0, roll))
    picture = np.full_like(face.picture, 180)
    ends = face.landmarks[[78, 308], :2]
    across = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    down = np.array([-across[1], across[0]])
    middle = (face.landmarks[13, :2] + face.landmarks[14, :2]) / 2 + off * down
    line = [tuple(np.round(middle + s * across * 16).astype(int).tolist()) for s in (-1, 1)]
    cv2.line(picture, line[0], line[1], (30, 20, 20), 2, cv2.LINE_AA)
    settled = settle_lip_line(picture, face.landmarks, face.scale)
    inner = np.concatenate([settled[LIP_RINGS_UPPER[0, 3:6]], settled[LIP_RINGS_LOWER[0, 3:6]]])
    assert abs((inner[:, :2].mean(0) - middle) @ down) < 1.2


def test_no_line_moves_nothing() -> None:
    face = made_face()
    plain = np.full_like(face.picture, 120)
    assert (settle_lip_line(plain, face.landmarks, face.scale) == face.landmarks).all()
