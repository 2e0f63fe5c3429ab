"""Something before the mouth is noticed, and the mouth stays closed behind it."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.faces import expression, made_face, still
from vasari.demo import demo_portrait
from vasari.portrait.read import read_portrait
from vasari.render import Renderer
from vasari.shape.landmarks import LIP_RINGS_LOWER, LIP_RINGS_UPPER
from vasari.shape.space import Rig, lip_gaps
from vasari.values import Face

# Lower half of the face's oval, then back over the cheeks and the bridge of the nose.
OUTLINE = [
    93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323,
    366, 347, 197, 118, 137,
]  # fmt: skip
GROWN = 1.04  # a mask stands off the chin
COLOURS = {"surgical": (150, 195, 220), "white": (232, 232, 230), "green": (130, 180, 160)}


@cache
def bare() -> tuple[Face, list[str]]:
    said: list[str] = []
    with Image.open(demo_portrait()) as image:
        return read_portrait(np.asarray(image.convert("RGB")), say=said.append), said


def covered(colour: tuple[int, int, int]) -> np.ndarray:
    """The demo portrait with a mask of that colour, light and shadow on it as on the face."""
    face, _ = bare()
    points = face.landmarks[OUTLINE, :2]
    middle = face.landmarks[[234, 454], :2].mean(0)
    points[:19] = middle + GROWN * (points[:19] - middle)
    mask = np.zeros(face.picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    grey = cv2.cvtColor(face.picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    light = cv2.GaussianBlur(grey, (0, 0), 0.3 * face.scale)
    light = np.clip(light / np.percentile(light[mask > 0], 90), 0.4, 1)
    noise = np.random.default_rng(0).normal(0, 2, grey.shape)
    cloth = np.array(colour) * light[..., None] + noise[..., None]
    share = mask[..., None] / 255
    return np.clip(face.picture * (1 - share) + cloth * share, 0, 255).astype(np.uint8)


def test_a_bare_mouth_is_not_hidden() -> None:
    face, said = bare()
    assert not face.traits.mouth_hidden
    assert said == []


@pytest.mark.parametrize("kind", COLOURS)
def test_a_mask_is_noticed_and_stays_shut(kind: str) -> None:
    said: list[str] = []
    face = read_portrait(covered(COLOURS[kind]), say=said.append)
    assert face.traits.mouth_hidden
    assert not face.traits.flat  # even cloth is no flat drawing
    assert sum("before the mouth" in sentence for sentence in said) == 1
    talks = face.expression + expression(jawOpen=0.5, mouthFunnel=0.5, mouthUpperUp=0.5)
    renderer = Renderer(face, 256)
    points = renderer.now(still(face, expression=talks), 0).points
    upper, lower = points[LIP_RINGS_UPPER[0], :2], points[LIP_RINGS_LOWER[0], :2]
    assert np.abs(upper - lower).max() < 0.1  # pixels
    shown = renderer.draw(still(face, expression=talks), 0)
    around = renderer.now(still(face), 0).points[[61, 291, 0, 17], :2]
    low, high = np.round(around.min(0)).astype(int), np.round(around.max(0)).astype(int)
    mouth = shown[low[1] : high[1], low[0] : high[0]].astype(float)
    tone = np.median(mouth, axis=(0, 1))
    assert np.abs(mouth - tone).max() < 60  # cloth and its shadows: neither red nor teeth


@pytest.mark.parametrize("kind", COLOURS)
def test_lids_take_the_tone_of_skin_not_of_the_mask(kind: str) -> None:
    lids = read_portrait(covered(COLOURS[kind])).traits.lids[:, :-1].astype(float)
    bare_lids = bare()[0].traits.lids[:, :-1].astype(float)
    assert np.abs(lids.mean((0, 1)) - bare_lids.mean((0, 1))).max() < 40
    warm = lids.mean((0, 1))
    assert warm[0] > warm[2] + 15  # red over blue, as skin has it


def test_given_landmarks_say_where_the_mouth_is() -> None:
    picture = covered(COLOURS["surgical"])
    face = read_portrait(picture, landmarks=bare()[0].landmarks)
    assert not face.traits.mouth_hidden


def test_a_sealed_rig_never_opens() -> None:
    face = made_face()
    rig = Rig(face.neutral, face.expression, sealed=True)
    shape = rig.shape(expression(jawOpen=0.8))
    np.testing.assert_allclose(lip_gaps(shape), 0, atol=1e-6)
    chin = shape[152, 1] - face.neutral[152, 1]
    assert chin > 0.1  # the jaw still moves
