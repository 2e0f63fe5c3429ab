"""Packs what the life network learns from: features of speech and how the rest of the face moved.

    python -m training.life.data --shared ../shared --out life.npz

Each clip of shared/data/tracks and people at 25 Hz: `x` (T, FEATURES) of the shipped speech
encoder, `felt` (T, TONE) of the voice's tone, `y` (T, SIZE) of motion relative to the clip's rest,
`known` (T,). `segments` is a JSON list of name, kind, split, begin, frames and where the person
looks. The teacher's jitter is taken out; its blinks, which end at another height for each person,
are brought to full ones; its gaze is made of what gaze is made of, fixations and jumps.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.ndimage import median_filter, percentile_filter
from scipy.signal import find_peaks, savgol_filter

from training.articulation.hear import hear
from training.articulation.people import People
from training.face_space.fit import Tracks
from training.speech.data import decode
from vasari.motion.eyes import LOOK_SIDE
from vasari.motion.feeling import Feeling
from vasari.motion.life import NAMES, SIZE, UNIT
from vasari.networks import network
from vasari.shape.space import LOOK_DOWN, LOOK_UP, NECK, pose_of, rotation_matrix
from vasari.speech import mel
from vasari.values import BLENDSHAPES, EXPRESSION
from vasari.values.motion import CAMERA

REST = 10  # percentile of a coefficient that counts as rest
JITTER = 7, 2  # frames and order of the filter that takes out the teacher's jitter
SLOWLY = 13  # frames over which the slow part of the mouth is averaged
FEWEST_FOUND = 0.7
SURE, LATEST = 0.4, 5  # of sync_r, and frames, from and up to which a clip's lag is believed
LIKELY = 25.0  # degrees from rest: beyond it the teacher lost the head
BLINK_RISE, BLINK_FRAMES = 0.18, 16  # of a coefficient; longest blink
LOOKED_SHUT = 0.3  # closure from which the teacher's gaze is not believed
FIXATION, JUMP = 4.0, 2.5  # frames and degrees over which a gaze is evened out
MOST_GAZE = 30.0  # degrees


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
    return np.pad(sound, (max(0, -lag) * mel.BLOCK, 0))[max(0, lag) * mel.BLOCK :]


def smooth(values: np.ndarray) -> np.ndarray:
    return savgol_filter(values, *JITTER, axis=0) if len(values) > JITTER[0] else values


def place_of(pose: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """(T, 3) position of a head in eye distances, relative to the median."""
    scale = np.exp(pose[:, 0] - np.median(pose[:, 0]))
    across = pose[:, 4:6] / np.exp(np.median(pose[:, 0]))
    away = CAMERA * (1 / scale - 1)
    # what of the path is only the turn about the neck belongs to the rotation
    by_neck = np.stack([NECK - rotation_matrix(r.astype(np.float32)) @ NECK for r in rotation])
    place = smooth(np.concatenate([across, away[:, None]], 1) - by_neck)
    return np.asarray(place - np.median(place, axis=0))


def closure(blendshapes: np.ndarray) -> np.ndarray:
    """(T,) how far the lids are shut, blinks only: each goes from 0 to 1 and back."""
    raw = sum(blendshapes[:, BLENDSHAPES.index("eyeBlink" + s)] for s in ("Left", "Right")) / 2
    above = np.maximum(raw - percentile_filter(raw, 30, 75, mode="nearest"), 0)
    peaks, of = find_peaks(
        np.pad(above, 1), prominence=BLINK_RISE, width=(1, BLINK_FRAMES), rel_height=0.85
    )
    out = np.zeros(len(raw))
    for peak, left, right in zip(peaks - 1, of["left_ips"], of["right_ips"], strict=True):
        part = slice(max(0, int(left) - 2), int(np.ceil(right)) + 1)
        base = min(above[part][0], above[part][-1])
        shut = np.clip((above[part] - base) / (above[peak] - base), 0, 1)
        out[part] = np.maximum(out[part], shut * (shut > 0.08))
    return out


def gaze(blendshapes: np.ndarray, shut: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """(T, 2) degrees in the camera's frame: fixations and jumps."""
    at = {n: blendshapes[:, BLENDSHAPES.index(n)] for n in BLENDSHAPES if n.startswith("eyeLook")}
    right = (
        at["eyeLookOutLeft"] + at["eyeLookInRight"] - at["eyeLookInLeft"] - at["eyeLookOutRight"]
    )
    up = (at["eyeLookUpLeft"] + at["eyeLookUpRight"]) / 2 / LOOK_UP
    down = (at["eyeLookDownLeft"] + at["eyeLookDownRight"]) / 2 / LOOK_DOWN
    both = np.stack([right / 2 / LOOK_SIDE, up - down], 1) + rotation[:, :2]
    seen = np.convolve(shut, np.ones(5), "same") < LOOKED_SHUT
    if seen.sum() > 2:
        frames = np.arange(len(both))
        both = np.stack([np.interp(frames, frames[seen], b[seen]) for b in both.T], 1)
    both = median_filter(both, (5, 1), mode="nearest")
    for _ in range(3):
        both = evened(both)
    return both


def evened(values: np.ndarray) -> np.ndarray:
    """Bilateral in time: (T, 2) averaged with neighbours in time that are neighbours in value."""
    reach = round(3 * FIXATION)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    total, weight = np.zeros_like(values), np.zeros((len(values), 1))
    for k in range(2 * reach + 1):
        other = padded[k : k + len(values)]
        far = ((other - values) ** 2).sum(1, keepdims=True) / (2 * JUMP**2)
        w = np.exp(-far - ((k - reach) / FIXATION) ** 2 / 2)
        total += w * other
        weight += w
    return total / weight


def codes(blendshapes: np.ndarray) -> np.ndarray:
    """(T, len(NAMES)) relative to rest; the mouth's only as slowly as moods change."""
    value = blendshapes[:, [BLENDSHAPES.index(n) for n in NAMES]]
    value = np.clip(value - np.percentile(value, REST, axis=0), 0, 1)
    mood = np.hanning(SLOWLY + 2)[1:-1]
    for k, name in enumerate(NAMES):
        if name.startswith("mouth"):
            padded = np.pad(value[:, k], SLOWLY // 2, mode="edge")
            value[:, k] = np.convolve(padded, mood / mood.sum(), "valid")
        else:
            value[:, k] = smooth(value[:, k])
    return value


def motion(tracks: Tracks, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(T, SIZE) relative to rest, and (2,) where the person mostly looks."""
    blendshapes = tracks.blendshapes(name)
    # of the skull: the tracks' own turn with the jaw
    rotation = smooth(rotations(landmarks_of(tracks, name), blendshapes))
    place = place_of(tracks.z[f"{name}.pose"], rotation)
    shut = closure(blendshapes)
    look = gaze(blendshapes, shut, rotation)
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
        if known.mean() < FEWEST_FOUND or len(known) < 2 * JITTER[0]:
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
