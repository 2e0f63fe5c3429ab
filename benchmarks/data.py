"""What the benchmarks look at: validation clips with the teacher's tracks, and test portraits."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.face_space.fit import Tracks
from vasari import Face, VasariError, read_portrait
from vasari.media import open_sound, read_video
from vasari.shape.space import face_space, lip_gaps, pose_of
from vasari.values import BLENDSHAPES, EXPRESSION, SOUND_HZ

JAW_OPEN = BLENDSHAPES.index("jawOpen")
KINDS = ("real", "unknown", "generated")
NEARLY_AHEAD = 12.0  # degrees of yaw and pitch: the pose of such a portrait can be changed freely


def add_shared_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"),
        help="folder with data/clips.csv [VASARI_SHARED or ../shared]",
    )  # fmt: skip


@dataclass(frozen=True)
class Clip:
    """One validation clip, its first seconds.

    Attributes:
        name, kind: id, and real, generated or unknown.
        video, sound: files.
        opening: (T,) inner-lip opening of the speaker, eye distances, 25 Hz.
        jaw: (T,) jawOpen of the speaker.
        found: (T,) where the teacher saw the face.
        code: (T, EXPRESSION) the speaker's expression.
    """

    name: str
    kind: str
    video: Path
    sound: Path
    opening: np.ndarray
    jaw: np.ndarray
    found: np.ndarray
    code: np.ndarray

    def portrait(self) -> np.ndarray:
        """(H, W, 3) the first picture."""
        return next(read_video(self.video))

    def heard(self) -> np.ndarray:
        """(n,) mono float32 at 16 kHz, as long as the track."""
        samples = np.concatenate(list(open_sound(self.sound).pieces()))
        return samples[: len(self.opening) * SOUND_HZ // 25]


def validation_clips(shared: Path, seconds: float, most: int | None) -> list[Clip]:
    """The validation clips of which pictures are there; `most` of them, of each kind its share."""
    tracks, data = Tracks(shared), shared / "data"
    there = [i for i in tracks.ids("val") if (data / "clips" / f"{i}.mp4").is_file()]
    there.sort(key=lambda i: KINDS.index(tracks.rows[i]["kind"]))
    if most is not None and most < len(there):
        there = [there[int((k + 0.5) * len(there) / most)] for k in range(most)]
    return [clip_of(tracks, data, i, round(25 * seconds)) for i in there]


def clip_of(tracks: Tracks, data: Path, name: str, frames: int) -> Clip:
    """The first frames of one clip; `data` is the folder shared/data."""
    blendshapes, found = tracks.blendshapes(name)[:frames], tracks.found(name)[:frames]
    shapes = upright(tracks.shapes(name)[:frames], blendshapes)
    return Clip(
        name, tracks.rows[name]["kind"], data / "clips" / f"{name}.mp4",
        data / "sound" / f"{name}.opus", lip_opening(shapes), blendshapes[:, JAW_OPEN], found,
        coded(shapes, blendshapes, found),
    )  # fmt: skip


def coded(shapes: np.ndarray, blendshapes: np.ndarray, found: np.ndarray) -> np.ndarray:
    """(T, EXPRESSION) codes of a speaker: the labels, and residuals from the median neutral."""
    space = face_space()
    rest = shapes - np.tensordot(blendshapes, space.basis[: len(BLENDSHAPES)], 1)
    neutral = np.median(rest[found] if found.any() else rest, axis=0)
    residual = (rest - neutral).reshape(len(rest), -1) @ space.residual_reader
    return np.concatenate([blendshapes, residual], axis=1).astype(np.float32)


def lip_opening(shapes: np.ndarray) -> np.ndarray:
    """(T, 478, 3) upright shapes to (T,): mean gap of the inner-lip pairs / eye distance."""
    eyes = np.linalg.norm(shapes[..., 33, :] - shapes[..., 263, :], axis=-1)
    return lip_gaps(shapes).mean(-1) / eyes


def upright(landmarks: np.ndarray, blendshapes: np.ndarray) -> np.ndarray:
    """(T, 478, 3) pixels and (T, 52) to (T, 478, 3) in the face space, without pose."""
    out = np.empty_like(landmarks)
    expression = np.zeros(EXPRESSION, np.float32)
    for k, points in enumerate(landmarks):
        expression[: len(BLENDSHAPES)] = blendshapes[k]
        out[k] = pose_of(points, expression).unproject(points)
    return out


def test_portraits(shared: Path, most: int) -> dict[str, Face]:
    """The astronaut and photographs that look nearly straight ahead, read by ourselves."""
    faces: dict[str, Face] = {}
    for name, picture in _photographs(shared):
        if len(faces) == most:
            break
        with suppress(VasariError):
            face = read_portrait(picture)
            if abs(face.rotation[0]) < NEARLY_AHEAD and abs(face.rotation[1]) < NEARLY_AHEAD:
                faces[name] = face
    return faces


def _photographs(shared: Path) -> Iterator[tuple[str, Any]]:
    with suppress(ImportError):
        from skimage.data import astronaut

        yield "astronaut", astronaut()
    paths = sorted((shared / "data" / "portraits").glob("photo_*"))
    yield from ((p.stem, p) for p in paths)
