"""Strong expressions crease skin where they should, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from tests.faces import expression, made_face
from tests.render.layers.moments import moment
from vasari.render.layers.creases import Creases
from vasari.shape.creases import CREASES, FINE, lines
from vasari.shape.space import Pose
from vasari.values import Face


def shown(face: Face, now: np.ndarray, tone: int = 170) -> np.ndarray:
    """(H, W) how much an expression changes plain skin, before any warp."""
    picture = np.full((*face.picture.shape[:2], 3), tone, np.uint8)
    pose = Pose(face.rotation, face.scale, face.origin)
    ys, xs = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    out = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    layer = Creases(picture, face.landmarks, pose, face.expression, 1)
    backward = np.ascontiguousarray(np.dstack([xs, ys]))
    layer.draw(out, moment(face, face.landmarks, now, backward))
    return out[..., 0].astype(int) - tone


@pytest.mark.parametrize(("codes", "between"), [
    ({"browDown": 1.0}, (55, 285)), ({"noseSneer": 1.0}, (122, 351)),
    ({"cheekSquint": 1.0, "eyeSquint": 0.4}, (230, 450)), ({"mouthSmile": 1.0}, (206, 426)),
])  # fmt: skip
@pytest.mark.parametrize("rotation", [(0, 0, 0), (20, 0, 15)])
def test_skin_darkens_where_an_expression_folds_it(
    codes: dict[str, float], between: tuple[int, int], rotation: tuple[float, float, float]
) -> None:
    face = made_face(512, rotation)
    change = shown(face, expression(**codes))
    for point in between:
        x, y = face.landmarks[point, :2].astype(int)
        assert change[y - 12 : y + 13, x - 12 : x + 13].min() < -6
    assert change.min() > -60
    x, y = face.landmarks[152, :2].astype(int)
    assert not change[y - 8 : y + 9, x - 8 : x + 9].any()  # the chin stays


def test_talking_creases_nothing_and_neither_does_the_portraits_own_expression() -> None:
    face = made_face(512)
    talking = expression(jawOpen=0.6, browInnerUp=0.15, browOuterUp=0.15, mouthSmile=0.15)
    assert not shown(face, talking).any()
    frowning = made_face(512, own=expression(browDown=0.9))
    assert not shown(frowning, frowning.expression).any()


def test_hair_is_not_creased() -> None:
    face = made_face(512)
    picture = np.full((*face.picture.shape[:2], 3), 170, np.uint8)
    brow = int(face.landmarks[[55, 285], 1].mean())
    picture[: brow - 8] = 40  # a fringe down to the brows
    pose = Pose(face.rotation, face.scale, face.origin)
    ys, xs = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    out = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    layer = Creases(picture, face.landmarks, pose, face.expression, 1)
    up = expression(browInnerUp=1.0, browOuterUp=1.0)
    layer.draw(out, moment(face, face.landmarks, up, np.ascontiguousarray(np.dstack([xs, ys]))))
    assert np.abs(out[: brow - 24, :, 0].astype(int) - 40).max() <= 1


def test_lines_lie_on_the_mesh() -> None:
    corners, weights, shapes, says = lines()
    assert corners.shape == weights.shape == (2 * len(CREASES), FINE, 3)
    assert weights.min() > -0.2
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)
    assert len(shapes) == len(says) == 2 * len(CREASES)
