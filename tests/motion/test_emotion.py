"""Emotions are shown on top of speech, and let the lips articulate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.faces import expression, made_face, still
from tests.motion.test_stream import talk
from vasari import EMOTIONS, Key, Motion, Style
from vasari.motion import MotionStream
from vasari.motion.emotion import Emotions, own_kept, parted_lips, smile_held
from vasari.motion.mouth import signed_opening
from vasari.motion.steering import OnTop
from vasari.shape.onto_face import onto_face
from vasari.shape.space import lip_gaps
from vasari.values import BLENDSHAPES

SHOWS = {  # a code of each emotion that nothing else makes so strong
    "happy": "mouthSmileLeft", "sad": "mouthFrownLeft", "angry": "browDownLeft",
    "surprised": "browOuterUpLeft", "afraid": "mouthStretchLeft", "disgusted": "noseSneerLeft",
    "contempt": "mouthDimpleLeft",
}  # fmt: skip


def move(style: Style, frames: int = 200, chunk: int = 25) -> Motion:
    return MotionStream(style, chunk).push(talk(frames), last=True)


def code(motion: Motion, name: str) -> np.ndarray:
    return motion.expression[:, BLENDSHAPES.index(name)]


@pytest.mark.parametrize("emotion", EMOTIONS[1:])
def test_it_grows_with_its_strength_and_lips_go_on_articulating(emotion: str) -> None:
    plain = move(Style(emotion="none"))
    shown = [code(move(Style(emotion={emotion: s})), SHOWS[emotion]).mean() for s in (0.25, 0.5, 1)]
    assert code(plain, SHOWS[emotion]).mean() < shown[0] < shown[1] < shown[2]
    full = move(Style(emotion={emotion: 1}))
    was, now = signed_opening(plain.expression), signed_opening(full.expression)
    shut = was < 0.005
    talking = np.convolve(was > 0.03, np.ones(9), "same") > 0
    assert shut[talking].any()
    assert now[shut & talking].max() < 0.02 or emotion in ("happy", "surprised", "afraid")
    assert (now >= was - 0.01).all()
    for name in ("rotation", "position", "gaze"):
        np.testing.assert_array_equal(getattr(full, name), getattr(plain, name))


def test_contempt_is_one_sided() -> None:
    full = move(Style(emotion={"contempt": 1}))
    left, right = (code(full, "mouthDimple" + side).mean() for side in ("Left", "Right"))
    assert left > 0.4 + right


def test_a_change_is_complete_within_its_time_and_smooth() -> None:
    plain = move(Style(emotion="none"))
    keyed = move(Style(emotion=[Key(0, "none"), Key(4, {"disgusted": 1}, 0.4)]))
    always = move(Style(emotion={"disgusted": 1}))
    np.testing.assert_array_equal(keyed.expression[:100], plain.expression[:100])
    np.testing.assert_array_equal(keyed.expression[111:], always.expression[111:])
    assert np.abs(np.diff(code(keyed, "noseSneerLeft"))).max() < 0.25


def test_expression_gain_scales_it_and_none_is_none() -> None:
    whole, half, none = (move(Style(emotion={"angry": 1}, expression=g)) for g in (1, 0.5, 0))
    brows = [code(m, "browDownLeft").mean() for m in (none, half, whole)]
    assert brows[0] == 0
    # more than half: with what the face does by itself the whole reaches the end of its way
    assert brows[1] == pytest.approx(brows[2] / 2, rel=0.15)


def test_neutral_is_none_without_the_moods_that_come_and_go() -> None:
    none, neutral = move(Style(emotion="none")), move(Style(emotion={"neutral": 1}))
    for name in ("browDownLeft", "eyeBlinkRight"):
        np.testing.assert_array_equal(code(neutral, name), code(none, name))
    assert code(neutral, "mouthSmileLeft").mean() < code(none, "mouthSmileLeft").mean()


def test_it_lives_a_little_and_sides_differ() -> None:
    emotions, full = Emotions(np.random.default_rng(0), 25), np.eye(len(EMOTIONS))[1]
    codes = np.array([emotions.step(full)[0] for _ in range(500)])
    left, right = (codes[:, BLENDSHAPES.index("cheekSquint" + s)] for s in ("Left", "Right"))
    assert 0.01 < left.std() < 0.1
    assert np.abs(np.diff(left)).max() < 0.1
    assert abs(left.mean() - right.mean()) > 0.005


def test_lips_part_in_pauses_and_vowels_only() -> None:
    opening = np.array([0, 0, 0.1, -0.02], np.float32)
    parted = parted_lips(opening, np.full(4, 0.1), np.array([0, 1, 1, 1]))
    assert parted[0] == pytest.approx(0.1)
    assert parted[1] == 0
    assert 0.1 < parted[2] < 0.2
    assert parted[3] == pytest.approx(-0.02)


def test_another_emotion_takes_the_place_of_the_portraits_own_smile() -> None:
    face = made_face(own=expression(mouthSmile=0.6))
    rest = replace(still(face, 3), expression=np.zeros_like(still(face, 3).expression))
    smile = BLENDSHAPES.index("mouthSmileLeft")
    asked = {"none": 0, "happy:1": 0, "sad:0.5": 0.8, "neutral:0.5": 0.5, "angry:0.7,sad:0.7": 1}
    for emotion, gone in asked.items():
        kept = own_kept(Style(emotion=emotion).at(0).emotion)
        assert kept == pytest.approx(1 - gone)
        shown = onto_face(face, rest, kept=kept)
        assert shown.expression[0, smile] == pytest.approx(0.36 * (1 - gone), abs=1e-6)


def test_on_top_of_a_driver_it_lets_the_lips_be() -> None:
    driver = move(Style(emotion="none"))
    made, kept = OnTop(Style(emotion={"sad": 1}))(driver)
    assert code(made, "mouthFrownLeft").mean() > 0.3
    np.testing.assert_allclose(
        signed_opening(made.expression), signed_opening(driver.expression), atol=0.02
    )
    assert (kept == 0).all()


def test_the_authored_axes_move_what_they_say() -> None:
    from vasari.shape.space import face_space

    basis = face_space().basis
    cheek, nose = (basis[BLENDSHAPES.index(n + "Right")] for n in ("cheekSquint", "noseSneer"))
    assert cheek[50, 1] < -0.02
    assert nose[129, 1] < -0.02
    assert nose[55, 1] > 0.01
    assert np.abs(cheek[280]).max() < 0.005  # the other side stays
    assert np.abs(lip_gaps(cheek)).max() < 0.005


def test_a_smile_that_was_asked_for_is_held_beside_rounded_lips() -> None:
    asked = {"none": 0, "auto": 0, "neutral:1": 0, "happy:0.4": 0.24, "happy:1,sad:0.5": 0.6}
    for emotion, held in asked.items():
        assert smile_held(Style(emotion=emotion).at(0).emotion) == pytest.approx(held)
