"""Packs sound and pose of the clips into one file for the fit of heads.

    python -m training.motion.data --shared ../shared --out pack.npz

`lag` is not applied here.
"""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path

import numpy as np

from training.face_space.fit import Tracks
from training.speech.data import decode, listen
from vasari.shape.space import rotation_angles
from vasari.speech import mel

FEWEST_FOUND = 0.7  # of a clip's frames


def rotation_of(vectors: np.ndarray, canonical: np.ndarray) -> np.ndarray:
    """(T, 3) rotation vectors of the tracks to yaw, pitch, roll in degrees."""
    import cv2

    return np.stack([rotation_angles(cv2.Rodrigues(v.astype(np.float64))[0] @ canonical)
                     for v in vectors])  # fmt: skip


def loudness(sounds: np.ndarray) -> np.ndarray:
    """(n, samples) to the loudness column (n, blocks), as SpeechStream makes it."""
    _, energy = listen(sounds.astype(np.float32))
    loudest = energy.reshape(len(sounds), -1, mel.PER_BLOCK).max(-1)
    return np.clip(loudest / mel.SPAN_DB, mel.LOWEST, mel.HIGHEST).astype(np.float32)


def pack(shared: Path, out: Path) -> None:
    tracks = Tracks(shared)
    arrays: dict[str, np.ndarray] = {}
    for clip in tracks.rows:
        found = tracks.found(clip)
        if found.mean() < FEWEST_FOUND:
            continue
        arrays[f"{clip}.found"] = found
        pose = tracks.z[f"{clip}.pose"]
        arrays[f"{clip}.rotation"] = rotation_of(pose[:, 1:4], tracks.canonical)
        arrays[f"{clip}.sound"] = decode(shared / "data" / "sound" / f"{clip}.opus")
    np.savez(out, **arrays)
    print(len(arrays) // 3, "clips")


def rows(shared: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((shared / "data" / "clips.csv").open()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pack(Path(args.shared), args.out)
