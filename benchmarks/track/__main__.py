"""`vasari track` against the teacher's tracks on validation clips.

    python -m benchmarks.track [--shared ../shared] [--clips 30] [--seconds 4]

Errors are two-dimensional, in per cent of the eye distance, each picture against the teacher's own
track. The control is the teacher itself, run again on these recompressed pictures, in its video
mode and picture by picture. Jitter is the median second difference of the landmarks from picture to
picture. Lag, in pictures (positive: ours is late), is where the correlation of lip opening and yaw
is highest, to a fraction of a picture, over the clips in which they move: against the teacher,
whose video mode filters and is late itself, and against our own readings before smoothing, which is
what smoothing costs.
Milliseconds are those of one core for everything: decoding, finding, reading, smoothing.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks.data import add_shared_argument
from benchmarks.record import save
from benchmarks.teacher import STILLS, VIDEO, Teacher, add_teacher_arguments, start_teacher
from benchmarks.weights import fingerprints
from training.reader.data import labelled, read_npz
from vasari.errors import VideoError
from vasari.follow.follower import Follower
from vasari.follow.track import track
from vasari.media import read_video
from vasari.shape.landmarks import LIDS_LOWER, LIDS_UPPER
from vasari.shape.space import pose_of

LIPS = np.r_[
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
]  # fmt: skip
NETWORKS = ("finder", "reader_coarse", "reader", "reader_mouth", "reader_eye")
REGIONS = {"all": range(478), "lips": LIPS, "lids": np.r_[LIDS_UPPER, LIDS_LOWER]}
OTHER_FACE = 0.5  # eye distances: such an error means that another face was followed
MOST_LAG = 4
MOVING = {"lips": 0.02, "yaw": 1.0}  # least deviation, eye distances and degrees


def beginning(clip: Path, seconds: float, folder: Path) -> Path:
    """The first seconds of a clip, its packets as they are."""
    out = folder / "beginning.mp4"
    with av.open(str(clip)) as source, av.open(str(out), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.pts * stream.time_base >= seconds:
                continue
            packet.stream = copy
            target.mux(packet)
    return out


def measure(clip: Path, teacher: np.ndarray, seconds: float, again: Teacher) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        video = beginning(clip, seconds, Path(folder))
        begun = time.process_time()
        try:
            parts = list[np.ndarray]()
            seen = track(video, take=parts.append)
        except VideoError:
            return {"found": 0.0}
        spent = time.process_time() - begun
        landmarks = np.concatenate(parts)
        before = unsmoothed(video, landmarks)
        controls = itself(video, teacher, again)
    n = min(len(seen.found), len(teacher))
    ours, real, found = landmarks[:n], teacher[:n], seen.found[:n]
    unit = np.linalg.norm(real[:, 33] - real[:, 263], axis=1)
    off = np.linalg.norm((ours - real)[..., :2], axis=-1) / unit[:, None]
    result: dict[str, Any] = controls | {
        "pictures": n, "found": float(found.mean()), "cuts": len(seen.cuts),
        "ms": 1000 * spent / len(seen.found),
    }  # fmt: skip
    if off[found].mean() > OTHER_FACE:
        return result | {"other face": 1.0}
    result |= {name: 100 * float(off[found][:, points].mean()) for name, points in REGIONS.items()}
    rough = np.linalg.norm((before[:n] - real)[..., :2], axis=-1) / unit[:, None]
    result |= {
        "all, not smoothed": 100 * float(rough[found].mean()),
        "jitter, not smoothed": jitter(before[:n], unit),
        "jitter": jitter(ours, unit), "teacher's jitter": jitter(real, unit),
    }  # fmt: skip
    for name, curve in (("lips", lip_curve), ("yaw", yaw_curve)):
        a, b = curve(ours, unit), curve(real, unit)
        if n > 40 and b.std() > MOVING[name]:
            result |= {f"{name} r": float(np.corrcoef(a, b)[0, 1]), f"{name} lag": lag(a, b)}
            result[f"{name} lag of smoothing"] = lag(a, curve(before[:n], unit))
            result[f"{name} size"] = float(a.std() / b.std())
    return result


def itself(video: Path, teacher: np.ndarray, again: Teacher) -> dict[str, Any]:
    """How far the teacher, run again, is from its own tracks, per cent of the eye distance."""
    pictures, out = list(read_video(video)), dict[str, Any]()
    for mode, name in ((VIDEO, "teacher again"), (STILLS, "teacher again, stills")):
        seen = again.read(pictures, mode)
        n = min(len(seen.found), len(teacher))
        # The teacher counts from the edge of the first pixel, we from its middle.
        off = seen.landmarks[:n, :, :2] - 0.5 - teacher[:n, :, :2]
        unit = np.linalg.norm(teacher[:n, 33] - teacher[:n, 263], axis=1)[:, None]
        off = (np.linalg.norm(off, axis=-1) / unit)[seen.found[:n]]
        out |= {f"{name}, {k}": 100 * float(off[:, p].mean()) for k, p in REGIONS.items()}
    return out


def unsmoothed(video: Path, tracked: np.ndarray) -> np.ndarray:
    """(T, 478, 3) as the reader gives them one after the other; as tracked where it lost them."""
    follower, out = Follower(), tracked.copy()
    for k, picture in enumerate(read_video(video)):
        reading = follower.look(picture).reading
        out[k] = tracked[k] if reading is None else reading.landmarks
    return out


def jitter(landmarks: np.ndarray, unit: np.ndarray) -> float:
    """Per cent of the eye distance."""
    second = np.diff(landmarks[..., :2] / unit[:, None, None], 2, axis=0)
    return 100 * float(np.median(np.linalg.norm(second, axis=-1)))


def lip_curve(landmarks: np.ndarray, unit: np.ndarray) -> np.ndarray:
    return np.linalg.norm(landmarks[:, 14] - landmarks[:, 13], axis=1) / unit


def yaw_curve(landmarks: np.ndarray, unit: np.ndarray) -> np.ndarray:
    return np.array([pose_of(marks).rotation[0] for marks in landmarks])


def lag(ours: np.ndarray, real: np.ndarray) -> float:
    """Pictures by which ours is late, from the peak of a parabola through the correlations."""
    m = MOST_LAG
    middle = ours[m : len(ours) - m]
    r = [np.corrcoef(middle, real[m - k : len(real) - m - k])[0, 1] for k in range(-m, m + 1)]
    at = int(np.argmax(r))
    if at in (0, 2 * m):
        return float(at - m)
    before, peak, after = r[at - 1 : at + 2]
    return at - m + 0.5 * (before - after) / (before - 2 * peak + after)


def means(clips: list[dict[str, Any]]) -> dict[str, Any]:
    """The mean over clips of each figure, and the median of the lags and speeds."""
    names = sorted({name for clip in clips for name in clip} - {"kind"})
    out = {}
    for name in names:
        values = [clip[name] for clip in clips if name in clip]
        middle = np.median if "lag" in name or name == "ms" else np.mean
        out[name] = float(np.sum(values) if name == "other face" else middle(values))
    return out | {"clips": len(clips)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_shared_argument(parser)
    parser.add_argument("--tracks", type=Path, help="tracks.npz unpacked, read faster")
    parser.add_argument("--clips", type=int, default=10**6, help="so many, spread over all")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each clip")
    parser.add_argument("--out", type=Path)
    add_teacher_arguments(parser)
    args = parser.parse_args()
    data = Path(args.shared) / "data"
    tracks = np.load(args.tracks) if args.tracks else read_npz(data / "tracks.npz.xz")
    zero = np.load(data / "topology.npz")["canonical_from_tracks"]
    rows = [row for row in csv.DictReader((data / "clips.csv").open()) if row["split"] == "val"]
    rows = [row for row in rows if (data / "clips" / f"{row['id']}.mp4").is_file()]
    rows = rows[:: max(1, len(rows) // args.clips)]
    clips: dict[str, Any] = {}
    again = start_teacher(args)
    weights = fingerprints(*NETWORKS)
    for row in rows:
        name = row["id"]
        code = np.cumsum(tracks[f"{name}.code"].astype(np.int32), axis=0)
        label = labelled(code, tracks[f"{name}.pose"], tracks[f"{name}.blendshapes"], tracks, zero)
        clip = measure(data / "clips" / f"{name}.mp4", label.landmarks, args.seconds, again)
        clips[name] = {"kind": row["kind"]} | clip
        print(name, *(f"{k} {v:.2f}" for k, v in clip.items()), flush=True)
    result = {"mean": means(list(clips.values()))}
    for kind in ("real", "generated", "unknown"):
        some = [clip for clip in clips.values() if clip["kind"] == kind]
        if some:
            result[f"mean, {kind}"] = means(some)
    print(*(f"{k} {v:.3f}" for k, v in result["mean"].items()))
    print(save("track", result | {"weights": weights, "clips": clips}, args.out))


if __name__ == "__main__":
    main()
