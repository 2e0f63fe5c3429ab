"""What the benchmarks look at: validation clips with the teacher's tracks, and test portraits."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.face_space.fit import Tracks
from vasari.face_space import lip_gaps, pose_of
from vasari.media import open_sound, read_video
from vasari.values import BLENDSHAPES, EXPRESSION, SOUND_HZ

JAW_OPEN = BLENDSHAPES.index("jawOpen")
KINDS = ("real", "unknown", "generated")


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
    """

    name: str
    kind: str
    video: Path
    sound: Path
    opening: np.ndarray
    jaw: np.ndarray
    found: np.ndarray

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
    return [_clip(tracks, data, i, round(25 * seconds)) for i in there]


def _clip(tracks: Tracks, data: Path, name: str, frames: int) -> Clip:
    shapes = tracks.shapes(name)[:frames]
    return Clip(
        name, tracks.rows[name]["kind"], data / "clips" / f"{name}.mp4",
        data / "sound" / f"{name}.opus", lip_opening(shapes),
        tracks.blendshapes(name)[:frames, JAW_OPEN], tracks.found(name)[:frames],
    )  # fmt: skip


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
