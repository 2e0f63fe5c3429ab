"""Packs what the life network learns from: features of speech and how the rest of the face moved.

    python -m training.life.data --shared ../shared --out life.npz

Each clip of shared/data/tracks and people at 25 Hz: `x` (T, FEATURES) of the shipped speech
encoder, `felt` (T, TONE) of the voice's tone, `y` (T, SIZE) of motion relative to the clip's rest,
`known` (T,). `segments` is a JSON list of name, kind, split, begin, frames and where the person
looks. `vasari.motion.columns` takes the teacher's jitter out, as of any motion that is seen.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from training.articulation.hear import hear
from training.articulation.people import People
from training.face_space.fit import Tracks
from training.speech.data import decode
from vasari.motion.columns import MOST_GAZE, closure, codes, fixations, places, smooth
from vasari.motion.eyes import LOOK_SIDE
from vasari.motion.feeling import Feeling
from vasari.motion.life import SIZE, UNIT
from vasari.networks import network
from vasari.shape.space import LOOK_DOWN, LOOK_UP, pose_of
from vasari.speech import mel
from vasari.values import BLENDSHAPES, EXPRESSION
from vasari.values.motion import CAMERA

FEWEST_FOUND, FEWEST_FRAMES = 0.7, 14
SURE, LATEST = 0.4, 5  # of sync_r, and frames, from and up to which a clip's lag is believed
LIKELY = 25.0  # degrees from rest: beyond it the teacher lost the head


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
    """Frames by which a clip's sound is late, 0 where that is not sure: the table counts what is
    late below zero (the jaw agrees with the loudness of 236 clips two or more frames off)."""
    lag = -int(row.get("lag") or 0)
    return lag if float(row.get("sync_r") or 0) >= SURE and abs(lag) <= LATEST else 0


def in_time(sound: np.ndarray, lag: int) -> np.ndarray:
    """A sound that is late by `lag` frames, in time."""
    return np.pad(sound, (max(0, -lag) * mel.BLOCK, 0))[max(0, lag) * mel.BLOCK :]


def place_of(pose: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """(T, 3) position of a head in eye distances, relative to the median."""
    scale = np.exp(pose[:, 0] - np.median(pose[:, 0]))
    across = pose[:, 4:6] / np.exp(np.median(pose[:, 0]))
    return places(across, CAMERA * (1 / scale - 1), rotation)


def look_of(blendshapes: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """(T, 2) where the eyes look, degrees in the camera's frame."""
    at = {n: blendshapes[:, BLENDSHAPES.index(n)] for n in BLENDSHAPES if n.startswith("eyeLook")}
    right = (
        at["eyeLookOutLeft"] + at["eyeLookInRight"] - at["eyeLookInLeft"] - at["eyeLookOutRight"]
    )
    up = (at["eyeLookUpLeft"] + at["eyeLookUpRight"]) / 2 / LOOK_UP
    down = (at["eyeLookDownLeft"] + at["eyeLookDownRight"]) / 2 / LOOK_DOWN
    return np.stack([right / 2 / LOOK_SIDE, up - down], 1) + rotation[:, :2]


def motion(tracks: Tracks, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(T, SIZE) relative to rest, and (2,) where the person mostly looks."""
    blendshapes = tracks.blendshapes(name)
    # of the skull: the tracks' own turn with the jaw
    rotation = smooth(rotations(landmarks_of(tracks, name), blendshapes))
    place = place_of(tracks.z[f"{name}.pose"], rotation)
    shut = closure(blendshapes)
    look = fixations(look_of(blendshapes, rotation), shut)
    mostly = np.median(look, axis=0)
    parts = [
        rotation - np.median(rotation, axis=0), place,
        np.clip(look - mostly, -MOST_GAZE, MOST_GAZE), codes(blendshapes), shut[:, None],
    ]  # fmt: skip
    return np.concatenate(parts, 1), mostly


def felt(sound: np.ndarray, frames: int) -> np.ndarray:
    """(frames, TONE) of the voice's tone, as `Feeling.tone` gives it."""
    feeling = Feeling()
    feeling.hear(sound)
    return np.stack([feeling.tone() for _ in range(frames)])


def segments(shared: Path) -> Iterator[tuple[dict[str, Any], np.ndarray, Tracks, np.ndarray]]:
    """What is known of each clip, its sound, the tracks it is in and the frames that are known."""
    tracks = Tracks(shared)
    folder, people = shared / "data", People(shared, tracks)
    for name, row in tracks.rows.items():
        known = tracks.found(name)
        if known.mean() >= FEWEST_FOUND:
            about = {"name": name, "kind": row["kind"], "split": row["split"]}
            sound = in_time(decode(folder / "sound" / f"{name}.opus"), lag_of(row))
            yield about, sound, tracks, known
    sounds: dict[str, np.ndarray] = {}
    for name, row in people.rows.items():
        known = people.found(name)
        if known.mean() < FEWEST_FOUND or len(known) < FEWEST_FRAMES:
            continue
        source = row["sound"]
        if source not in sounds:
            sounds[source] = decode(folder / "people" / f"{source}.opus")
        first = round(float(row["start"]) * 16000)
        sound = sounds[source][first : first + len(known) * mel.BLOCK]
        yield {"name": name, "kind": source, "split": row["split"]}, sound, people, known


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows: list[dict[str, Any]] = []
    kept: dict[str, list[np.ndarray]] = {k: [] for k in ("x", "felt", "y", "known")}
    begin = 0
    for about, sound, tracks, known in segments(args.shared):
        moved, looks = motion(tracks, about["name"])
        known = known & (np.abs(moved[:, :3]).max(1) < LIKELY)
        frames, samples = len(moved), sound.astype(np.float32) / 32768
        samples = np.pad(samples, (0, max(0, frames * mel.BLOCK - len(samples))))
        samples = samples[: frames * mel.BLOCK]
        kept["x"].append(hear(network("speech"), samples).astype(np.float16))
        kept["felt"].append(felt(samples, frames).astype(np.float16))
        kept["y"].append(moved.astype(np.float16))
        kept["known"].append(known)
        rows.append({**about, "begin": begin, "frames": frames, "looks": looks.round(2).tolist()})
        begin += frames
    everything = {k: np.concatenate(v) for k, v in kept.items()}
    assert everything["y"].shape[1] == SIZE
    np.savez(args.out, **everything, segments=np.array(json.dumps(rows)))
    train = np.concatenate([np.full(r["frames"], r["split"] == "train") for r in rows])
    print(len(rows), "clips,", round(begin / 1500), "minutes; spread of each column in units:")
    print((everything["y"][train].astype(np.float32) / UNIT).std(0).round(2))


if __name__ == "__main__":
    main()
