"""What a session promises: exact sound, one end a turn, cuts that do not matter, quick silence."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vasari
from tests.conftest import voice_like
from tests.faces import made_face
from vasari import Frame, Session
from vasari.motion.mouth import lip_opening
from vasari.provenance.making import Finish
from vasari.render import Renderer
from vasari.shape.onto_face import kept_expression

FACE = made_face()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Where pixels are not looked at, none are drawn: the picture holds the expression instead."""
    if "drawn" not in request.keywords:
        monkeypatch.setattr(Renderer, "draw", lambda self, motion, k, carried=None: (
            np.concatenate([motion.rotation[k], motion.gaze[k], motion.expression[k]])
        ))  # fmt: skip
        monkeypatch.setattr(Finish, "__call__", lambda self, picture: picture)


def left(session: Session) -> list[Frame]:
    """What comes now without more sound."""
    frames = []
    while (frame := session.next()) is not None:
        frames.append(frame)
    return frames


def opening(frame: Frame) -> float:
    return float(lip_opening(frame.picture[5:] - kept_expression(FACE)))


@settings(max_examples=10, deadline=None)
@given(
    fps=st.sampled_from([24, 25, 29.97, 40, 60]),
    cuts=st.lists(st.integers(0, 9_000), max_size=6),
    idle=st.integers(0, 20),
)
def test_the_sound_comes_back_sample_by_sample(fps: float, cuts: list[int], idle: int) -> None:
    session, voice = Session(FACE, size=256, fps=fps), voice_like(0.5625)
    frames = [session.idle() for _ in range(idle)]
    for piece in np.split(voice, sorted(cuts)):
        session.push(piece)
        frames += left(session)
    session.flush()
    frames += left(session)
    assert [frame.index for frame in frames] == list(range(len(frames)))
    sound = np.concatenate([frame.sound for frame in frames])
    first = next(frame.index for frame in frames if frame.spoken)
    begin = sum(len(frame.sound) for frame in frames[:first])
    heard = sound[begin : begin + len(voice)]
    np.testing.assert_array_equal(heard, voice)
    assert not sound[:begin].any()
    assert not sound[begin + len(voice) :].any()
    assert sum(frame.spoken for frame in frames) == len(voice)
    assert [frame.end_of_turn for frame in frames] == [False] * (len(frames) - 1) + [True]


@pytest.mark.drawn
def test_any_cut_gives_the_same_pictures() -> None:
    voice, shown = voice_like(0.4), []
    for pieces in ([voice], np.array_split(voice, 9), np.split(voice, [1, 700, 5000])):
        session, frames = Session(FACE, size=256, mark=False), []
        for piece in pieces:
            session.push(piece)
            frames += left(session)
        session.flush()
        shown.append([frame.picture for frame in frames + left(session)])
    assert len(shown[0]) == 16
    for other in shown[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(other, shown[0], strict=True))


@pytest.mark.drawn
def test_a_session_draws_what_talk_draws() -> None:
    voice = voice_like(0.4)
    session = Session(FACE, size=256, fps=25, chunk=25, ahead=2, mark=False)
    session.push(voice)
    session.flush()
    talked = list(vasari.talk(FACE, voice, size=256, fps=25, chunk=25, mark=False))
    assert len(talked) == 10
    frames = left(session)
    assert all(np.array_equal(a, b.picture) for a, b in zip(talked, frames, strict=True))


def test_turns_in_a_row_need_no_silence() -> None:
    session = Session(FACE, size=256)
    for n in range(3):
        session.push(voice_like(0.3, seed=n))
        session.flush()
    frames = left(session)
    assert [frame.index for frame in frames if frame.end_of_turn] == [11, 23, 35]
    assert sum(frame.spoken for frame in frames) == 3 * 4800
    assert len(frames) == 36


def test_an_empty_turn_has_no_end() -> None:
    session = Session(FACE, size=256)
    session.flush()
    session.interrupt()
    assert not left(session)
    assert not any(session.idle().end_of_turn for _ in range(5))


@pytest.mark.parametrize("flushed", [False, True])
@pytest.mark.parametrize(("shown", "happy"), [(0, 0), (7, 0), (30, 0), (30, 1)])
def test_interruption(shown: int, happy: float, flushed: bool) -> None:
    style = vasari.Style(emotion={"happy": happy})
    session, voice = Session(FACE, size=256, style=style), voice_like(2.0)
    session.push(voice)
    if flushed:
        session.flush()
    before = [session.next() for _ in range(shown)]
    session.interrupt()
    assert session.waiting == 0
    assert not session.open
    after = left(session)
    assert len(after) == 2
    after += [session.idle() for _ in range(40)]
    assert not any(frame.sound.any() or frame.spoken for frame in after)
    assert [frame.end_of_turn for frame in after] == [True] + [False] * 41
    assert after[0].interrupted
    hushed = after[1:10] if happy else after[1:]  # a smile may part lips again, some time later
    assert max(opening(frame) for frame in hushed) < 0.01
    assert all(frame is not None and not frame.end_of_turn for frame in before)


def test_the_head_does_not_jump_when_interrupted() -> None:
    session = Session(FACE, size=256)
    session.push(voice_like(2.0))
    frames = [session.idle() for _ in range(40)]
    session.interrupt()
    frames += [session.idle() for _ in range(40)]
    turns = np.array([frame.picture[:3] for frame in frames])
    steps = np.abs(np.diff(turns, axis=0)).max(1)
    assert steps[38:44].max() <= steps.max()
    assert steps[38:44].max() < 1.0  # degrees a picture


def test_a_frame_in_work_is_silent_once_interrupted() -> None:
    session = Session(FACE, size=256)
    session.push(voice_like(1.0))
    shot = session.take()
    assert shot is not None
    assert shot.sound.any()
    session.interrupt()
    assert not session.draw(shot).sound.any()


def test_speech_after_an_interruption_opens_the_lips() -> None:
    session = Session(FACE, size=256)
    session.push(voice_like(1.0))
    for _ in range(10):
        session.next()
    session.interrupt()
    session.push(voice_like(1.0, seed=1))
    session.flush()
    frames = left(session)
    assert [frame.end_of_turn for frame in frames].count(True) == 2
    assert max(opening(frame) for frame in frames if frame.spoken) > 0.05


def test_a_full_queue_says_so() -> None:
    session = Session(FACE, size=256, queue=1.0)
    session.push(voice_like(0.9))
    with pytest.raises(vasari.SoundError, match="1 s of sound are waiting"):
        session.push(voice_like(0.2))
    session.push(voice_like(0.1))


def test_style_changes_smoothly() -> None:
    session = Session(FACE, size=256, style=vasari.Style(head=0.0))
    frames = [session.idle() for _ in range(20)]
    session.steer(vasari.Style(head=0.0, gaze=(25.0, 0.0)))
    frames += [session.idle() for _ in range(40)]
    yaw = np.array([frame.picture[3] for frame in frames])
    assert yaw[-1] - yaw[:20].mean() > 8
    assert np.abs(np.diff(yaw)).max() < 12


def test_after_the_end() -> None:
    session = Session(FACE, size=256)
    session.close()
    for call in (session.next, session.idle, session.flush, session.interrupt):
        with pytest.raises(vasari.VasariError, match="closed"):
            call()
    with pytest.raises(vasari.VasariError, match="closed"):
        session.push(voice_like(0.1))


@pytest.mark.parametrize("fps", [25, 40, Fraction(60)])
@pytest.mark.parametrize(("ahead", "most"), [(0, 0.111), (1, 0.151), (2, 0.191)])
def test_how_much_sound_a_picture_waits_for(fps: Fraction | int, ahead: int, most: float) -> None:
    session, step = Session(FACE, size=256, fps=fps, ahead=ahead), 16
    late = []
    for k in range(0, 16_000, step):
        session.push(np.zeros(step, np.float32))
        late += [(k + step) / 16_000 - frame.time for frame in left(session)]
    assert most - 0.04 <= max(late) <= most


def test_a_listener_moves_and_keeps_its_lips_closed() -> None:
    def heads(listens: bool) -> np.ndarray:
        session, pause = Session(FACE, size=256), np.zeros(8000, np.float32)
        voice = np.concatenate([voice_like(1.5), pause, voice_like(1.5, seed=4), pause])
        frames = []
        for k in range(200):
            if listens and k < 160:
                session.listen(voice[k * 400 : (k + 1) * 400])
            frames.append(session.idle())
        assert max(opening(frame) for frame in frames[20:]) < 0.01
        return np.array([frame.picture[:3] for frame in frames])

    apart = np.abs(heads(True) - heads(False)).max(0)
    assert apart[1] > 1.5  # degrees: it nods
    assert apart[2] > 0.3  # and tilts its head
    assert np.abs(heads(True) - heads(True)).max() == 0
