"""What the rhythm score is told of a sound and of a face, frame by frame at 25 Hz."""

from __future__ import annotations

import numpy as np
from scipy.signal import savgol_filter

from vasari.motion.feeling import BANDS, HEARD, Sounds
from vasari.speech import COMMON, SpeechStream
from vasari.speech.mel import BLOCK
from vasari.values import BLENDSHAPES

TONE = [BANDS, HEARD - 2, HEARD - 1]  # of what is felt: loudness, pitch, how clear it is
SOUND = COMMON + len(TONE)
HEAD, UPPER = 3, 6
CALM = 7, 2  # frames and order of the filter that takes the reader's jitter out of angles
HEAD_UNIT = 0.5  # degrees a frame
LIDS, BROWS = 0.25, 0.15  # of a blendshape that make a unit
CHUNK = 25


def of_sound(sound: np.ndarray) -> np.ndarray:
    """(n,) float32 at 16 kHz to (n // BLOCK, SOUND): the speech encoder's features, loudness and
    pitch."""
    frames = len(sound) // BLOCK
    sound = sound[: frames * BLOCK].astype(np.float32)
    tone = Sounds()
    heard = np.array([tone.push(block)[TONE] for block in sound.reshape(-1, BLOCK)])
    return np.concatenate([SpeechStream(CHUNK).push(sound, last=True)[:, :COMMON], heard], 1)


def of_head(rotation: np.ndarray) -> np.ndarray:
    """(T, 3) angles of the head, degrees, to (T, HEAD): how fast they turn."""
    return np.gradient(_calm(rotation), axis=0) / HEAD_UNIT


def of_upper(blends: np.ndarray) -> np.ndarray:
    """(T, 52) blendshapes to (T, UPPER): brows and lids around their median, and their speed."""
    at = {n: blends[:, BLENDSHAPES.index(n)] for n in BLENDSHAPES if n[:4] in ("brow", "eyeB")}
    raised = (at["browInnerUp"] + at["browOuterUpLeft"] + at["browOuterUpRight"]) / 3
    lowered = (at["browDownLeft"] + at["browDownRight"]) / 2
    lids = (at["eyeBlinkLeft"] + at["eyeBlinkRight"]) / 2
    place = np.stack([_calm(raised), _calm(lowered), lids], 1) / np.array([BROWS, BROWS, LIDS])
    place = np.clip(place - np.median(place, axis=0), -4, 4)
    return np.concatenate([place, 3 * np.gradient(place, axis=0)], 1)


def _calm(values: np.ndarray) -> np.ndarray:
    return savgol_filter(values, *CALM, axis=0) if len(values) >= CALM[0] else values
