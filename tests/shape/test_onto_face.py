"""What a portrait makes of a motion that is meant for anyone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faces import expression, made_face
from vasari.motion.mouth import open_lips
from vasari.shape.onto_face import MOUTH, Smiles, kept_expression, onto_face
from vasari.shape.space import Rig, lip_gaps
from vasari.values import BLENDSHAPES, EXPRESSION, Face, FloatArray, Motion

CORNERS = (61, 291)
OWN: dict[str, dict[str, float]] = {
    "plain": {}, "laughs": {"jawOpen": 0.4, "mouthSmile": 0.9}, "smiles": {"mouthSmile": 0.8},
}  # fmt: skip
OTHERS = [BLENDSHAPES[k] for k in np.flatnonzero(MOUTH) if BLENDSHAPES[k] != "jawOpen"]


@cache
def face_with(own: str) -> Face:
    return made_face(own=expression(**OWN[own]))


def shapes(face: Face, codes: FloatArray, begun: float = 1.0) -> FloatArray:
    """(T, 478, 3) of the portrait that says these codes (T, EXPRESSION)."""
    zero = np.zeros((len(codes), 3), np.float32)
    moves = onto_face(face, Motion(zero, zero, zero[:, :2], codes), begun)
    rig = Rig(face.neutral, face.expression)
    return np.stack([rig.shape(e) for e in moves.expression])


def width(shape: FloatArray) -> float:
    return float(shape[CORNERS[1], 0] - shape[CORNERS[0], 0])


@pytest.mark.parametrize("own", list(OWN))
@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(OTHERS), st.floats(0, 1), max_size=6))
def test_lips_meet_from_corner_to_corner_whatever_else_is_felt(
    own: str, felt: dict[str, float]
) -> None:
    codes = np.zeros((1, EXPRESSION), np.float32)
    for name, value in felt.items():
        codes[0, BLENDSHAPES.index(name)] = value
    open_lips(codes, np.array([-0.001]))
    gaps = lip_gaps(shapes(face_with(own), codes)[0])
    if codes[0, BLENDSHAPES.index("mouthClose")] < 1:  # else no code could close them
        assert np.abs(gaps).max() < 1e-4


@pytest.mark.parametrize("own", ["laughs", "smiles"])
def test_a_grin_ends_at_a_rounded_vowel(own: str) -> None:
    grins, plain = face_with(own), face_with("plain")
    rounded = expression(mouthPucker=0.4, jawOpen=0.15)[None]
    rest = width(shapes(grins, np.zeros_like(rounded))[0])
    says = width(shapes(grins, rounded)[0])
    assert says < rest - 0.08
    assert says == pytest.approx(width(shapes(plain, rounded)[0]), abs=0.01)


def test_rounding_keeps_a_hole_and_opens_little_more() -> None:
    face = face_with("plain")
    for pucker in (0.0, 0.1, 0.3, 0.6):
        codes = expression(mouthPucker=pucker)[None]
        open_lips(codes, np.array([0.06]))
        gaps = lip_gaps(shapes(face, codes)[0])
        assert 0.058 < gaps[2:7].mean() < 0.09


def test_a_mouth_that_speaks_at_once_says_it_at_once() -> None:
    for face in map(face_with, ("plain", "laughs")):
        codes = np.repeat(expression(jawOpen=0.4)[None], 3, 0)
        codes[0] = expression(jawOpen=-0.05, mouthPressLeft=0.2, mouthPressRight=0.2)
        gaps = lip_gaps(shapes(face, codes, begun=0))[:, 2:7].mean(1)
        settled = lip_gaps(shapes(face, codes))[:, 2:7].mean(1)
        assert gaps == pytest.approx(settled, abs=1e-3)
        assert gaps[0] < 1e-3
        assert gaps[1] > 0.08


def test_a_mouth_that_is_quiet_begins_as_the_portrait() -> None:
    face = face_with("laughs")
    shape = shapes(face, np.zeros((10, EXPRESSION), np.float32), begun=0)
    own = Rig(face.neutral, face.expression).shape(face.expression)
    assert np.allclose(shape[0], own, atol=1e-5)
    assert lip_gaps(shape[-1]).max() < 1e-4
    zero = np.zeros((1, 3), np.float32)
    still = Motion(zero, zero, zero[:, :2], np.zeros((1, EXPRESSION), np.float32))
    assert np.allclose(onto_face(face, still).expression[0], kept_expression(face), atol=1e-6)


def test_a_smile_comes_back_slowly_however_the_frames_are_cut() -> None:
    codes = np.zeros((50, EXPRESSION), np.float32)
    codes[5:8] = expression(mouthPucker=0.6)
    smile = Smiles(25).push(codes)
    assert (smile[:5] == 1).all()
    assert smile[7] == pytest.approx(0, abs=1e-6)
    assert 0 < np.diff(smile[7:]).max() < 0.1
    assert smile[-1] == 1
    parts, stream = [], Smiles(25)
    for part in np.split(codes, (1, 6, 7, 30)):
        parts.append(stream.push(part))
    assert np.array_equal(np.concatenate(parts), smile)


@pytest.mark.parametrize("own", list(OWN))
def test_a_rounded_vowel_is_a_hole_and_a_rounded_m_is_none(own: str) -> None:
    for opening, least, most in ((0.015, 0.02, 0.06), (-0.015, 0.0, 1e-3)):
        codes = expression(mouthPucker=0.35)[None]
        open_lips(codes, np.array([opening]))
        assert least <= lip_gaps(shapes(face_with(own), codes)[0])[2:7].mean() <= most
