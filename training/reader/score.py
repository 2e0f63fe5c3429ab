"""Measures the shipped reader on people it never saw, as the product runs it.

    python -m training.reader.score --shared ../shared --out training/reader/score.json

Two-dimensional landmark errors in eye distances (outer corners, in space, so that a turned head
is not counted smaller), by region, kind and turn. "boxed" starts from the box of the teacher's
landmarks with a little disorder, as a finder gives it; "tracked" reads each clip frame from the
landmarks of the frame before.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from training.reader.data import SKIPPED, Labelled, inside, labelled, read_npz
from vasari.portrait.finder import FaceBox
from vasari.portrait.reader import read_landmarks

TURNS = ((0, 15), (15, 30), (30, 60))  # degrees of |yaw|
EVERY = 25  # one clip frame in so many is read from its box
TRACKED = 50  # frames of each clip read one after the other
LIP_GAP = (13, 14)


def regions(topology: Any) -> dict[str, np.ndarray]:
    return {
        "all": np.arange(478),
        "lips": np.concatenate([topology["lips_outer"], topology["lips_inner"]]),
        "eyes": np.concatenate([topology["left_eye"], topology["right_eye"]]),
        "irises": np.arange(468, 478),
        "oval": topology["face_oval"],
    }


def loose_box(marks: np.ndarray, rng: np.random.Generator) -> FaceBox:
    """The square about the landmarks, some per cent off in place and size."""
    low, high = marks[:, :2].min(0), marks[:, :2].max(0)
    side = float((high - low).max()) * float(np.exp(rng.normal(0, 0.08)))
    x, y = (low + high) / 2 + rng.normal(0, 0.05, 2) * side - side / 2
    return FaceBox(float(x), float(y), side, side, 1.0)


def stills(data: Path) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, float]]:
    z = read_npz(data / "stills.npz.xz")
    zero = np.load(data / "topology.npz")["canonical_from_stills"]
    label = labelled(z["code"], z["pose"], z["blendshapes"], z, zero)
    place = {str(n): k for k, n in enumerate(z["names"])}
    for row in csv.DictReader((data / "stills.csv").open()):
        if row["split"] == "val" and row["file"] not in SKIPPED:
            k = place[row["file"]]
            picture = cv2.cvtColor(
                cv2.imread(str(data / "stills" / row["file"])), cv2.COLOR_BGR2RGB
            )
            yield picture, label.landmarks[k], label.blendshapes[k] / 255, float(label.yaw[k])


def clips(data: Path, tracks: Any) -> Iterator[tuple[str, list[np.ndarray], Labelled, np.ndarray]]:
    zero = np.load(data / "topology.npz")["canonical_from_tracks"]
    for row in csv.DictReader((data / "clips.csv").open()):
        name = row["id"]
        path = data / "clips" / f"{name}.mp4"
        if row["split"] == "val" and path.exists():
            with av.open(str(path)) as box:
                pictures = [f.to_ndarray(format="rgb24") for f in box.decode(video=0)]
            code = np.cumsum(tracks[f"{name}.code"].astype(np.int32), axis=0)
            label = labelled(code, tracks[f"{name}.pose"], tracks[f"{name}.blendshapes"],
                             tracks, zero)  # fmt: skip
            yield name, pictures, label, tracks[f"{name}.found"].astype(bool)


class Table:
    """Errors gathered by (kind, region)."""

    def __init__(self, topology: Any) -> None:
        self.regions = regions(topology)
        self.rows: dict[str, list[dict[str, float]]] = defaultdict(list)

    def add(
        self, kind: str, reading: Any, marks: np.ndarray, blend: np.ndarray, yaw: float
    ) -> None:
        eye = float(np.linalg.norm(marks[33] - marks[263]))
        off = np.linalg.norm(reading.landmarks[:, :2] - marks[:, :2], axis=1) / eye
        row = {name: float(off[at].mean()) for name, at in self.regions.items()}
        a, b = LIP_GAP
        gaps = [
            float(np.linalg.norm(m[a, :2] - m[b, :2])) / eye for m in (reading.landmarks, marks)
        ]
        depth = reading.landmarks[:, 2] - marks[:, 2]
        row |= {"lip gap": abs(gaps[0] - gaps[1]), "depth": float(np.abs(depth).mean()) / eye,
                "blendshapes": float(np.abs(reading.blendshapes - blend)[:51].mean()),
                "confidence": reading.confidence, "yaw": abs(yaw)}  # fmt: skip
        self.rows[kind].append(row)

    def summary(self) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for kind, rows in self.rows.items():
            groups = {"all turns": rows}
            for low, high in TURNS:
                groups[f"{low}-{high} degrees"] = [r for r in rows if low <= r["yaw"] < high]
            out[kind] = {
                turn: {"pictures": len(some)}
                | {k: round(float(np.mean([r[k] for r in some])), 4) for k in some[0] if k != "yaw"}
                | {"worst tenth": round(float(np.quantile([r["all"] for r in some], 0.9)), 4)}
                for turn, some in groups.items() if some
            }  # fmt: skip
        return out


def track(table: Table, pictures: list[np.ndarray], label: Labelled, found: np.ndarray) -> None:
    near = None
    for k in range(min(TRACKED, len(pictures), len(found))):
        box = None if near is not None else loose_box(label.landmarks[k], np.random.default_rng(k))
        reading = read_landmarks(pictures[k], box, views=1, near=near)
        near = reading.landmarks
        if found[k] and k and inside(label.landmarks[k], *pictures[k].shape[1::-1]):
            table.add("clips, tracked", reading, label.landmarks[k], label.blendshapes[k] / 255,
                      float(label.yaw[k]))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--tracks", type=Path, help="tracks.npz unpacked, read faster")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("score.json"))
    parser.add_argument("--quick", type=int, default=1, help="only one picture in so many")
    args = parser.parse_args()
    data = Path(args.shared) / "data"
    rng = np.random.default_rng(0)
    table = Table(np.load(data / "topology.npz"))
    begun = time.time()
    for k, (picture, marks, blend, yaw) in enumerate(stills(data)):
        if k % args.quick == 0:
            reading = read_landmarks(picture, loose_box(marks, rng))
            table.add("stills, boxed", reading, marks, blend, yaw)
    tracks = np.load(args.tracks) if args.tracks else read_npz(data / "tracks.npz.xz")
    for n, (_, pictures, label, found) in enumerate(clips(data, tracks)):
        if n % args.quick:
            continue
        for k in range(0, min(len(pictures), len(found)), EVERY):
            if found[k] and inside(label.landmarks[k], *pictures[k].shape[1::-1]):
                reading = read_landmarks(pictures[k], loose_box(label.landmarks[k], rng))
                table.add("clips, boxed", reading, label.landmarks[k], label.blendshapes[k] / 255,
                          float(label.yaw[k]))  # fmt: skip
        track(table, pictures, label, found)
    out = table.summary()
    args.out.write_text(json.dumps(out, indent=1) + "\n")
    for kind, turns in out.items():
        for turn, row in turns.items():
            shown = " ".join(f"{k} {v:.2%}" for k, v in row.items() if k != "pictures")
            print(f"{kind}, {turn} ({row['pictures']}): {shown}")
    print(f"{time.time() - begun:.0f} s")


if __name__ == "__main__":
    main()
