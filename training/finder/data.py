"""Packs whole pictures with one face each, and composes training pictures from them.

    python -m training.finder.data --shared ../shared --out pack/

`pictures.npy` is (N, 256, 256, 3) uint8, each picture in the upper left corner of its square;
`labels.npz` has its size, the landmarks in pixels and the split. `scene` puts one to four of them,
turned and scaled, on surroundings, textures and noise, or none at all.
"""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import skimage

from training.reader.augment import Random, blur, grey, jpeg, noise, paint, similarity, tone
from training.reader.data import SKIPPED, Labelled, inside, labelled, read_npz

PACK = 256  # pixels a stored picture
FRAMES = {"train": 4, "val": 4}  # of each clip
SMALLEST = 13  # pixels a face side; smaller ones are neither right nor wrong
# Pictures that scikit-image ships and that hold no face. The others are kept for the test.
FACELESS = ("chelsea.png", "grass.png", "gravel.png", "clock_motion.png", "page.png", "moon.png",
            "ihc.png", "retina.jpg", "motorcycle_left.png", "cell.png", "color.png", "logo.png",
            "chessboard_GRAY.png", "microaneurysms.png", "coins.png", "horse.png", "brick.png",
            "hubble_deep_field.jpg")  # fmt: skip


def shrunk(picture: np.ndarray, marks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The picture in the corner of its square, its landmarks (478, 2), its width and height."""
    f = min(1.0, PACK / max(picture.shape[:2]))
    if f < 1:
        picture = cv2.resize(picture, None, fx=f, fy=f, interpolation=cv2.INTER_AREA)
    picture = picture[:PACK, :PACK]
    square = np.zeros((PACK, PACK, 3), np.uint8)
    square[: picture.shape[0], : picture.shape[1]] = picture
    return square, ((marks[:, :2] + 0.5) * f - 0.5), np.array(picture.shape[1::-1])


def stills(data: Path, rows: list[tuple[Any, ...]]) -> None:
    z = read_npz(data / "stills.npz.xz")
    zero = np.load(data / "topology.npz")["canonical_from_stills"]
    label = labelled(z["code"], z["pose"], z["blendshapes"], z, zero)
    place = {str(n): k for k, n in enumerate(z["names"])}
    for row in csv.DictReader((data / "stills.csv").open()):
        if row["file"] not in SKIPPED:
            picture = cv2.imread(str(data / "stills" / row["file"]))[:, :, ::-1]
            marks = label.landmarks[place[row["file"]]]
            rows.append((*shrunk(picture, marks), row["split"] == "val"))


def clip(
    path: Path, label: Labelled, at: np.ndarray, val: bool, rows: list[tuple[Any, ...]]
) -> None:
    """A few frames of a clip; only as much is decoded as they need."""
    wanted = {int(k): n for n, k in enumerate(at)}
    with av.open(str(path)) as box:
        for k, frame in enumerate(box.decode(video=0)):
            if k in wanted:
                marks = label.landmarks[wanted[k]]
                picture = frame.to_ndarray(format="rgb24")
                if inside(marks, *picture.shape[1::-1]):
                    rows.append((*shrunk(picture, marks), val))
            if k >= max(wanted, default=0):
                break


def clips(data: Path, tracks: Any, rows: list[tuple[Any, ...]]) -> None:
    zero = np.load(data / "topology.npz")["canonical_from_tracks"]
    for row in csv.DictReader((data / "clips.csv").open()):
        name, path = row["id"], data / "clips" / f"{row['id']}.mp4"
        if path.exists():
            found = np.flatnonzero(tracks[f"{name}.found"][:100])
            at = found[np.linspace(0, len(found) - 1, FRAMES[row["split"]]).astype(int)]
            code = np.cumsum(tracks[f"{name}.code"][:101].astype(np.int32), axis=0)[at]
            label = labelled(code, tracks[f"{name}.pose"][at], tracks[f"{name}.blendshapes"][at],
                             tracks, zero)  # fmt: skip
            clip(path, label, at, row["split"] == "val", rows)


def texture(side: int, rng: Random) -> np.ndarray:
    """Noise of several grains, gradients, stripes and random blobs."""
    x = np.zeros((side, side, 3), np.float32)
    x[:] = rng.uniform(0, 255, 3)
    for _ in range(rng.integers(1, 5)):
        n = int(2 ** rng.uniform(1, 7.5))
        grain = rng.normal(0, rng.uniform(10, 60), (n, n, rng.choice([1, 3])))
        grown = cv2.resize(
            grain.astype(np.float32), (side, side), interpolation=int(rng.choice([0, 1, 2]))
        )
        x += grown if grown.ndim == 3 else grown[..., None]
    if rng.random() < 0.3:
        wave = np.sin(np.linspace(0, rng.uniform(5, 150), side) + rng.uniform(0, 6))
        x += (wave[:, None] if rng.random() < 0.5 else wave[None])[..., None] * rng.uniform(10, 60)
    x = np.clip(x, 0, 255).astype(np.uint8)
    for _ in range(rng.integers(0, 14) if rng.random() < 0.6 else 0):
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        middle = tuple(int(c) for c in rng.integers(0, side, 2))
        axes = tuple(int(c) for c in rng.integers(2, side // 3, 2))
        thick = -1 if rng.random() < 0.7 else 2
        if rng.random() < 0.6:
            cv2.ellipse(x, middle, axes, float(rng.uniform(0, 180)), 0, 360, colour, thick)
        else:
            cv2.rectangle(x, middle, (middle[0] + axes[0], middle[1] + axes[1]), colour, thick)
    return x


class Scenes:
    """Random pictures of `side` pixels with the boxes of their faces."""

    def __init__(self, pack: Path, side: int, val: bool) -> None:
        self.pictures = np.load(pack / "pictures.npy", mmap_mode="r")
        z = np.load(pack / "labels.npz")
        self.marks, self.size = z["landmarks"], z["size"]
        self.at = np.flatnonzero(z["val"] == val)
        self.side = side
        folder = Path(skimage.__file__).parent / "data"
        read = [cv2.imread(str(folder / n)) for n in FACELESS]
        self.faceless = [p[:, :, ::-1] for p in read if p is not None]

    def picture(self, n: int) -> np.ndarray:
        w, h = self.size[n]
        return np.asarray(self.pictures[n, :h, :w])

    def beside(self, rng: Random) -> np.ndarray:
        """A piece of a picture that its face hardly reaches, blown up to the whole side."""
        for _ in range(8):
            n = rng.choice(self.at)
            picture, marks = self.picture(n), self.marks[n]
            h, w = picture.shape[:2]
            piece = int(rng.uniform(0.15, 0.6) * min(h, w))
            x, y = rng.integers(0, w - piece + 1), rng.integers(0, h - piece + 1)
            near = (marks > (x, y)).all(1) & (marks < (x + piece, y + piece)).all(1)
            if near.mean() < 0.08:
                part = picture[y : y + piece, x : x + piece]
                return cv2.resize(part, (self.side, self.side), interpolation=cv2.INTER_LINEAR)
        return texture(self.side, rng)

    def ground(self, rng: Random) -> np.ndarray:
        kind = rng.random()
        if kind < 0.42:
            return self.beside(rng)
        if kind < 0.74:
            picture = self.faceless[rng.integers(len(self.faceless))]
            h, w = picture.shape[:2]
            piece = int(rng.uniform(0.12, 1.0) * min(h, w))
            x, y = rng.integers(0, w - piece + 1), rng.integers(0, h - piece + 1)
            part = np.rot90(picture[y : y + piece, x : x + piece], rng.integers(4))
            return cv2.resize(np.ascontiguousarray(part), (self.side, self.side),
                              interpolation=cv2.INTER_AREA)  # fmt: skip
        if kind < 0.8:
            x = np.zeros((self.side, self.side, 3), np.uint8)
            x[:] = rng.integers(0, 256, 3) if rng.random() < 0.5 else rng.choice([0, 255])
            return x
        return texture(self.side, rng)

    def paste(
        self, x: np.ndarray, boxes: list[np.ndarray], face: float, tries: int, rng: Random
    ) -> None:
        """Puts a face of about `face` pixels into `x` where none is yet."""
        n = rng.choice(self.at)
        picture, marks = self.picture(n), self.marks[n]
        if rng.random() < 0.5:
            picture, marks = picture[:, ::-1], marks * (-1, 1) + (picture.shape[1] - 1, 0)
        low, high = marks.min(0), marks.max(0)
        scale = face / float((high - low).max())
        turn = rng.normal(0, 8) if rng.random() < 0.65 else rng.uniform(-50, 50)
        reach = self.side * (0.5 - 0.5 * min(1.0, face / self.side) * 0.85)
        for _ in range(tries):
            to = self.side / 2 + rng.uniform(-1, 1, 2) * reach
            m = similarity(turn, scale, (low + high) / 2, 0) + [[0, 0, to[0]], [0, 0, to[1]]]
            put = marks @ m[:, :2].T + m[:, 2]
            box = square_about(put)
            if all(apart(box, other) for other in boxes):
                break
        else:
            return
        fills = scale * min(picture.shape[:2]) > 0.85 * self.side
        if scale < 0.6:
            f = scale * 1.3
            picture = cv2.resize(picture, None, fx=f, fy=f, interpolation=cv2.INTER_AREA)
            m = m @ np.diag([1 / f, 1 / f, 1.0])
        whole = (self.side, self.side)
        if not boxes and rng.random() < (
            0.7 if fills else 0.08
        ):  # the picture fills the frame, its border repeated
            x[:] = cv2.warpAffine(
                np.ascontiguousarray(picture), m, whole, borderMode=cv2.BORDER_REPLICATE
            )
        else:
            mask = np.full(picture.shape[:2], 255, np.uint8)
            if rng.random() < 0.4:  # an oval vignette instead of a sheet
                mask[:] = 0
                h, w = mask.shape
                cv2.ellipse(
                    mask, (w // 2, h // 2), (int(w * 0.49), int(h * 0.49)), 0, 0, 360, 255, -1
                )
            mask = cv2.warpAffine(mask, m, whole).astype(np.float32)[..., None] / 255
            if rng.random() < 0.4:
                mask = cv2.GaussianBlur(mask, (0, 0), 3)[..., None]
            put_on = cv2.warpAffine(
                np.ascontiguousarray(picture), m, whole, borderMode=cv2.BORDER_REPLICATE
            )
            x[:] = (put_on * mask + x * (1 - mask)).astype(np.uint8)
        boxes.append(box)

    def __call__(self, rng: Random) -> tuple[np.ndarray, np.ndarray]:
        """(side, side, 3) and the boxes (n, 3): middle x, y and side in pixels."""
        x = np.ascontiguousarray(self.ground(rng))
        boxes: list[np.ndarray] = []
        faces = rng.choice([0, 1, 2, 3, 4], p=[0.22, 0.5, 0.12, 0.08, 0.08])
        for k in range(faces):
            low, high = (0.28, 1.15) if faces == 1 and rng.random() < 0.6 else (0.07, 0.42)
            face = self.side * float(np.exp(rng.uniform(np.log(low), np.log(high))))
            self.paste(x, boxes, face, 6 if k else 1, rng)
        if faces and rng.random() < 0.15:  # wide and tall pictures come with bars
            bar = int(rng.uniform(0.05, 0.3) * self.side)
            colour = 0
            if all(bar < b[1] - b[2] / 2 and b[1] + b[2] / 2 < self.side - bar for b in boxes):
                x[:bar], x[-bar:] = colour, colour
            elif all(bar < b[0] - b[2] / 2 and b[0] + b[2] / 2 < self.side - bar for b in boxes):
                x[:, :bar], x[:, -bar:] = colour, colour
        for change, chance in ((tone, 0.6), (paint, 0.12), (grey, 0.12), (blur, 0.12),
                               (noise, 0.1), (jpeg, 0.12)):  # fmt: skip
            if rng.random() < chance:
                x = change(x, rng)
        return x, np.array(boxes, np.float32).reshape(-1, 3)


def square_about(marks: np.ndarray) -> np.ndarray:
    low, high = marks.min(0), marks.max(0)
    return np.array([*(low + high) / 2, float((high - low).max())])


def apart(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(max(abs(a[0] - b[0]), abs(a[1] - b[1])) > (a[2] + b[2]) * 0.62)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--tracks", type=Path, help="tracks.npz unpacked, read faster")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    data = Path(args.shared) / "data"
    rows: list[tuple[Any, ...]] = []
    stills(data, rows)
    clips(data, np.load(args.tracks) if args.tracks else read_npz(data / "tracks.npz.xz"), rows)
    args.out.mkdir(parents=True, exist_ok=True)
    np.save(args.out / "pictures.npy", np.stack([r[0] for r in rows]))
    np.savez(args.out / "labels.npz", landmarks=np.stack([r[1] for r in rows]).astype(np.float32),
             size=np.stack([r[2] for r in rows]), val=np.array([r[3] for r in rows]))  # fmt: skip
    print(f"{len(rows)} pictures")


if __name__ == "__main__":
    main()
