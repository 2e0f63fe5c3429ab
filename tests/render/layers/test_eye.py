"""Eyes that turn: how far irises, catch-lights and lids go."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.faces import made_face, painted, still
from vasari.render import Renderer
from vasari.render.layers.eye import GLINT_GOES, SEEN
from vasari.shape.eyes import CORNERS, EYEBALL, IRISES
from vasari.shape.onto_face import onto_face
from vasari.values import EXPRESSION, Face, Motion

SIDE = 512


def looking(face: Face, yaw: float, pitch: float) -> np.ndarray:
    """(H, W, 3) the eyes turn, nothing else."""
    gaze = face.gaze + np.array([yaw, pitch], np.float32)
    return Renderer(face, SIDE, paint="baked").draw(still(face, gaze=gaze), 0)


def part(face: Face, which: int, picture: np.ndarray) -> np.ndarray:
    """The eye alone, and its corner."""
    points = face.landmarks[CORNERS[which], :2]
    low = np.floor(points.min(0) - (0, 14)).astype(int)
    high = np.ceil(points.max(0) + (0, 14)).astype(int)
    return picture[low[1] : high[1], low[0] : high[0]].astype(int)


def iris_at(face: Face, which: int, picture: np.ndarray) -> np.ndarray:
    """(2,) the middle of the dark in an eye."""
    dark = np.abs(part(face, which, picture) - (70, 50, 40)).sum(-1) < 60
    ys, xs = np.nonzero(dark)
    return np.array([xs.mean(), ys.mean()])


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("yaw", [-18.0, -8.0, 8.0, 18.0])
def test_an_iris_goes_as_far_across_as_its_ball_turns(which: int, yaw: float) -> None:
    face = made_face(SIDE)
    moved = iris_at(face, which, looking(face, yaw, 0)) - iris_at(face, which, looking(face, 0, 0))
    width = float(np.ptp(face.landmarks[CORNERS[which], 0]))
    assert moved[0] == pytest.approx(EYEBALL * width * np.sin(np.radians(SEEN * yaw)), abs=1.2)
    assert abs(moved[1]) < 1


def test_both_eyes_look_up_and_down() -> None:
    face = made_face(SIDE)
    for which in (0, 1):
        up, rest, down = (iris_at(face, which, looking(face, 0, p))[1] for p in (9, 0, -9))
        assert up < rest - 1
        assert down > rest + 1


def test_a_catch_light_stays_with_the_light() -> None:
    plain = made_face(SIDE)
    picture = plain.picture.copy()
    for iris in IRISES:
        at = np.round(plain.landmarks[iris, :2]).astype(int).tolist()
        cv2.circle(picture, at, 1, (255, 255, 255), -1)
    face = painted(plain, picture)

    def light_at(picture: np.ndarray) -> float:
        eye = part(face, 0, picture)
        near = np.abs(eye - (70, 50, 40)).sum(-1) < 60
        spot = cv2.morphologyEx(near.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7)))
        weight = eye.sum(-1) * ((spot > 0) & ~near)
        return float((weight.sum(0) * np.arange(weight.shape[1])).sum() / weight.sum())

    rest, turned = looking(face, 0, 0), looking(face, 12, 0)
    iris = iris_at(face, 0, turned)[0] - iris_at(face, 0, rest)[0]
    light = light_at(turned) - light_at(rest)
    assert light == pytest.approx(GLINT_GOES * iris, abs=1.0)


def test_lids_follow_a_look_up_and_down() -> None:
    face = made_face(SIDE)
    gaze = np.array([[0, 0], [0, -12], [0, 12]], np.float32)
    zeros = np.zeros((3, 3), np.float32)
    motion = onto_face(face, Motion(zeros, zeros, gaze, np.zeros((3, EXPRESSION), np.float32)))
    renderer = Renderer(face, SIDE)
    rest, down, up = (renderer.now(motion, k).points[[159, 386], 1] for k in range(3))
    assert (down > rest + 1).all()
    assert (up < rest - 0.5).all()
