"""Vasari makes a portrait speak: one picture and a voice become a video.

face = vasari.read_portrait("ada.jpg")
for picture in vasari.talk(face, "hello.wav"): ...
vasari.say("ada.jpg", "hello.wav", "out.mp4")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vasari.errors import OutputError, PictureError, SoundError, VasariError, VideoError

if TYPE_CHECKING:
    from vasari._talk import talk
    from vasari.follow.track import track
    from vasari.jobs.drive import drive
    from vasari.jobs.manner import read_manner
    from vasari.jobs.say import say
    from vasari.jobs.verify import verify
    from vasari.portrait.read import read_portrait
    from vasari.provenance.making import Marks
    from vasari.session import Session
    from vasari.values import EMOTIONS, Emotion, Face, Frame, Key, Manner, Motion, Style

__version__ = "0.1.0"

__all__ = [
    "EMOTIONS",
    "Emotion",
    "Face",
    "Frame",
    "Key",
    "Manner",
    "Marks",
    "Motion",
    "OutputError",
    "PictureError",
    "Session",
    "SoundError",
    "Style",
    "VasariError",
    "VideoError",
    "drive",
    "read_manner",
    "read_portrait",
    "say",
    "talk",
    "track",
    "verify",
]

# Imported when first asked for: `vasari --help` must not wait for what draws and listens.
_WHERE = {
    "EMOTIONS": "vasari.values",
    "Emotion": "vasari.values",
    "Face": "vasari.values",
    "Frame": "vasari.values",
    "Key": "vasari.values",
    "Manner": "vasari.values",
    "Marks": "vasari.provenance.making",
    "Motion": "vasari.values",
    "Session": "vasari.session",
    "Style": "vasari.values",
    "drive": "vasari.jobs.drive",
    "read_manner": "vasari.jobs.manner",
    "read_portrait": "vasari.portrait.read",
    "say": "vasari.jobs.say",
    "talk": "vasari._talk",
    "track": "vasari.follow.track",
    "verify": "vasari.jobs.verify",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'vasari' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
