"""The plain values that travel between the rooms: `Face`, `Motion`, `Style`, `Frame`.

Coordinates of the face space (MediaPipe's canonical face is its zero pose): x to the picture's
right, y down, z away from the viewer; lengths in eye distances (outer corner to outer corner).
Left and right are the subject's.
"""

from vasari.checks import EMOTIONS, Emotion
from vasari.values.arrays import (
    BLENDSHAPES,
    EXPRESSION,
    LANDMARKS,
    MOTION_HZ,
    RESIDUALS,
    SOUND_HZ,
    FloatArray,
    Indices,
    Picture,
    moved,
)
from vasari.values.face import Face
from vasari.values.frame import Frame
from vasari.values.manner import Manner
from vasari.values.motion import Motion
from vasari.values.style import Key, Style
from vasari.values.traits import Traits

__all__ = [
    "BLENDSHAPES",
    "EMOTIONS",
    "EXPRESSION",
    "LANDMARKS",
    "MOTION_HZ",
    "RESIDUALS",
    "SOUND_HZ",
    "Emotion",
    "Face",
    "FloatArray",
    "Frame",
    "Indices",
    "Key",
    "Manner",
    "Motion",
    "Picture",
    "Style",
    "Traits",
    "moved",
]
