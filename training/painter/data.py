"""Pairs to learn from: one frame of a clip, drawn as another of it, and that other.

    python -m training.painter.data --shared ../shared --out pack.npz

A frame of a clip is the portrait; the teacher's landmarks of other frames of the same clip are the
motion. What the renderer draws without a painter is cut out beside what the camera saw. The file
holds `seen` (N, 128, 128, 6) and `real` (N, 128, 128, 3) uint8, `code` (N, CODE) float16, `val`
(N,) bool and `clip` (N,) names.
"""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path

import cv2
import numpy as np

from training.reader.data import Labelled, inside, labelled, read_npz
from vasari.follow.retarget import from_picture
from vasari.follow.tracking import coded, positions
from vasari.media import read_video
from vasari.portrait.gaze import gaze_of
from vasari.portrait.read import parted
from vasari.portrait.reader import Reading
from vasari.portrait.traits import read_traits
from vasari.render import Renderer
from vasari.render.layers.light import SIDE, code_of, look, window
from vasari.shape.space import pose_of
from vasari.values import BLENDSHAPES, EXPRESSION, Face, Motion

PORTRAITS = {"train": 2, "val": 1}  # frames of a clip that are taken as the portrait
PICTURES = {"train": 12, "val": 10}  # that each is made to look like


def motion_of(label: Labelled, found: np.ndarray, start: int) -> Motion:
    """The speaker's motion, the place of the head counted from frame `start`."""
    blend = label.blendshapes.astype(np.float32) / 255
    expression = np.zeros((len(blend), EXPRESSION), np.float32)
    expression[:, : len(BLENDSHAPES)] = blend
    poses = [pose_of(m, e) for m, e in zip(label.landmarks, expression, strict=True)]
    shapes = np.array([p.unproject(m) for p, m in zip(poses, label.landmarks, strict=True)])
    _, expression = coded(shapes, blend, found)
    turns = np.array([p.rotation for p in poses])
    scales, origins = np.array([p.scale for p in poses]), np.array([p.origin for p in poses])
    return Motion(turns, positions(scales, origins, start), gaze_of(shapes), expression)


def face_of(picture: np.ndarray, landmarks: np.ndarray, blendshapes: np.ndarray) -> Face:
    """A frame as a portrait, all of it person: around the face nothing is looked at."""
    reading = Reading(landmarks, blendshapes.astype(np.float32) / 255, 1.0)
    landmarks, expression, pose, neutral = parted(picture, reading)
    height, width = picture.shape[:2]
    crop = (0.0, 0.0, float(height))
    return Face(
        picture, np.full((height, width), 255, np.uint8), picture, crop, landmarks, pose.scale,
        pose.rotation, pose.origin, neutral, expression, gaze_of(pose.unproject(landmarks)), 1.0,
        read_traits(picture, crop, landmarks, pose, neutral, expression),
    )  # fmt: skip


def pairs(video: Path, label: Labelled, found: np.ndarray, split: str, seed: int):  # type: ignore[no-untyped-def]
    """Yields (seen, real, code) of one clip."""
    rng = np.random.default_rng(seed)
    pictures = list(read_video(video))
    n = min(len(pictures), len(found))
    height, width = pictures[0].shape[:2]
    good = [k for k in range(n) if found[k] and inside(label.landmarks[k], width, height)]
    if len(good) < 20:
        return
    for start in [good[0], *rng.choice(good, PORTRAITS[split] - 1)]:
        face = face_of(pictures[start], label.landmarks[start], label.blendshapes[start])
        moved = motion_of(label, found, int(start))
        moves = from_picture(face, moved, moved.part(int(start), int(start) + 1))
        renderer = Renderer(face, frame="full", paint="baked")
        for k in rng.choice(good, min(PICTURES[split], len(good)), replace=False):
            drawn = renderer.draw(moves, int(k))
            now = renderer.now(moves, int(k))
            m = window(now.pose)
            real = cv2.warpAffine(pictures[k], m, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
            code = code_of(face.expression, moves.expression[k], face.rotation,
                           moves.rotation[k], moves.gaze[k] - face.gaze)  # fmt: skip
            yield look(drawn, now.points, m), real, code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=int, help="only so many")
    args = parser.parse_args()
    data = Path(args.shared) / "data"
    tracks = read_npz(data / "tracks.npz.xz")
    zero = np.load(data / "topology.npz")["canonical_from_tracks"]
    with (data / "clips.csv").open() as table:
        rows = [(row["id"], row["split"]) for row in csv.DictReader(table)]
    rows = [(n, s) for n, s in rows if (data / "clips" / f"{n}.mp4").is_file()][: args.clips]
    seen, real, code, val, clip = [], [], [], [], []
    for seed, (name, split) in enumerate(rows):
        track = np.cumsum(tracks[f"{name}.code"].astype(np.int32), axis=0)
        label = labelled(track, tracks[f"{name}.pose"], tracks[f"{name}.blendshapes"], tracks, zero)
        found = tracks[f"{name}.found"].astype(bool)
        for a, b, c in pairs(data / "clips" / f"{name}.mp4", label, found, split, seed):
            seen.append(a), real.append(b), code.append(c)
            val.append(split == "val"), clip.append(name)
        if seed % 20 == 0:
            print(f"{seed + 1} of {len(rows)} clips, {len(seen)} pairs", flush=True)
    np.savez(args.out, seen=np.array(seen), real=np.array(real), code=np.array(code, np.float16),
             val=np.array(val), clip=np.array(clip))  # fmt: skip


if __name__ == "__main__":
    main()
