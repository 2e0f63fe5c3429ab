"""A portrait moves as the driver does: relative to rest, or as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.conftest import Vasari
from tests.faces import expression, made_face, still
from tests.media.films import Track, film, muxed, sounding, tone
from vasari.errors import VasariError
from vasari.follow.live_link import write_live_link
from vasari.follow.retarget import Driver, as_changes, as_seen, resting
from vasari.jobs.drive import drive, follow
from vasari.jobs.recorded import recorded
from vasari.media import VideoWriter, open_sound, read_video
from vasari.render import Renderer
from vasari.render.body import Carried
from vasari.shape.onto_face import onto_face
from vasari.shape.space import NECK, rotation_matrix
from vasari.values import EXPRESSION, Face, Motion, Style


def a_driver(face: Face, **changes: np.ndarray) -> Driver:
    """Somebody who was tracked, with `face` as the first picture."""
    motion = replace(still(face, 20), **{k: v.astype(np.float32) for k, v in changes.items()})
    return Driver(motion, np.ones(len(motion), bool), face.picture)


def whole(pieces: Iterator[Motion]) -> Motion:
    return reduce(Motion.then, pieces)


def talking() -> np.ndarray:
    """(20, EXPRESSION) a jaw that opens and shuts, brows raised all the time."""
    out = np.tile(expression(browInnerUp=0.2), (20, 1))
    out[:, expression(jawOpen=1) > 0] = np.abs(np.sin(np.linspace(0, 6, 20)))[:, None] * 0.5
    return out


def test_the_drivers_own_first_picture_comes_back() -> None:
    face = made_face()
    codes = talking() + 0.05  # the tracker read a little other than the portrait's reader
    rotation = np.tile([1.0, -2.0, 0.5], (20, 1)) + np.linspace(0, 8, 20)[:, None]
    driver = a_driver(face, expression=codes, rotation=rotation)
    pictures = list(follow(face, driver, absolute=True, frame="full"))
    assert len(pictures) == 20
    assert pictures[0].shape == face.picture.shape
    assert np.abs(pictures[0].astype(int) - face.picture).max() <= 2
    assert np.abs(pictures[-1].astype(int) - face.picture).mean() > 1


def test_absolute_is_as_it_is_for_others() -> None:
    driver = a_driver(made_face(seed=1, rotation=(12, 3, 0)), expression=talking())
    motion = whole(as_seen(made_face(), driver))
    np.testing.assert_array_equal(motion.rotation, driver.motion.rotation)
    np.testing.assert_array_equal(motion.expression, driver.motion.expression)
    np.testing.assert_array_equal(motion.gaze, driver.motion.gaze)


def test_relative_takes_only_changes() -> None:
    face = made_face(rotation=(5, 0, 0))
    driver = a_driver(made_face(seed=1, rotation=(20, 8, -4)), expression=talking())
    motion = whole(as_changes(face, driver))
    np.testing.assert_allclose(motion.rotation, np.tile(face.rotation, (20, 1)), atol=0.01)
    np.testing.assert_allclose(motion.position, 0, atol=1e-4)
    brow = expression(browInnerUp=1) > 0
    np.testing.assert_allclose(motion.expression[:, brow], 0, atol=1e-6)
    assert motion.expression[:, expression(jawOpen=1) > 0].max() > 0.3


def test_a_nod_stays_a_nod_on_a_turned_head() -> None:
    face = made_face(rotation=(25, 0, 0))
    nod = np.zeros((20, 3))
    nod[10:, 1] = 9.0
    changes = whole(as_changes(face, a_driver(made_face(seed=1), rotation=nod)))
    turned = changes.rotation[-1] - changes.rotation[0]
    assert turned[1] == pytest.approx(9, abs=1.0)
    assert abs(turned[0]) < 1.0


def test_the_neck_of_a_driver_who_only_turns_stays() -> None:
    """Turning about the neck moves the face; taken relative, that is not added twice."""
    face = made_face()
    turn = np.linspace(-8, 8, 20)[:, None] * np.array([[1.0, 0.0, 0.0]])
    alone = onto_face(face, replace(still(face, 20), rotation=turn.astype(np.float32)))
    driver = a_driver(face, rotation=alone.rotation, position=alone.position)
    again = whole(as_changes(face, driver))
    np.testing.assert_allclose(again.rotation, alone.rotation, atol=0.05)
    np.testing.assert_allclose(
        again.position - again.position.mean(0), alone.position - alone.position.mean(0), atol=0.02
    )


def test_rest_is_what_a_talking_mouth_comes_back_to() -> None:
    codes = np.zeros((50, EXPRESSION), np.float32)
    jaw = expression(jawOpen=1) > 0
    codes[:, jaw] = np.linspace(0.05, 0.6, 50)[:, None]
    smile = expression(mouthSmile=1) > 0
    codes[:, smile] = 0.8
    rest = resting(codes)
    assert rest[jaw] == pytest.approx(0.105, abs=0.02)
    assert rest[smile].max() == pytest.approx(0.25)  # a smile that stays is meant
    assert not rest[52:].any()


def head(portrait: Path) -> np.ndarray:
    """(256, 256, 3) her head and shoulders."""
    return np.asarray(Image.open(portrait).crop((60, 0, 380, 320)).resize((256, 256)))


def driver_video(path: Path, picture: np.ndarray, voice: Path | None) -> Path:
    sound = open_sound(voice) if voice else None
    with VideoWriter(path, 25, sound) as video:
        for k in range(25):
            video.write(np.ascontiguousarray(np.roll(picture, (k % 5) - 2, axis=1)))
    return path


@pytest.mark.parametrize("sounding", [True, False])
def test_the_command_keeps_length_size_and_sound(
    portrait: Path, voice: Path, tmp_path: Path, vasari: Vasari, sounding: bool
) -> None:
    picture = head(portrait)
    Image.fromarray(picture).save(tmp_path / "ada.png")
    video = driver_video(tmp_path / "in.mp4", picture, voice if sounding else None)
    out = tmp_path / "out.mp4"
    done = vasari("drive", tmp_path / "ada.png", video, "-o", out, "--absolute", "--frame", "full")
    assert done.code == 0, done.err
    pictures = list(read_video(out))
    assert len(pictures) == 25
    assert pictures[0].shape == (256, 256, 3)
    with av.open(str(out)) as file:
        assert bool(file.streams.audio) is sounding
    assert ("no sound" in done.err) is not sounding
    assert "goes on after" not in done.err


def test_sound_that_begins_late_or_lasts_longer_stays_in_time(
    portrait: Path, tmp_path: Path, vasari: Vasari
) -> None:
    """Half a second late in the driver, half a second late in the result, which is as long."""
    picture = head(portrait)
    Image.fromarray(picture).save(tmp_path / "ada.png")
    driver_video(tmp_path / "in.mp4", picture, None)
    film(tmp_path / "voice.mka", Track(tone(2.0)))
    late, made = tmp_path / "late.mkv", tmp_path / "out.mp4"
    muxed(late, (tmp_path / "in.mp4", 0.0), (tmp_path / "voice.mka", 0.5))
    done = vasari("drive", tmp_path / "ada.png", late, "-o", made)
    assert done.code == 0, done.err
    assert "goes on after its last picture" in done.err
    assert sounding(made) == [pytest.approx((0.5, 1.0), abs=0.03)]
    assert sum(1 for _ in read_video(made)) == 25


def test_an_input_is_never_overwritten(portrait: Path, tmp_path: Path, vasari: Vasari) -> None:
    picture = head(portrait)
    video = driver_video(tmp_path / "in.mp4", picture, None)
    before = video.read_bytes()
    done = vasari("drive", portrait, video, "-o", video)
    assert done.code == 1
    assert "another name" in done.err
    assert video.read_bytes() == before


def moving(rate: float = 25.0, position: float = 0.0) -> Motion:
    """Two seconds in which a head turns and nods, its jaw going up and down."""
    time = (np.arange(round(2 * rate)) + 0.5) / rate
    base = still(made_face(), len(time))
    rotation = np.stack([12 * np.sin(3 * time), 5 * np.cos(3 * time), 0 * time], 1)
    codes = base.expression.copy()
    codes[:, expression(jawOpen=1) > 0] = 0.3 + 0.3 * np.sin(6 * time)[:, None]
    return replace(
        base, rotation=rotation.astype(np.float32), expression=codes, rate=rate,
        position=base.position + np.float32(position) * time[:, None].astype(np.float32),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["take.motion", "take.npz", "take"])
def test_a_saved_motion_drives_as_it_was(tmp_path: Path, name: str) -> None:
    motion = moving(position=0.1)
    motion.save(tmp_path / name)
    driver = recorded(tmp_path / name)
    assert driver.found.all()
    for column in ("rotation", "position", "gaze", "expression"):
        np.testing.assert_allclose(getattr(driver.motion, column), getattr(motion, column))


def test_live_link_at_60_is_the_same_motion_at_25(tmp_path: Path) -> None:
    write_live_link(moving(60.0), tmp_path / "take.csv")
    driver, wanted = recorded(tmp_path / "take.csv").motion, moving(25.0)
    assert (driver.rate, len(driver)) == (25.0, 50)
    np.testing.assert_allclose(driver.rotation, wanted.rotation, atol=0.1)
    np.testing.assert_allclose(driver.expression, wanted.expression, atol=0.01)


def test_without_a_position_the_neck_stays(tmp_path: Path) -> None:
    write_live_link(moving(60.0), tmp_path / "take.csv")
    face = made_face(rotation=(5, 0, 0))
    driver = recorded(tmp_path / "take.csv")
    for motion in map(whole, (as_seen(face, driver), as_changes(face, driver))):
        turned = np.array([rotation_matrix(r) @ NECK for r in motion.rotation])
        neck = rotation_matrix(face.rotation) @ NECK
        np.testing.assert_allclose(motion.position + turned, np.tile(neck, (50, 1)), atol=0.01)


@pytest.mark.parametrize("absolute", [True, False])
def test_the_command_takes_a_motion(
    face_file: Path, tmp_path: Path, vasari: Vasari, absolute: bool
) -> None:
    write_live_link(moving(60.0), tmp_path / "take.csv")
    out = tmp_path / "out.mp4"
    how = ["--absolute"] if absolute else []
    done = vasari("drive", face_file, tmp_path / "take.csv", "-o", out, *how)
    assert done.code == 0, done.err
    pictures = list(read_video(out))
    assert len(pictures) == 50
    assert np.abs(pictures[5].astype(int) - pictures[25]).mean() > 1
    with av.open(str(out)) as file:
        assert not file.streams.audio


def test_what_is_no_motion_is_refused(
    portrait: Path, face_file: Path, tmp_path: Path, vasari: Vasari
) -> None:
    moving().save(tmp_path / "whole.motion")
    replace(moving(), rotation=np.full((50, 3), np.nan, np.float32)).save(tmp_path / "nan.motion")
    replace(moving(), rate=0.0).save(tmp_path / "rate.motion")
    still(made_face(), 0).save(tmp_path / "empty.motion")
    (tmp_path / "text.csv").write_text("Timecode")
    (tmp_path / "cut.motion").write_bytes((tmp_path / "whole.motion").read_bytes()[:500])
    (tmp_path / "face").write_bytes(face_file.read_bytes())
    (tmp_path / "whole.motion").unlink()
    for path in [*tmp_path.iterdir(), tmp_path / "missing.motion"]:
        done = vasari("drive", portrait, path, "-o", tmp_path / "out.mp4")
        assert done.code == 1
        assert path.name in done.err
        assert done.err.count("\n") == 1, done.err
        assert "unexpected" not in done.err
    assert not list(tmp_path.glob("*out*"))


def test_a_style_on_top_of_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    face, driver = made_face(), a_driver(made_face(seed=1), rotation=np.full((20, 3), 2.0))
    shown: list[tuple[Motion, Carried]] = []

    def watched(self: Renderer, motion: Motion, carried: Carried) -> Iterator[np.ndarray]:
        shown.append((motion, carried))
        yield from ()

    monkeypatch.setattr(Renderer, "draw_all", watched)
    for style in (None, Style(), Style(distance=0.8, gaze=(4, 0))):
        list(follow(face, driver, size=256, style=style))
    (plain, _), (natural, carried), (steered, away) = shown
    np.testing.assert_array_equal(plain.gaze, natural.gaze)
    assert carried.away is None
    np.testing.assert_allclose(steered.gaze[:, 0] - plain.gaze[:, 0], 4, atol=1e-4)
    np.testing.assert_allclose(away.away, steered.position[:, 2] - plain.position[:, 2], atol=1e-5)
    with pytest.raises(VasariError, match="absolute"):
        drive(face, "a.mp4", "b.mp4", absolute=True, style=Style(head=0))
