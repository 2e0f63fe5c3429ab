"""Packs stills and clip frames with the teacher's labels into one folder of plain arrays.

    python -m training.reader.data --shared ../shared --out pack/

Every face is stored upright and at one size (`aligned`), with room around it so that training can
still turn, shift and scale it. `crops.npy` is (N, PACK, PACK, 3) uint8, `labels.npz` holds the
landmarks in crop pixels, the 52 blendshapes in our order, split, kind, yaw and name.
"""

from __future__ import annotations

import argparse
import csv
import io
import lzma
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from vasari.shape.crops import cut_out, upright
from vasari.values import BLENDSHAPES

PACK = 192  # pixels a stored crop
ROOM = 3.25  # eye distances a stored crop; the reader itself sees 2.5
EVERY = {"train": 12, "val": 25}  # one frame in so many
SKIPPED = {"pixa_0446.webp"}  # mostly border and leaf
INSIDE = 0.9  # a face with less of its landmarks inside the picture is left out


@dataclass(frozen=True)
class Labelled:
    """What the teacher says about T pictures: (T, 478, 3) px, (T, 52) in 0..255, (T,) degrees."""

    landmarks: np.ndarray
    blendshapes: np.ndarray
    yaw: np.ndarray


def rotations(vectors: np.ndarray) -> np.ndarray:
    """(T, 3) rotation vectors -> (T, 3, 3)."""
    return np.stack([cv2.Rodrigues(v.astype(np.float64))[0] for v in vectors])


def labelled(
    code: np.ndarray, pose: np.ndarray, blend: np.ndarray, z: Any, zero: np.ndarray
) -> Labelled:
    """Decodes one track, or all stills at once. `zero` (3, 3) leads to MediaPipe's zero pose."""
    shape = z["mean"] + (code * float(z["step"]) @ z["basis"]).reshape(-1, 478, 3)
    r = rotations(pose[:, 1:4])
    x = shape @ r.transpose(0, 2, 1) * np.exp(pose[:, 0])[:, None, None]
    # The teacher counts from the edge of the first pixel, OpenCV and we from its middle.
    x[:, :, :2] += pose[:, None, 4:6] - 0.5
    ahead = (r @ zero)[:, :, 2]
    yaw = np.degrees(np.arctan2(-ahead[:, 0], ahead[:, 2]))
    ours = np.zeros((len(x), len(BLENDSHAPES)), np.uint8)
    ours[:, :-1] = blend[:, 1:]  # the teacher's `_neutral` is dropped, tongueOut stays 0
    return Labelled(x.astype(np.float32), ours, yaw.astype(np.float32))


def cut(picture: np.ndarray, landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The stored crop and its landmarks in crop pixels."""
    m = upright(landmarks, PACK, ROOM)
    scale = float(np.hypot(m[0, 0], m[1, 0]))
    crop = cut_out(picture, m, PACK)
    moved = np.empty_like(landmarks)
    moved[:, :2] = landmarks[:, :2] @ m[:, :2].T + m[:, 2]
    moved[:, 2] = landmarks[:, 2] * scale
    return crop, moved


def inside(landmarks: np.ndarray, width: int, height: int) -> bool:
    x, y = landmarks[:, 0], landmarks[:, 1]
    return bool(((x > 0) & (x < width) & (y > 0) & (y < height)).mean() > INSIDE)


def of_clip(path: Path, label: Labelled, keep: np.ndarray) -> list[tuple[np.ndarray, ...]]:
    """Crops of the kept frames of a clip."""
    rows = []
    with av.open(str(path)) as box:
        for k, frame in enumerate(box.decode(video=0)):
            if k < len(keep) and keep[k]:
                picture = frame.to_ndarray(format="rgb24")
                if inside(label.landmarks[k], picture.shape[1], picture.shape[0]):
                    rows.append(
                        (*cut(picture, label.landmarks[k]), label.blendshapes[k], label.yaw[k])
                    )
    return rows


def of_still(path: Path, label: Labelled, k: int) -> list[tuple[np.ndarray, ...]]:
    picture = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    return [(*cut(picture, label.landmarks[k]), label.blendshapes[k], label.yaw[k])]


def read_npz(path: Path) -> Any:
    raw = path.read_bytes()
    if path.suffix == ".xz":
        raw = lzma.decompress(raw)
    return np.load(io.BytesIO(raw))


def stills(data: Path) -> Iterator[tuple[str, str, str, list[tuple[np.ndarray, ...]]]]:
    z = read_npz(data / "stills.npz.xz")
    zero = np.load(data / "topology.npz")["canonical_from_stills"]
    label = labelled(z["code"], z["pose"], z["blendshapes"], z, zero)
    place = {str(n): k for k, n in enumerate(z["names"])}
    for row in csv.DictReader((data / "stills.csv").open()):
        name = row["file"]
        if name not in SKIPPED:
            yield name, row["split"], "still", of_still(data / "stills" / name, label, place[name])


def one_clip(job: tuple[Path, str, Labelled, np.ndarray, str]) -> tuple[str, str, list[Any]]:
    path, split, label, keep, name = job
    return name, split, of_clip(path, label, keep)


def clips(data: Path, tracks: Any, workers: int) -> Iterator[tuple[str, str, str, list[Any]]]:
    zero = np.load(data / "topology.npz")["canonical_from_tracks"]
    jobs = []
    for n, row in enumerate(csv.DictReader((data / "clips.csv").open())):
        name, split = row["id"], row["split"]
        path = data / "clips" / f"{name}.mp4"
        if not path.exists():
            continue
        code = np.cumsum(tracks[f"{name}.code"].astype(np.int32), axis=0)
        keep = tracks[f"{name}.found"].astype(bool).copy()
        keep &= (np.arange(len(keep)) + n) % EVERY[split] == 0
        at = np.flatnonzero(keep)
        few = labelled(
            code[at], tracks[f"{name}.pose"][at], tracks[f"{name}.blendshapes"][at], tracks, zero
        )
        jobs.append((path, split, spread(few, at, len(keep)), keep, name))
    with ProcessPoolExecutor(workers) as pool:
        for name, split, rows in pool.map(one_clip, jobs, chunksize=4):
            yield name, split, "clip", rows


def spread(few: Labelled, at: np.ndarray, n: int) -> Labelled:
    """The kept frames' labels at their places of the whole clip (others empty)."""

    def at_places(a: np.ndarray) -> np.ndarray:
        whole = np.zeros((n, *a.shape[1:]), a.dtype)
        whole[at] = a
        return whole

    return Labelled(at_places(few.landmarks), at_places(few.blendshapes), at_places(few.yaw))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--tracks", type=Path, help="tracks.npz unpacked, read faster")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    data = Path(args.shared) / "data"
    tracks = np.load(args.tracks) if args.tracks else read_npz(data / "tracks.npz.xz")
    parts: dict[str, list[Any]] = {k: [] for k in ("crop", "mark", "blend", "yaw", "meta")}
    for source in (stills(data), clips(data, tracks, args.workers)):
        for name, split, kind, rows in source:
            for crop, mark, blend, yaw in rows:
                parts["crop"].append(crop)
                parts["mark"].append(mark)
                parts["blend"].append(blend)
                parts["yaw"].append(yaw)
                parts["meta"].append((name, split, kind))
    args.out.mkdir(parents=True, exist_ok=True)
    np.save(args.out / "crops.npy", np.stack(parts["crop"]))
    names, splits, kinds = np.array(parts["meta"]).T
    np.savez(
        args.out / "labels.npz",
        landmarks=np.stack(parts["mark"]).astype(np.float32),
        blendshapes=np.stack(parts["blend"]),
        yaw=np.array(parts["yaw"], np.float32),
        name=names,
        val=splits == "val",
        clip=kinds == "clip",
    )
    print(f"{len(names)} crops, {int((splits == 'val').sum())} of them for validation")


if __name__ == "__main__":
    main()
