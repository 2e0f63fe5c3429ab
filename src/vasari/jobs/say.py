"""From files to a file: the portrait speaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from os import PathLike

import numpy as np

from vasari._talk import CHUNK, Asked, check_something, pictures
from vasari.checks import (
    BackgroundLike,
    Framing,
    Rate,
    Which,
    checked_background,
    checked_flag,
    checked_fps,
    checked_frame,
    checked_size,
    checked_which,
)
from vasari.errors import OutputError, PictureError
from vasari.files import as_path, same_file
from vasari.jobs.manner import read_manner
from vasari.media import Sound, VideoWriter, open_sound
from vasari.media.tracks import SILENT
from vasari.media.video import check_output
from vasari.motion.steering import checked_style
from vasari.portrait.given import load_landmarks
from vasari.portrait.read import read_portrait, say_doubts
from vasari.provenance.making import Marks, begin
from vasari.telling import Progress, Tell
from vasari.values import SOUND_HZ, Face, FloatArray, Style
from vasari.values.face import is_face_file

QUIET = 10 ** (-57 / 20)  # peak of a voice that hardly moves the lips, -57 dBFS

Landmarks = str | PathLike[str] | None  # a file with those of the picture, npz or JSON


def say(
    picture: str | PathLike[str] | Face, sound: str | PathLike[str] | None,
    out: str | PathLike[str], *,
    size: int = 512, fps: Rate = 25, frame: Framing = "crop", background: BackgroundLike = "keep",
    face: Which = 1, landmarks: Landmarks = None, seed: int | None = None,
    still: bool = False, track: int | None = None, style: Style | None = None,
    marks: Marks | None = None, listen: str | PathLike[str] | None = None,
    style_from: str | PathLike[str] | None = None,
    progress: Progress = lambda done, total: None, tell: Tell = lambda sentence: None,
) -> None:  # fmt: skip
    """Make a video in which the picture says the sound.

    Args:
        picture: a picture file, a saved face, or a `Face`.
        sound: any sound or video file; None for nothing to say, only to listen to.
        out: .mp4, .webm or .mov, or a folder of PNG pictures, ending in "/".
        size: side of the video for frame "crop", pixels, even, 256 to 1024.
        fps: pictures a second: 23.976, 24, 25, 29.97, 30, 40, 50, 59.94 or 60; those of NTSC are
            taken exactly, as 24000/1001 and so on.
        frame: "crop" (head and shoulders) or "full" (the whole picture).
        background: "keep", "green", "#rrggbb", (red, green, blue) or "transparent".
        face: which one, where the picture holds several; 1 is the largest; or its box, (x, y,
            width, height) in pixels of the file.
        landmarks: a file with the landmarks of the face, npz or JSON, taken instead of reading
            them; pixels of the picture's file, upright.
        seed: another seed, another way to move; None for the style's.
        still: head and body stay where they are, whatever the style says; lips, blinks and eyes
            live.
        track: which of the file's sound tracks, from 1; None for the first that is not silent.
        style: what is steered; None moves naturally.
        marks: consent, badge and what else is left on the video; None for the default.
        listen: a file with the voice of somebody else, from the same moment on, to which the face
            listens. The video lasts as long as the longer of the two; it has the own voice alone.
        style_from: a clip of somebody who talks, in whose manner the face moves, as `read_manner`
            reads it; it goes before the style's.
        progress: called after each picture.
        tell: called with each sentence that the user should know.

    Raises:
        VasariError: one sentence that says what is wrong and what to do.
    """
    style = checked_style(style)
    if checked_flag(still, "head and body stay still"):
        style = replace(style, head=0.0)
    if seed is not None:
        style = replace(style, seed=seed)
    asked = Asked(
        checked_size(size), checked_fps(fps), checked_frame(frame), checked_background(background),
        style, CHUNK,
    )  # fmt: skip
    face = checked_which(face)
    transparent = asked.background == "transparent"
    check_output(out, transparent=transparent)
    check_something(sound, listen)
    voice = None if sound is None else open_sound(sound, track, tell=tell)
    other = None if listen is None else open_sound(listen, tell=tell)
    sounds = {"sound": voice, "listened": other}
    files = {what: heard.path for what, heard in sounds.items() if heard}
    _spare_inputs(out, picture, style_from, *files.values())
    if style_from is not None:
        asked = replace(asked, style=replace(style, manner=read_manner(style_from, tell=tell)))
    making = begin(picture, out, marks, tell, **files)
    finish = making.finish(asked.background)
    with VideoWriter(
        out, asked.fps, voice, transparent=transparent, sign=making.sign, note=making.note
    ) as video:
        who = portrait_of(picture, face, landmarks, tell, asked.frame)
        idles = "the face only idles" if other is None else "the face only listens"
        heard = _watched(voice, tell, idles, "the lips may hardly move")
        nothing = "there is nothing to listen to"
        theirs = _watched(other, tell, nothing, "it may hardly be heard") if other else None
        for done, image in enumerate(pictures(who, heard, asked, theirs), 1):
            video.write(finish(image))
            progress(done, _total(voice, other, asked.fps))


def portrait_of(
    picture: str | PathLike[str] | Face, face: Which, landmarks: Landmarks, tell: Tell,
    frame: Framing = "crop",
) -> Face:  # fmt: skip
    """A face from a picture, or from a file that `vasari read -o` made, or as it is."""
    if landmarks is not None:
        return _as_given(picture, face, landmarks, tell, frame)
    if isinstance(picture, Face) or is_face_file(picture):
        if face != 1:
            raise PictureError("A saved face holds one face only: leave --face away.")
        known = picture if isinstance(picture, Face) else Face.load(picture)
        say_doubts(known.confidence, known.traits.mouth_hidden, tell)
        return known
    return read_portrait(picture, face, tell, frame=frame)


def _as_given(
    picture: str | PathLike[str] | Face, face: Which, landmarks: str | PathLike[str], tell: Tell,
    frame: Framing,
) -> Face:  # fmt: skip
    """The face whose landmarks a person gives."""
    if face != 1:
        raise PictureError("The landmarks say which face is meant: leave --face away.")
    marks = load_landmarks(landmarks)
    if isinstance(picture, Face) or is_face_file(picture):
        raise PictureError("A saved face has its landmarks: give the picture with --landmarks.")
    return read_portrait(picture, say=tell, landmarks=marks, frame=frame)


def _total(voice: Sound | None, other: Sound | None, fps: Fraction) -> int | None:
    """Pictures in the longer of the sounds; None where one does not say how long it is."""
    lasts = [sound.duration for sound in (voice, other) if sound]
    known = [duration for duration in lasts if duration is not None]
    return round(max(known) * fps) if len(known) == len(lasts) else None


def _spare_inputs(out: str | PathLike[str], *inputs: str | PathLike[str] | Face | None) -> None:
    for path in inputs:
        if isinstance(path, str | PathLike) and same_file(as_path(out), as_path(path)):
            raise OutputError(f"{path} is an input: give the video another name.")


def _watched(sound: Sound | None, tell: Tell, silent: str, quiet: str) -> Iterator[FloatArray]:
    """The pieces of a sound; at the end says what follows where all were silent or very quiet."""
    if sound is None:
        return
    peak, samples = 0.0, 0
    for piece in sound.pieces(tell):
        peak, samples = max(peak, float(np.abs(piece).max(initial=0))), samples + len(piece)
        yield piece
    if peak < SILENT:
        tell(f"All {samples / SOUND_HZ:.1f} s of the sound are silent: {silent}.")
    elif peak < QUIET:
        level = 20 * np.log10(peak)
        tell(f"The voice is very quiet (peak {level:.0f} dBFS), so {quiet}: raise its level.")
