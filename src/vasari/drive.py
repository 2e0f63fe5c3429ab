"""A portrait moved by the video of anyone: track, put the motion onto the face, draw."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike

import numpy as np

from vasari.errors import OutputError, SoundError, VideoError
from vasari.face_space import rotation_angles, rotation_matrix
from vasari.media import Sound, VideoWriter, open_sound
from vasari.media.files import as_path, same_file
from vasari.media.video import check_output
from vasari.motion.track import Track, track
from vasari.render import Renderer, onto_face
from vasari.render.onto_face import MOUTH, NECK
from vasari.say import Landmarks, Progress, Tell, Which, portrait_of
from vasari.talk import Frame
from vasari.values import BLENDSHAPES, MOTION_HZ, Face, FloatArray, Motion, Picture

REST_QUANTILE = 0.1  # of each mouth shape: a talking mouth is at rest for so much of the time
REST_MOST = 0.25  # a resting value above this is meant, such as a smile that stays
SAME_PICTURE = 6.0  # of 255, mean difference up to which compression explains it
MOTION_FILES = (".csv", ".motion", ".npz")  # what `track` writes and Live Link Face records


def drive(
    picture: str | PathLike[str] | Face, video: str | PathLike[str], out: str | PathLike[str], *,
    absolute: bool = False, frame: Frame = "crop", size: int = 512, face: Which = 1,
    landmarks: Landmarks = None,
    progress: Progress = lambda done, total: None, tell: Tell = lambda sentence: None,
) -> None:  # fmt: skip
    """Make a video in which the picture moves as the face in another video does.

    The result has 25 pictures a second, one for each of the driver's, and the driver's sound.

    Args:
        picture: a picture file, a saved face, or a `Face`.
        video: of the driver.
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
    if as_path(video).suffix.lower() in MOTION_FILES:
        raise VideoError(f"{as_path(video)} is a motion: drive takes a video of the actor.")
    inputs = [video] if isinstance(picture, Face) else [video, picture]
    for path in inputs:
        if same_file(as_path(out), as_path(path)):
            raise OutputError(f"{path} is an input: give the video another name.")
    who = portrait_of(picture, face, landmarks, tell)
    sound = _sound_of(video, tell)
    with VideoWriter(out, round(MOTION_HZ), sound) as movie:
        seen = track(video, tell=tell)
        for done, image in enumerate(follow(who, seen, absolute, frame, size), 1):
            movie.write(image)
            progress(done, len(seen.found))


def follow(
    face: Face, driver: Track, absolute: bool = False, frame: Frame = "crop", size: int = 512
) -> Iterator[Picture]:
    """The pictures (H, W, 3) uint8 of a face that moves as a driver does."""
    motion = as_seen(face, driver) if absolute else as_changes(face, driver)
    renderer = Renderer(face, size, frame)
    for k in range(len(motion)):
        yield renderer.draw(motion, k)


def as_changes(face: Face, driver: Track) -> Motion:
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


def as_seen(face: Face, driver: Track) -> Motion:
    """The driver's pose, gaze and expression as they are; only the place is the face's own.

    Where the portrait is the driver's first picture, everything is counted from what was read in
    the portrait, so that this picture comes back exactly.
    """
    motion = driver.motion
    if is_first_picture(face, driver):
        return _from_portrait(face, motion)
    first = int(np.argmax(driver.found))
    own, start = (rotation_matrix(r) @ NECK for r in (face.rotation, motion.rotation[first]))
    return Motion(
        motion.rotation, motion.position + own - start, motion.gaze, motion.expression, motion.rate
    )


def is_first_picture(face: Face, driver: Track) -> bool:
    """Whether the portrait shows the driver's own first picture."""
    if face.picture.shape != driver.first.shape or not driver.found[0]:
        return False
    difference = np.abs(face.picture.astype(np.int16) - driver.first)
    return float(difference.mean()) < SAME_PICTURE


def _from_portrait(face: Face, motion: Motion) -> Motion:
    turn = rotation_matrix(motion.rotation[0]).T @ rotation_matrix(face.rotation)
    turns = [
        rotation_angles(np.asarray(rotation_matrix(r) @ turn, np.float32)) for r in motion.rotation
    ]
    return Motion(
        np.array(turns), motion.position,
        motion.gaze - motion.gaze[0] + face.gaze,
        motion.expression - motion.expression[0] + face.expression, motion.rate,
    )  # fmt: skip


def _sound_of(video: str | PathLike[str], tell: Tell) -> Sound | None:
    """The driver's sound; None where it has none."""
    try:
        return open_sound(video)
    except SoundError:
        tell(f"{as_path(video)} has no sound that can be used: the result is silent.")
        return None
