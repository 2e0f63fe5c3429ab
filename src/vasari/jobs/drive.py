"""A portrait moved by the video or the motion of anyone: put it onto the face, draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from vasari._talk import Frame
from vasari.errors import OutputError, SoundError, VideoError
from vasari.files import as_path, is_npz, same_file
from vasari.follow.live_link import is_live_link, read_live_link
from vasari.follow.track import track
from vasari.jobs.say import Landmarks, Progress, Tell, Which, portrait_of
from vasari.media import Sound, VideoWriter, open_sound
from vasari.media.video import check_output
from vasari.motion.frame_rate import resampled
from vasari.render import Hair, Renderer, onto_face
from vasari.render.renderer import Paint
from vasari.shape.onto_face import MOUTH
from vasari.shape.space import NECK, rotation_angles, rotation_matrix
from vasari.values import BLENDSHAPES, MOTION_HZ, Face, FloatArray, Motion, Picture
from vasari.values.motion import bounded

REST_QUANTILE = 0.1  # of each mouth shape: a talking mouth is at rest for so much of the time
REST_MOST = 0.25  # a resting value above this is meant, such as a smile that stays
SAME_PICTURE = 6.0  # of 255, mean difference up to which compression explains it
MOTION_FILES = (".csv", ".motion", ".npz")  # what `track` writes and Live Link Face records


@dataclass(frozen=True)
class Driver:
    """Who is followed.

    Attributes:
        motion: T frames at MOTION_HZ.
        found: (T,) bool, the frames in which the face was in sight.
        first: (H, W, 3) uint8, the first picture; None where only the motion is known.
    """

    motion: Motion
    found: NDArray[np.bool_]
    first: Picture | None = None


def drive(
    picture: str | PathLike[str] | Face, video: str | PathLike[str], out: str | PathLike[str], *,
    absolute: bool = False, frame: Frame = "crop", size: int = 512, face: Which = 1,
    landmarks: Landmarks = None,
    progress: Progress = lambda done, total: None, tell: Tell = lambda sentence: None,
) -> None:  # fmt: skip
    """Make a video in which the picture moves as the face in another video does.

    The result has 25 pictures a second, one for each of the driver's, and the driver's sound, where
    the driver is a video.

    Args:
        picture: a picture file, a saved face, or a `Face`.
        video: of the driver; or the driver's motion, as `track` saves it or Live Link Face writes
            it (.csv).
        out: .mp4, .webm or .mov, or a folder of PNG pictures, ending in "/".
        absolute: take head, eyes and expression as they are, instead of as changes from the
            driver's own rest.
        frame: "crop" (head and shoulders) or "full" (the whole picture).
        size: side of the video for frame "crop", pixels, 256 to 1024.
        face: which one, where the picture holds several; 1 is the largest.
        landmarks: a file with the landmarks of the face, taken instead of reading them.
        progress: called after each picture.
        tell: called with each sentence that the user should know.

    Raises:
        VasariError: one sentence that says what is wrong and what to do.
    """
    check_output(out)
    inputs = [video] if isinstance(picture, Face) else [video, picture]
    for path in inputs:
        if same_file(as_path(out), as_path(path)):
            raise OutputError(f"{path} is an input: give the video another name.")
    known = recorded(video) if is_motion_file(video) else None  # what is quick may fail first
    who = portrait_of(picture, face, landmarks, tell)
    sound = None if known else _sound_of(video, tell)
    with VideoWriter(out, round(MOTION_HZ), sound) as movie:
        driver = known or _tracked(video, tell)
        for done, image in enumerate(follow(who, driver, absolute, frame, size), 1):
            movie.write(image)
            progress(done, len(driver.motion))


def is_motion_file(path: str | PathLike[str]) -> bool:
    """Whether a file holds a motion, by its name or by what it begins with."""
    return as_path(path).suffix.lower() in MOTION_FILES or is_npz(path)


def recorded(path: str | PathLike[str]) -> Driver:
    """A motion from a file, at MOTION_HZ.

    Where it tells no position, as Live Link Face does not, the neck stays and the head turns.

    Raises:
        VideoError: the file is missing, damaged or something else.
    """
    motion = read_live_link(path) if is_live_link(path) else Motion.load(path)
    if not len(motion):
        raise VideoError(f"{as_path(path)} holds no frames: record the motion again.")
    if not motion.position.any():
        neck = np.array([rotation_matrix(r) @ NECK for r in motion.rotation])
        motion = replace(motion, position=neck[0] - neck)
    motion = resampled(motion, round(MOTION_HZ))
    return Driver(motion, np.ones(len(motion), bool))


def _tracked(video: str | PathLike[str], tell: Tell) -> Driver:
    seen = track(video, tell=tell)
    return Driver(seen.motion, seen.found, seen.first)


def follow(
    face: Face, driver: Driver, absolute: bool = False, frame: Frame = "crop", size: int = 512,
    paint: Paint = "all",
) -> Iterator[Picture]:  # fmt: skip
    """The pictures (H, W, 3) uint8 of a face that moves as a driver does."""
    renderer = Renderer(face, size, frame, paint=paint)
    yield from renderer.draw_all(placed_on(face, driver, absolute))


def placed_on(face: Face, driver: Driver, absolute: bool = False) -> Motion:
    """The driver's motion as this face makes it, with its hair, ready to be drawn."""
    motion = as_seen(face, driver) if absolute else as_changes(face, driver)
    return Hair().push(bounded(motion))


def as_changes(face: Face, driver: Driver) -> Motion:
    """The driver's motion, counted from the driver's rest, put onto the face's own.

    Turns are taken in the head's own axes, so that a nod stays a nod on a head that is turned.
    The neck moves as the driver's does; what turning about it adds is the face's own.
    """
    motion, found = driver.motion, driver.found
    turned = np.array([rotation_matrix(r) for r in motion.rotation])
    rest = rotation_matrix(_median(motion.rotation[found]))
    own = rotation_matrix(face.rotation)
    own_turns = [np.asarray(own @ rest.T @ turn @ own.T, np.float32) for turn in turned]
    turns = np.array([rotation_angles(turn) for turn in own_turns])
    neck = np.asarray(motion.position + turned @ NECK, np.float32)
    changes = Motion(
        turns, neck - _median(neck[found]), motion.gaze - _median(motion.gaze[found]),
        motion.expression - resting(motion.expression[found]), motion.rate,
    )  # fmt: skip
    return onto_face(face, changes)


def _median(values: FloatArray) -> FloatArray:
    return np.asarray(np.median(values, axis=0), np.float32)


def resting(expression: FloatArray) -> FloatArray:
    """(T, EXPRESSION) to (EXPRESSION,): what a reader sees in this person's face at rest."""
    names = len(BLENDSHAPES)
    rest = np.zeros(expression.shape[1], np.float32)
    shapes = expression[:, :names]
    rest[:names] = np.where(
        MOUTH, np.quantile(shapes, REST_QUANTILE, axis=0), np.median(shapes, axis=0)
    )
    return np.minimum(rest, REST_MOST)


def as_seen(face: Face, driver: Driver) -> Motion:
    """The driver's pose, gaze and expression as they are; only the place is the face's own.

    Where the portrait is the driver's first picture, everything is counted from what was read in
    the portrait, so that this picture comes back exactly.
    """
    motion = driver.motion
    if is_first_picture(face, driver):
        return from_picture(face, motion, 0)
    first = int(np.argmax(driver.found))
    own, start = (rotation_matrix(r) @ NECK for r in (face.rotation, motion.rotation[first]))
    return Motion(
        motion.rotation, motion.position + own - start, motion.gaze, motion.expression, motion.rate
    )


def is_first_picture(face: Face, driver: Driver) -> bool:
    """Whether the portrait shows the driver's own first picture."""
    if driver.first is None or face.picture.shape != driver.first.shape or not driver.found[0]:
        return False
    difference = np.abs(face.picture.astype(np.int16) - driver.first)
    return float(difference.mean()) < SAME_PICTURE


def from_picture(face: Face, motion: Motion, k: int) -> Motion:
    """The motion of the person whose k-th picture the portrait is; its place counts from there."""
    turn = rotation_matrix(motion.rotation[k]).T @ rotation_matrix(face.rotation)
    turns = [
        rotation_angles(np.asarray(rotation_matrix(r) @ turn, np.float32)) for r in motion.rotation
    ]
    return Motion(
        np.array(turns), motion.position,
        motion.gaze - motion.gaze[k] + face.gaze,
        motion.expression - motion.expression[k] + face.expression, motion.rate,
    )  # fmt: skip


def _sound_of(video: str | PathLike[str], tell: Tell) -> Sound | None:
    """The driver's sound; None where it has none."""
    try:
        return open_sound(video)
    except SoundError:
        tell(f"{as_path(video)} has no sound that can be used: the result is silent.")
        return None
