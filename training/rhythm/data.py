"""Packs sound and face of the training clips for the rhythm score.

    python -m training.rhythm.data --shared ../shared --out rhythm.npz

All clips of shared/data/clips.csv and people.csv, each with its split: `sound` (N, SOUND), `head`
(N, HEAD), `upper` (N, UPPER) one after the other; `rows` is a JSON list of name, kind, split, begin
and frames. Angles are those of the skull, so that an opening jaw is no nod.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from training.articulation.people import People
from training.face_space.fit import Tracks
from training.rhythm.inputs import of_head, of_sound, of_upper
from vasari.media import open_sound
from vasari.shape.space import pose_of
from vasari.speech.mel import BLOCK
from vasari.values import BLENDSHAPES, EXPRESSION, SOUND_HZ

SURE, LATEST = 0.4, 5  # of sync_r, and frames, from and up to which a clip's lag is believed
FEWEST = 28  # frames


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


def heard(path: Path) -> np.ndarray:
    """(n,) mono float32 at 16 kHz."""
    return np.concatenate(list(open_sound(path).pieces()))


def clips(shared: Path) -> Iterator[tuple[str, dict[str, str], Tracks, np.ndarray]]:
    """Name, row (`kind` and `split` among it), tracks and sound of every clip and person."""
    tracks, data = Tracks(shared), shared / "data"
    for name, row in tracks.rows.items():
        sound = in_time(heard(data / "sound" / f"{name}.opus"), lag_of(row))
        yield name, row, tracks, sound
    people, sounds = People(shared, tracks), dict[str, np.ndarray]()
    for name, row in people.rows.items():
        source = row["sound"]
        if source not in sounds:
            sounds[source] = heard(data / "people" / f"{source}.opus")
        first = round(float(row["start"]) * SOUND_HZ)
        yield name, {**row, "kind": source}, people, sounds[source][first:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows, columns, begin = [], ([], [], []), 0
    for name, row, tracks, sound in clips(Path(args.shared)):
        found = tracks.found(name)
        n = min(len(found), len(sound) // BLOCK)
        if n < FEWEST or not found[:n].all() or row["split"] != "train":
            continue
        blendshapes = tracks.blendshapes(name)[:n]
        turned = rotations(landmarks_of(tracks, name)[:n], blendshapes)
        made = of_sound(sound[: n * BLOCK]), of_head(turned), of_upper(blendshapes)
        for column, values in zip(columns, made, strict=True):
            column.append(values.astype(np.float16))
        rows.append({"name": name, "kind": row["kind"], "begin": begin, "frames": n})
        begin += n
    arrays = dict(zip(("sound", "head", "upper"), map(np.concatenate, columns), strict=True))
    np.savez(args.out, **arrays, rows=np.array(json.dumps(rows)))
    print(len(rows), "clips,", round(begin / 1500, 1), "minutes")


if __name__ == "__main__":
    main()
