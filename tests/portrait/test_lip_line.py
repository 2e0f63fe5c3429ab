from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.faces import expression, made_face, painted_lips
from vasari.portrait.lip_line import _below, _read_line, settle_lip_line
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


def apart(landmarks: np.ndarray, unit: float) -> np.ndarray:
    """(9,) how far apart the pairs of both inner lines lie, eye distances."""
    return (landmarks[LIP_RINGS_LOWER[0], 1] - landmarks[LIP_RINGS_UPPER[0], 1]) / unit


@pytest.mark.parametrize("rings", [LIP_RINGS_UPPER, LIP_RINGS_LOWER])
def test_a_line_that_was_read_into_a_lip_comes_back_to_its_end(rings: np.ndarray) -> None:
    face = painted_lips(expression(jawOpen=0.1))
    true, read = face.landmarks, face.landmarks.copy()
    hole = np.r_[78, LIP_RINGS_UPPER[0], 308, LIP_RINGS_LOWER[0, ::-1]]
    cv2.fillPoly(face.picture, [np.round(true[hole, :2]).astype(np.int32)], (40, 20, 18))
    sign = -1 if rings is LIP_RINGS_UPPER else 1
    bump = np.array([0, 1, 2, 2, 1, 0.5, 0, 0, 0]) / 2  # on one side only: it would open crooked
    read[rings, 1] += sign * 0.03 * face.scale * bump
    off = [np.abs(m[rings[0], 1] - true[rings[0], 1]).max() / face.scale
           for m in (read, settle_lip_line(face.picture, read, face.scale, 0.024))]  # fmt: skip
    assert off[0] > 0.025
    assert off[1] < 0.5 * off[0]


def test_lips_that_were_read_apart_stay_so_by_what_they_must() -> None:
    face = painted_lips(expression(jawOpen=0.1))
    ring = face.landmarks[np.r_[78, LIP_RINGS_UPPER[2], 308, LIP_RINGS_LOWER[2, ::-1]], :2]
    cv2.fillPoly(face.picture, [np.round(ring).astype(np.int32)], (180, 110, 105))
    line = _read_line(face.landmarks).astype(int)
    cv2.polylines(face.picture, [line], False, (40, 20, 18), 1)  # lips that meet
    gaps = [apart(settle_lip_line(face.picture, face.landmarks, face.scale, least), face.scale)
            for least in (0.0, 0.024)]  # fmt: skip
    assert np.allclose(gaps[0], apart(face.landmarks, face.scale), atol=1e-3)
    assert 0.02 < gaps[1][2:7].mean() < 0.03
    assert np.abs(np.diff(gaps[1], 2)).max() < 0.006  # one bow


def test_nothing_lies_below_its_own_line() -> None:
    face = made_face()
    middle = (face.landmarks[LIP_RINGS_UPPER[0], :2] + face.landmarks[LIP_RINGS_LOWER[0], :2]) / 2
    line, down = _read_line(face.landmarks), np.array([0, 1], np.float32)
    assert np.abs(_below(middle, line, down)).max() < 0.05
    assert np.isclose(_below(middle + 2 * down, line, down)[16], 2, atol=0.05)
