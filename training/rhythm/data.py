"""Packs sound and face of the training clips for the rhythm score.

    python -m training.rhythm.data --pack life.npz --shared ../shared --out rhythm.npz

Of the pack of training/life it takes what is heard; how the face moved is read again: angles are
those of the skull, so that an opening jaw is no nod. `sound` (N, SOUND), `head` (N, HEAD), `upper`
(N, UPPER), clip after clip; `rows` is a JSON list of name, kind, begin and frames.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import cv2
import numpy as np

from training.articulation.people import People
from training.face_space.fit import Tracks
from training.rhythm.inputs import TONE, of_head, of_upper
from vasari.shape.space import pose_of
from vasari.speech.mel import BLOCK
from vasari.values import BLENDSHAPES, EXPRESSION

SURE, LATEST = 0.4, 5  # of sync_r, and frames, from and up to which a clip's lag is believed
FEWEST, MOST = 28, 300  # frames of a clip
ONE_OF = {"grid_s1": 3, "lrc_ar": 3}  # so many clips: they are many and alike


def landmarks_of(tracks: Tracks, name: str) -> np.ndarray:
    """(T, 478, 3) pixels, as the teacher gave them."""
    pose = tracks.z[f"{name}.pose"].astype(np.float32)
    turns = np.stack([cv2.Rodrigues(v.astype(np.float64))[0] for v in pose[:, 1:4]])
    turns = (turns @ tracks.canonical).astype(np.float32)
    place = np.pad(pose[:, 4:6], ((0, 0), (0, 1)))
    turned = tracks.shapes(name) @ turns.transpose(0, 2, 1) * np.exp(pose[:, 0])[:, None, None]
    return np.asarray(turned + place[:, None], np.float32)


def rotations(landmarks: np.ndarray, blendshapes: np.ndarray) -> np.ndarray:
    """(T, 3) yaw, pitch, roll, each picture for itself."""
    expression = np.zeros((len(landmarks), EXPRESSION), np.float32)
    expression[:, : len(BLENDSHAPES)] = blendshapes
    return np.array([pose_of(p, e).rotation for p, e in zip(landmarks, expression, strict=True)])


def lag_of(row: dict[str, str]) -> int:
    """Frames by which a clip's sound is late, 0 where that is not sure."""
    lag = int(row.get("lag") or 0)
    return lag if float(row.get("sync_r") or 0) >= SURE and abs(lag) <= LATEST else 0


def in_time(sound: np.ndarray, lag: int) -> np.ndarray:
    """A sound that is late by `lag` frames, in time."""
    return np.pad(sound, (max(0, -lag) * BLOCK, 0))[max(0, lag) * BLOCK :]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    z = np.load(args.pack)
    heard = np.concatenate([z["x"], z["felt"][:, : len(TONE)]], 1)
    known = z["known"]
    tracks = Tracks(Path(args.shared))
    people = People(Path(args.shared), tracks)
    rows, columns, begin = [], ([], [], []), 0
    for k, clip in enumerate(json.loads(str(z["segments"]))):
        name, n = clip["name"], min(clip["frames"], MOST)
        lag = lag_of(tracks.rows.get(name, {}))
        first, n = max(0, -lag), n - abs(lag)  # frame k shows the sound of frame k + lag
        part = slice(clip["begin"] + first, clip["begin"] + first + n)
        if clip["split"] != "train" or k % ONE_OF.get(clip["kind"], 1) or n < FEWEST:
            continue
        if not known[part].all():
            continue
        of = tracks if name in tracks.rows else people
        shown = slice(first, first + n)
        blendshapes = of.blendshapes(name)[shown]
        turned = rotations(landmarks_of(of, name)[shown], blendshapes)
        made = heard[part.start + lag : part.stop + lag], of_head(turned), of_upper(blendshapes)
        for column, values in zip(columns, made, strict=True):
            column.append(values.astype(np.float16))
        rows.append({"name": name, "kind": clip["kind"], "begin": begin, "frames": n})
        begin += n
    arrays = dict(zip(("sound", "head", "upper"), map(np.concatenate, columns), strict=True))
    np.savez(args.out, **arrays, rows=np.array(json.dumps(rows)))
    print(len(rows), "clips,", round(begin / 1500, 1), "minutes")


if __name__ == "__main__":
    main()
