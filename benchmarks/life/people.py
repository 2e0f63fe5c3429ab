"""Real people whom nothing was trained on: their sound, and how they moved, as `drive` takes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.articulation.people import People
from training.face_space.fit import Tracks
from training.life.data import in_time, lag_of, landmarks_of
from vasari.follow.tracking import Tracking
from vasari.media import open_sound
from vasari.portrait.gaze import gaze_of
from vasari.portrait.reader import Reading
from vasari.shape.space import pose_of
from vasari.values import BLENDSHAPES, EXPRESSION, MOTION_HZ, SOUND_HZ, Motion

FRAME = round(SOUND_HZ / MOTION_HZ)
FEWEST_FOUND = 0.7  # of a clip's frames
FEWEST_FRAMES = 25
MOST_ASIDE = 35.0  # degrees of mean yaw: farther away the teacher hardly sees the far eye
TWO_VOICES = ("c0475",)  # its card says so, and the head is 41 degrees aside
DUBBED = ("c0691",)  # the motion is a person's, the voice is not
TWICE = ("c0684",)  # the same moment as one of shared/data/people's lrs3


@dataclass(frozen=True)
class Take:
    """One clip of one person.

    Attributes:
        name, source: id; the collection it comes from.
        sound: (n,) float32 at 16 kHz, as long as the motion.
        motion: T frames at MOTION_HZ, smoothed as `vasari drive` smooths, absolute.
        raw: (T, 3), (T, 2), (T, 52): rotation, gaze and blendshapes as the teacher read them.
        found: (T,) where the face was in sight.
        own_voice: whether the voice is the person's own.
    """

    name: str
    source: str
    sound: np.ndarray
    motion: Motion
    raw: tuple[np.ndarray, ...]
    found: np.ndarray
    own_voice: bool

    def __len__(self) -> int:
        return len(self.found)


def validation(shared: Path) -> list[Take]:
    """The real validation people of clips.csv and people.csv."""
    return list(_takes(shared, "val", ("real",)))


def _takes(shared: Path, split: str, kinds: tuple[str, ...]) -> Iterator[Take]:
    tracks, data = Tracks(shared), shared / "data"
    for name, row in tracks.rows.items():
        if row["split"] == split and row["kind"] in kinds and name not in TWO_VOICES + TWICE:
            sound = in_time(heard(data / "sound" / f"{name}.opus"), lag_of(row))
            yield from _take(tracks, name, row["source"], sound)
    people, sounds = People(shared, tracks), dict[str, np.ndarray]()
    for name, row in people.rows.items():
        if row["split"] != split:
            continue
        source = row["sound"]
        if source not in sounds:
            sounds[source] = heard(data / "people" / f"{source}.opus")
        first = round(float(row["start"]) * SOUND_HZ)
        yield from _take(people, name, source, sounds[source][first:])


def _take(tracks: Tracks, name: str, source: str, sound: np.ndarray) -> Iterator[Take]:
    found = tracks.found(name)
    n = min(len(found), len(sound) // FRAME)
    if n < FEWEST_FRAMES or found.mean() < FEWEST_FOUND:
        return
    landmarks, blendshapes = landmarks_of(tracks, name)[:n], tracks.blendshapes(name)[:n]
    raw = read(landmarks, blendshapes)
    if abs(np.median(raw[0][found[:n], 0])) > MOST_ASIDE:
        return
    tracking = Tracking(lambda landmarks: None)
    for k in range(n):
        tracking.add(Reading(landmarks[k], blendshapes[k], 1.0) if found[k] else None, k == 0)
    motion = tracking.finish()[0]
    yield Take(name, source, sound[: n * FRAME], motion, raw, found[:n], name not in DUBBED)


def read(landmarks: np.ndarray, blendshapes: np.ndarray) -> tuple[np.ndarray, ...]:
    """(T, 3) rotation and (T, 2) gaze relative to the head, degrees, of each picture for itself,
    and the blendshapes."""
    n = len(landmarks)
    rotation, gaze = np.zeros((n, 3), np.float32), np.zeros((n, 2), np.float32)
    expression = np.zeros(EXPRESSION, np.float32)
    for k in range(n):
        expression[: len(BLENDSHAPES)] = blendshapes[k]
        pose = pose_of(landmarks[k], expression)
        rotation[k], gaze[k] = pose.rotation, gaze_of(pose.unproject(landmarks[k]))
    return rotation, gaze, blendshapes


def heard(path: Path) -> np.ndarray:
    """(n,) mono float32 at 16 kHz."""
    return np.concatenate(list(open_sound(path).pieces()))


def part(take: Take, begin: int, frames: int) -> Take:
    """So many frames of a take, from one on; fewer where it ends."""
    some = slice(begin, begin + frames)
    return Take(
        take.name, take.source, take.sound[begin * FRAME : (begin + frames) * FRAME],
        take.motion.part(begin, begin + frames), tuple(raw[some] for raw in take.raw),
        take.found[some], take.own_voice,
    )  # fmt: skip
