"""A face in a virtual camera, moved by a microphone: for meetings."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from os import PathLike
from threading import Thread
from typing import Any

import av
import numpy as np

from vasari._talk import FaceLike
from vasari.checks import BackgroundLike, Rate
from vasari.errors import SoundError, VasariError
from vasari.live.stream import offer, run
from vasari.media import open_sound
from vasari.session import Session
from vasari.telling import Tell
from vasari.values import SOUND_HZ, FloatArray, Style

MICROPHONES = {"linux": ("pulse", "alsa"), "darwin": ("avfoundation",), "win32": ("dshow",)}
DEFAULT = {"avfoundation": ":0", "dshow": "audio=default"}  # elsewhere "default"
BACKLOG = 0.6  # seconds of the microphone's sound that wait, after which they are let go


def camera(
    picture: FaceLike, sound: str | PathLike[str] | None = None, *, device: str | None = None,
    size: int = 512, fps: Rate = 30, background: BackgroundLike = "keep",
    style: Style | None = None, badge: bool = False, tell: Tell = lambda sentence: None,
) -> None:  # fmt: skip
    """Show a face in a virtual camera until its sound ends, or for ever.

    The meeting hears the microphone itself, so the face is seen about a seventh of a second late.

    Args:
        picture: what `Session` takes.
        sound: a file in place of the microphone; it is not played.
        device: the microphone, as FFmpeg names it; None for the system's.
        size: side of the pictures, pixels.
        fps: pictures a second.
        background: as of `say`, but not transparent.
        style: what is steered.
        badge: draw "AI" into a corner. The pixels are marked always.
        tell: called with what a person should know.

    Raises:
        VasariError: there is no virtual camera or no microphone; what `Session` raises.
    """
    if background == "transparent":
        raise VasariError("A camera shows no transparency: use --background green instead.")
    session = Session(
        picture, size=size, fps=fps, background=background, style=style, ahead=0, badge=badge
    )
    with opened_camera(session) as to:
        tell(f"The camera is {to.device}; end with Ctrl-C.")
        asyncio.run(_show(session, to, sound, device))


def opened_camera(session: Session) -> Any:
    """The virtual camera.

    Raises:
        VasariError: it is not installed.
    """
    try:
        import pyvirtualcam
    except ImportError:
        raise VasariError(
            "There is no virtual camera: pip install 'vasari[camera]', and on Linux load "
            "v4l2loopback, elsewhere install OBS."
        ) from None
    width, height = session.size
    try:
        return pyvirtualcam.Camera(width, height, float(session.fps))
    except RuntimeError as error:
        why = " ".join(str(error).split())
        raise VasariError(
            f"No virtual camera could be opened ({why}): on Linux load v4l2loopback "
            "(modprobe v4l2loopback exclusive_caps=1), elsewhere install OBS."
        ) from None


def microphone(device: str | None = None) -> Iterator[FloatArray]:
    """Pieces of mono float32 at SOUND_HZ, as the system's microphone gives them.

    Raises:
        SoundError: there is none.
    """
    resampler = av.AudioResampler("flt", "mono", SOUND_HZ)
    with _opened(device) as source:
        for frame in source.decode(audio=0):
            for part in resampler.resample(frame):
                yield np.ascontiguousarray(part.to_ndarray()[0])


def _opened(device: str | None) -> Any:
    for form in MICROPHONES.get(sys.platform, ("alsa",)):
        try:
            return av.open(device or DEFAULT.get(form, "default"), format=form)
        except (av.error.FFmpegError, ValueError):
            continue
    raise SoundError("No microphone could be opened: name one with --device, or give --sound.")


async def _show(
    session: Session, to: Any, sound: str | PathLike[str] | None, device: str | None
) -> None:
    if sound is None:
        heard = microphone(device)
        first = next(heard)  # what cannot be opened says so here
        session.push(first)
        Thread(target=_hear, args=(session, heard), daemon=True).start()
        feeding = None
    else:
        feeding = asyncio.create_task(_said(session, sound))
    async for frame in run(session):
        await asyncio.to_thread(to.send, frame.picture)
    if feeding is not None:
        await feeding


def _hear(session: Session, heard: Iterator[FloatArray]) -> None:
    """Push what the microphone hears; what could not be shown in time is let go."""
    for piece in heard:
        if session.closed:
            return
        if session.waiting > BACKLOG:
            session.interrupt()
        session.push(piece)
    session.close()


async def _said(session: Session, sound: str | PathLike[str]) -> None:
    try:
        for piece in open_sound(sound).pieces():
            await offer(session, piece)
        session.flush()
        while session.speaking:
            await asyncio.sleep(0.02)
    finally:
        session.close()
