"""The one exception family. Every message is one sentence that says what is wrong and what to do.

VasariError
├── PictureError   a picture cannot be read, or holds no usable face
├── SoundError     a sound cannot be read
├── VideoError     a video cannot be read
└── OutputError    the output cannot be written
"""


class VasariError(Exception):
    """Base of everything that Vasari raises on bad input; its message is meant for a person."""


class PictureError(VasariError):
    """The picture cannot be read, or holds no face that could speak."""


class SoundError(VasariError):
    """The sound cannot be read, or is too short to speak."""


class VideoError(VasariError):
    """The video cannot be read, or holds no pictures."""


class OutputError(VasariError):
    """The output cannot be written where it was asked for."""


class VasariWarning(UserWarning):
    """Something a person should know; it goes on all the same."""
