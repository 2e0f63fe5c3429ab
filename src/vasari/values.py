"""The plain values that travel between the rooms: `Face`, `Motion`, `Style`.

Coordinates of the face space (MediaPipe's canonical face is its zero pose): x to the picture's
right, y down, z away from the viewer; lengths in eye distances (outer corner to outer corner).
Left and right are the subject's.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float32]
Indices: TypeAlias = NDArray[np.integer]
Picture: TypeAlias = NDArray[np.uint8]  # (H, W, 3) RGB

MOTION_HZ = 25.0  # motion frames a second inside Vasari
SOUND_HZ = 16_000  # samples a second that the networks hear
LANDMARKS = 478  # MediaPipe's order: 468 mesh points, then 5 of each iris
RESIDUALS = 16  # learned expression axes beyond the blendshapes

# Apple's 52 ARKit blendshapes in the teacher's order; the teacher has no tongueOut, so it is last.
BLENDSHAPES: tuple[str, ...] = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft",
    "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft",
    "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper",
    "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip
EXPRESSION = len(BLENDSHAPES) + RESIDUALS  # coefficients of one expression


@dataclass(frozen=True)
class Motion:
    """What a face does over time, T frames at `rate` Hz.

    Attributes:
        rotation: (T, 3) float32, head yaw (towards the picture's right), pitch (up), roll
            (clockwise as seen), degrees.
        position: (T, 3) float32, head position in eye distances: right, down, away.
        gaze: (T, 2) float32, yaw and pitch of the eyes relative to the head, degrees, same signs.
        expression: (T, EXPRESSION) float32, the 52 `BLENDSHAPES` in [0, 1], then residuals.
        rate: frames a second.
        breath: (T,) float32, how far breathing lifts the shoulders, eye distances; None: not at
            all. Made for pictures only, no file keeps it.
        hair: (T, 6) float32, rotation and position of loose hair, which trails the head (see
            `render.hair`); None: those of the head. Made for pictures only, as well.
        recorded: the rows of the Live Link Face CSV that it was read from, header first.
    """

    rotation: FloatArray
    position: FloatArray
    gaze: FloatArray
    expression: FloatArray
    rate: float = MOTION_HZ
    breath: FloatArray | None = None
    hair: FloatArray | None = None
    recorded: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.expression)

    def part(self, first: int, last: int) -> Motion:
        """Frames first to last, the last left out."""
        return replace(
            self, rotation=self.rotation[first:last], position=self.position[first:last],
            gaze=self.gaze[first:last], expression=self.expression[first:last],
            breath=None if self.breath is None else self.breath[first:last],
            hair=None if self.hair is None else self.hair[first:last],
        )  # fmt: skip

    def then(self, after: Motion) -> Motion:
        """One motion of two: another of the same rate follows without a gap."""
        breaths = [np.zeros(len(m), np.float32) if m.breath is None else m.breath
                   for m in (self, after)]  # fmt: skip
        hairs = [m.hair for m in (self, after) if m.hair is not None]
        return replace(
            self, rotation=np.concatenate([self.rotation, after.rotation]),
            position=np.concatenate([self.position, after.position]),
            gaze=np.concatenate([self.gaze, after.gaze]),
            expression=np.concatenate([self.expression, after.expression]),
            breath=np.concatenate(breaths), hair=np.concatenate(hairs) if len(hairs) == 2 else None,
        )  # fmt: skip

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write this motion to one file without pickle, whole or not at all."""
        from vasari.motion.file import save_motion  # here: it knows of files

        save_motion(self, path)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Motion:
        """Read a motion that `save` wrote."""
        from vasari.motion.file import load_motion

        return load_motion(path)


@dataclass(frozen=True)
class Style:
    """What the user steers.

    Attributes:
        seed: of everything that is drawn at random.
        head: strength of head and body motion, 0 (still) to 2.
        blinks: whether the eyes blink and glance.
    """

    seed: int = 0
    head: float = 1.0
    blinks: bool = True


@dataclass(frozen=True)
class Face:
    """All that is ever read from a portrait. Pixel coordinates are those of `picture`.

    Attributes:
        picture: (H, W, 3) uint8 RGB, the portrait as it is seen, longer side at most 2160.
        matte: (H, W) uint8, how much of each pixel is person.
        plate: (H, W, 3) uint8, the background with the person's rim painted over.
        crop: x, y, side in pixels of the square that holds head and shoulders; it may reach
            beyond the picture.
        landmarks: (478, 3) float32, pixels (z in the same unit, away from the viewer).
        scale: pixels an eye distance at zero depth.
        rotation: (3,) float32, head yaw, pitch, roll in degrees.
        origin: (3,) float32, pixels, where the zero of the face space lands.
        neutral: (478, 3) float32, this person without expression, face space.
        expression: (EXPRESSION,) float32, the portrait's own.
        gaze: (2,) float32, the portrait's own, degrees.
        confidence: 0 to 1, how sure the reader is; 1 where the landmarks were given.
        mouth: textures of the inside of the mouth, by name (see `render.mouth`).
    """

    picture: Picture
    matte: NDArray[np.uint8]
    plate: Picture
    crop: tuple[float, float, float]
    landmarks: FloatArray
    scale: float
    rotation: FloatArray
    origin: FloatArray
    neutral: FloatArray
    expression: FloatArray
    gaze: FloatArray
    confidence: float
    mouth: dict[str, NDArray[np.generic]] = field(default_factory=dict)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write this face to one file without pickle, whole or not at all."""
        from vasari.portrait.face_file import save_face  # here: it needs OpenCV

        save_face(self, path)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Face:
        """Read a face that `save` wrote."""
        from vasari.portrait.face_file import load_face

        return load_face(path)
