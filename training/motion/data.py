"""Packs sound, expression codes and pose of the clips into one file for the motion networks.

    python -m training.motion.data --shared ../shared --codes codes.npz --out pack.npz

Codes become relative to a closed, resting mouth: each clip's resting level (a low percentile) is
taken off, then jawOpen is shifted so that the code's lip opening is the tracked one on average.
`lag` is not applied here.
"""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path

import numpy as np

from training.face_space.fit import Tracks
from training.speech.data import decode
from vasari.shape.space import face_space, lip_gaps, rotation_angles
from vasari.values import BLENDSHAPES, EXPRESSION

MIDDLE = slice(2, 7)  # of the nine lip pairs
JAW = BLENDSHAPES.index("jawOpen")
MOUTH = [i for i, n in enumerate(BLENDSHAPES) if n.startswith(("jaw", "mouth"))]
MOUTH += [BLENDSHAPES.index(n) for n in ("cheekPuff", "cheekSquintLeft", "cheekSquintRight",
          "noseSneerLeft", "noseSneerRight")]  # fmt: skip
MOUTH += list(range(52, EXPRESSION))
REST = 10  # percentile of a one-sided blendshape that counts as rest
SHUT = 3  # percentile of the opening that counts as a closed mouth


def openings(shapes: np.ndarray) -> np.ndarray:
    """(T,) inner-lip opening in eye distances."""
    return lip_gaps(shapes)[:, MIDDLE].mean(1)


def opening_of_code() -> np.ndarray:
    """(EXPRESSION,) lip opening by each coefficient."""
    return lip_gaps(face_space().basis)[:, MIDDLE].mean(1).astype(np.float32)


def relative(codes: np.ndarray, opening: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes (T, 68) relative to rest, and opening (T,) above the clip's closed mouth."""
    rest = np.percentile(codes, REST, axis=0)
    rest[52:] = np.median(codes[:, 52:], axis=0)
    opening = opening - min(float(np.percentile(opening, SHUT)), 0.06)
    out = codes - rest
    by_code = opening_of_code()
    out[:, JAW] += np.mean(opening - out @ by_code) / by_code[JAW]
    return out.astype(np.float32), np.maximum(opening, 0).astype(np.float32)


def rotation_of(vectors: np.ndarray, canonical: np.ndarray) -> np.ndarray:
    """(T, 3) rotation vectors of the tracks to yaw, pitch, roll in degrees."""
    import cv2

    return np.stack([rotation_angles(cv2.Rodrigues(v.astype(np.float64))[0] @ canonical)
                     for v in vectors])  # fmt: skip


def pack(shared: Path, codes: Path, out: Path) -> None:
    tracks, coded = Tracks(shared), np.load(codes)
    arrays: dict[str, np.ndarray] = {}
    for clip in tracks.rows:
        found = tracks.found(clip)
        code, opening = coded[clip], openings(tracks.shapes(clip))
        bad = ~found
        if bad.mean() > 0.3:
            continue
        arrays[f"{clip}.code"], arrays[f"{clip}.opening"] = relative(code, opening)
        arrays[f"{clip}.raw"] = code
        arrays[f"{clip}.found"] = found
        pose = tracks.z[f"{clip}.pose"]
        arrays[f"{clip}.rotation"] = rotation_of(pose[:, 1:4], tracks.canonical)
        arrays[f"{clip}.position"] = pose[:, [4, 5, 0]].astype(np.float32)  # px, px, log scale
        arrays[f"{clip}.sound"] = decode(shared / "data" / "sound" / f"{clip}.opus")
    np.savez(out, **arrays)
    print(len(arrays) // 7, "clips")


def rows(shared: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((shared / "data" / "clips.csv").open()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--codes", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pack(Path(args.shared), args.codes, args.out)
