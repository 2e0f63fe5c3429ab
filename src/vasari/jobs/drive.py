"""A portrait moved by the video or the motion of anyone: put it onto the face, draw."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from vasari.checks import Framing, Which, checked_flag, checked_frame, checked_size, checked_which
from vasari.errors import OutputError, SoundError, VasariError, VideoError
from vasari.files import as_path, input_file, same_file
from vasari.follow.retarget import Driver, as_changes, as_seen
from vasari.follow.track import track
from vasari.jobs.recorded import is_motion_file, recorded
from vasari.jobs.say import Landmarks, portrait_of
from vasari.media import Sound, VideoWriter, open_sound
from vasari.media.video import check_output
from vasari.motion.steering import OnTop, checked_style
from vasari.provenance.making import Marks, begin
from vasari.render import Body, Renderer
from vasari.render.distance import at_distance
from vasari.render.renderer import Paint
from vasari.telling import Progress, Tell
from vasari.values import MOTION_HZ, Face, Motion, Picture, Style
from vasari.values.motion import bounded


def drive(
    picture: str | PathLike[str] | Face, video: str | PathLike[str], out: str | PathLike[str], *,
    absolute: bool = False, frame: Framing = "crop", size: int = 512, face: Which = 1,
    landmarks: Landmarks = None, track: int | None = None, style: Style | None = None,
    marks: Marks | None = None,
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
        size: side of the video for frame "crop", pixels, even, 256 to 1024.
        face: which one, where the picture holds several; 1 is the largest; or its box, (x, y,
            width, height) in pixels of the file.
        landmarks: a file with the landmarks of the face, taken instead of reading them.
        track: which of the driver's sound tracks, from 1; None for the first that is not silent.
        style: what is steered on top of the driver; its blink above 1 adds no blinks, and its
            seed and manner do nothing. Not together with `absolute`, which takes the motion as it
            is.
        marks: consent, badge and what else is left on the video; None for the default.
        progress: called after each picture.
        tell: called with each sentence that the user should know.

    Raises:
        VasariError: one sentence that says what is wrong and what to do.
    """
    absolute = checked_flag(absolute, "the motion is taken as it is")
    style = checked_style(style)
    if absolute and style != Style(style.seed):
        raise VasariError("An absolute motion is taken as it is: leave the style or absolute away.")
    size, frame, face = checked_size(size), checked_frame(frame), checked_which(face)
    check_output(out)
    inputs = [video] if isinstance(picture, Face) else [video, picture]
    for path in inputs:
        if same_file(as_path(out), as_path(path)):
            raise OutputError(f"{path} is an input: give the video another name.")
    known = recorded(video) if is_motion_file(video) else None  # what is quick may fail first
    if not known:
        input_file(video, "video", VideoError)
    who = portrait_of(picture, face, landmarks, tell, frame)
    sound = None if known else _sound_of(video, track, tell)
    making = begin(picture, out, marks, tell, driver=video)
    finish = making.finish()
    with VideoWriter(out, round(MOTION_HZ), sound, sign=making.sign, note=making.note) as movie:
        driver = known or _tracked(video, tell)
        for done, image in enumerate(follow(who, driver, absolute, frame, size, style=style), 1):
            movie.write(finish(image))
            progress(done, len(driver.motion))
    if movie.sound_left:
        tell(f"The sound of {as_path(video)} goes on after its last picture: it is cut there.")


def _tracked(video: str | PathLike[str], tell: Tell) -> Driver:
    seen = track(video, tell=tell)
    return Driver(seen.motion, seen.found, seen.first)


def follow(
    face: Face, driver: Driver, absolute: bool = False, frame: Framing = "crop", size: int = 512,
    paint: Paint = "all", style: Style | None = None,
) -> Iterator[Picture]:  # fmt: skip
    """The pictures (H, W, 3) uint8 of a face that moves as a driver does."""
    renderer, body = Renderer(face, size, frame, paint=paint), Body()
    style, shown = checked_style(style), 0
    for motion in placed_on(face, driver, absolute, style):
        distance = _distance(style, shown, motion)
        shown += len(motion)
        yield from renderer.draw_all(*at_distance(motion, body.push(motion), distance))


def placed_on(
    face: Face, driver: Driver, absolute: bool = False, style: Style | None = None
) -> Iterator[Motion]:
    """The driver's motion as this face makes it, but for the style's distance, in pieces."""
    if absolute:
        yield from map(bounded, as_seen(face, driver))
    else:
        yield from map(bounded, as_changes(face, driver, OnTop(checked_style(style))))


def _distance(style: Style, shown: int, motion: Motion) -> NDArray[np.float64]:
    """(T,) that is asked for in the frames of a motion, after so many others."""
    times = (shown + np.arange(len(motion)) + 0.5) / motion.rate
    return np.array([style.at(float(time)).distance for time in times])


def _sound_of(video: str | PathLike[str], number: int | None, tell: Tell) -> Sound | None:
    """The driver's sound; None where it has none."""
    try:
        return open_sound(video, number, from_picture=True, tell=tell)
    except SoundError:
        if number is not None:
            raise
        tell(f"{as_path(video)} has no sound that can be used: the result is silent.")
        return None
