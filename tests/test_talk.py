"""The joining function takes a sound in any form and gives pictures as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import vasari
from tests.conftest import voice_like, write_wav
from tests.faces import made_face
from vasari.motion.mouth import lip_opening
from vasari.performer import Performer, sway_of
from vasari.render import Renderer
from vasari.render.body import Carried
from vasari.speech import SpeechStream
from vasari.values import BLENDSHAPES


def test_array_pieces_and_file_are_alike(tmp_path: Path) -> None:
    sound = np.round(voice_like(0.6) * 32767).astype(np.float32) / 32768
    path = write_wav(tmp_path / "a.wav", sound * 32768 / 32767)
    forms = (sound, np.array_split(sound, 7), path)
    shown = [list(vasari.talk(made_face(), form, size=256, mark=False)) for form in forms]
    assert [len(pictures) for pictures in shown] == [15, 15, 15]
    for pictures in shown[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(pictures, shown[0], strict=True))


def test_a_long_array_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first picture leaves as early as with pieces: here after two seconds of ten minutes."""
    heard, push = 0, SpeechStream.push

    def counting(self: SpeechStream, sound: np.ndarray, last: bool = False) -> np.ndarray:
        nonlocal heard
        heard += len(sound)
        return push(self, sound, last)

    monkeypatch.setattr(SpeechStream, "push", counting)
    array = np.tile(voice_like(10.0), 60)
    for sound in (array, [array], iter([array])):
        heard = 0
        next(iter(vasari.talk(made_face(), sound, size=256)))
        assert heard <= 2 * 16_000


def test_pictures_leave_while_sound_still_comes() -> None:
    given = 0

    def endless() -> Iterator[np.ndarray]:
        nonlocal given
        while True:
            given += 1
            yield voice_like(0.5, seed=given)

    shown = vasari.talk(made_face(), endless(), size=256, chunk=2)
    for _ in range(30):
        next(shown)
    assert given <= 4


@pytest.mark.parametrize("fps", [24, 25, 30, 60, Fraction(24_000, 1001)])
@pytest.mark.parametrize("seconds", [0.1, 0.97])
def test_as_long_as_the_sound(fps: Fraction | int, seconds: float) -> None:
    shown = list(vasari.talk(made_face(), voice_like(seconds), size=256, fps=fps))
    assert 0 <= len(shown) / fps - seconds < 1 / fps + 1e-9


@pytest.mark.parametrize(
    "sound", [np.zeros((100, 2), np.float32), np.zeros(100, np.int16), [np.zeros(9, np.int16)]]
)
def test_other_samples_are_refused(sound: np.ndarray) -> None:
    with pytest.raises(vasari.SoundError, match="one row of floats"):
        vasari.talk(made_face(), sound, size=256)
    with pytest.raises(vasari.SoundError, match="one row of floats"):
        list(vasari.talk(made_face(), iter([sound]), size=256))


@pytest.mark.parametrize("size", [100, 301, 2000])
def test_sizes_that_cannot_be_made(tmp_path: Path, size: int) -> None:
    sound = write_wav(tmp_path / "a.wav", voice_like(0.2))
    with pytest.raises(vasari.OutputError, match="256 to 1024"):
        vasari.say(made_face(), sound, tmp_path / "a.mp4", size=size)


def test_still_moves_lips_lids_and_eyes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Style(head=0)`, which is `--still`: head, hair and body stay where they are."""
    poses, codes = [], []

    def watched(self: Renderer, motion: vasari.Motion, carried: Carried) -> Iterator[np.ndarray]:
        body = np.column_stack([carried.breath, carried.hair])
        poses.extend(np.hstack([motion.rotation, motion.position, body]))
        codes.extend(np.hstack([motion.gaze, motion.expression]))
        yield from ()

    monkeypatch.setattr(Renderer, "draw_all", watched)
    list(vasari.talk(made_face(), voice_like(3.0), size=256, style=vasari.Style(head=0.0)))
    np.testing.assert_allclose(np.ptp(np.array(poses), axis=0), 0, atol=1e-6)
    moved = np.ptp(np.array(codes), axis=0)
    gaze, lids = moved[:2], moved[2 + BLENDSHAPES.index("eyeBlinkLeft")]
    assert gaze.min() > 0.5
    assert lids > 0.9
    assert moved[2 + BLENDSHAPES.index("jawOpen")] > 0.1


def with_own(own: object, other: object, **options: object) -> np.ndarray:
    shown = vasari.talk(made_face(), own, size=256, mark=False, listen=other, **options)  # type: ignore[arg-type]
    return np.array(list(shown))


def test_a_face_that_fills_its_picture_sways_less() -> None:
    face = made_face()
    left, right = face.landmarks[:, 0].min(), face.landmarks[:, 0].max()
    width = int(right + 0.6 * face.scale)
    roomy = replace(face, picture=np.zeros((256, width, 3), np.uint8))
    moved = replace(roomy, landmarks=roomy.landmarks - np.float32([left - 0.6 * face.scale, 0, 0]))
    np.testing.assert_array_equal(sway_of(moved), [1, 1, 1])
    tight = replace(moved, landmarks=moved.landmarks - np.float32([0.35 * face.scale, 0, 0]))
    np.testing.assert_allclose(sway_of(tight), [0.5, 1, 0.5], atol=0.01)
    cut = replace(moved, landmarks=moved.landmarks - np.float32([0.7 * face.scale, 0, 0]))
    np.testing.assert_allclose(sway_of(cut), [0.3, 1, 0.3], atol=1e-6)


def test_it_lasts_as_long_as_the_longer() -> None:
    short, long = voice_like(0.4), voice_like(0.8)
    assert len(with_own(short, long)) == len(with_own(long, short)) == 20
    assert len(with_own(None, long)) == 20


def test_it_listens_whichever_way_the_sounds_are_cut() -> None:
    own, other = np.zeros(32_000, np.float32), voice_like(1.2)
    pictures = with_own(own, other)
    pieces = with_own(np.array_split(own, 3), np.array_split(other, 11))
    np.testing.assert_array_equal(pictures, pieces)
    np.testing.assert_array_equal(pictures, with_own(None, np.pad(other, (0, 12_800))))
    assert (pictures != with_own(own, None)).any()  # and it is seen


def test_whom_it_hears_changes_nothing_of_what_it_says() -> None:
    """The lips are those of its own voice."""
    own, other = voice_like(0.6), voice_like(0.6, seed=1)
    mouths = []
    for heard in (None, other):
        performer = Performer(made_face(), Fraction(25), listens=heard is not None)
        if heard is not None:
            performer.listen(np.pad(heard, (0, 28_800)))
        mouths.append(lip_opening(performer.push(np.pad(own, (0, 28_800)))[0].expression))
    assert mouths[0].max() > 0.05
    np.testing.assert_allclose(*mouths, atol=0.02)


def test_nothing_to_say_and_nothing_to_hear() -> None:
    for own, other, why in (
        (None, None, "There is no sound"), (None, np.zeros(0, np.float32), "holds no samples"),
        (voice_like(0.2), 5, "no sound"), (None, "nobody.wav", "no file"),
    ):  # fmt: skip
        with pytest.raises(vasari.SoundError, match=why):
            vasari.talk(made_face(), own, listen=other)  # type: ignore[arg-type]
