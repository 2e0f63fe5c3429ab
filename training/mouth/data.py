"""Drawn mouths beside the real ones.

    python -m training.mouth.data --shared ../shared --out pack.npz

Stills with parted lips: the mouth is drawn over the real one, between the same lips, as if the
portrait had not shown it. Clips: one frame is the portrait and is drawn as others of the clip; its
pictures are the clip's at twice the size with the sharper crops of the lower face laid in. The
drawn upper row is moved and stretched a little to lie on the real one, so that the network learns
to believe it. The file holds `seen`
(N, 96, 128, 4), `real` (N, 96, 128, 3) uint8, `val` and `still` (N,) bool.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.painter.data import face_of, motion_of
from training.reader.data import Labelled, inside, labelled, read_npz
from vasari.follow.retarget import from_picture
from vasari.media import read_video
from vasari.portrait.flat import is_flat
from vasari.portrait.mouth import read_mouth
from vasari.portrait.teeth import DENSITY, HALF_WIDTH
from vasari.render import Renderer
from vasari.render.layers import Now
from vasari.render.layers.mouth import Mouth
from vasari.render.layers.mouth_painter import HEIGHT, WIDTH, look, window
from vasari.shape.space import Pose, Rig, face_space
from vasari.values import Face, Picture

OPEN = 0.03  # eye distances between the lips from which a mouth is learnt from
MOST_YAW = 35.0  # degrees
PICTURES = 8  # of a clip, for each of two portraits
SHIFTS, WIDTHS, DROPS = (-0.03, -0.015, 0.015, 0.03), (0.9, 1.1), (-0.03, -0.015, 0.015)
LEAST_GAIN = 0.02  # of correlation, for which the row is moved
RING = face_space().rings["lips_inner"]


@dataclass(frozen=True)
class Shot:
    """A picture to draw a mouth into, when, and what the camera saw."""

    picture: Picture
    now: Now
    real: Picture


class HiddenMouth(Mouth):
    """A mouth of which the portrait's own pixels are not known, between lips that a camera saw as
    they are: nothing has to shade them."""

    def __init__(self, shot: Shot, closed: np.ndarray) -> None:
        points, pose = shot.now.points, shot.now.pose
        traits = read_mouth(shot.picture, points, pose, closed, closed)
        super().__init__(traits, points, pose.scale, closed, closed)

    def _amounts(self, gap: float, share: float) -> np.ndarray:
        return super()._amounts(gap, share) * np.float32([1, 1, 0, 0])


def mouth_of(face: Face, renderer: Renderer) -> Mouth:
    stage, rig = renderer.stage, renderer.puppet.rig
    own, closed = rig.shape(face.expression), rig.shape(np.zeros_like(face.expression))
    return Mouth(face.traits.mouth, stage.landmarks, stage.pose.scale, closed, own)


def seen(mouth: Mouth, shot: Shot) -> np.ndarray:
    drawn = shot.picture.copy()
    mouth.draw(drawn, shot.now)
    return look(drawn, shot.now.points[RING, :2], window(shot.now.pose, mouth.line))


def camera(mouth: Mouth, shot: Shot) -> np.ndarray:
    m = window(shot.now.pose, mouth.line)
    return cv2.warpAffine(shot.real, m, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)


def details(picture: np.ndarray) -> np.ndarray:
    grey = picture[..., :3].mean(2).astype(np.float32)
    return grey - cv2.GaussianBlur(grey, (0, 0), 5)


def likeness(mouth: Mouth, shots: list[Shot], reals: list[np.ndarray]) -> float:
    """How well the drawn upper half goes with the real one."""
    total = 0.0
    for shot, real in zip(shots, reals, strict=True):
        drawn = seen(mouth, shot)
        where = drawn[..., 3] > 200
        if where.sum() > 40:
            total += float(np.corrcoef(details(drawn)[where], details(real)[where])[0, 1])
    return total


def fit(mouth: Mouth, shots: list[Shot]) -> None:
    """Lay the drawn upper row onto the real one: its shift, then width, then height."""
    plain, reals = mouth._textures[2].copy(), [camera(mouth, shot) for shot in shots]
    placed = [0.0, 1.0, 0.0]
    best = likeness(mouth, shots, reals) + LEAST_GAIN * len(shots)
    for k, choices in enumerate((SHIFTS, WIDTHS, DROPS)):
        for choice in choices:
            tried = [*placed[:k], choice, *placed[k + 1 :]]
            mouth._textures[2] = moved(plain, *tried)
            now = likeness(mouth, shots, reals)
            if now > best:
                best, placed = now, tried
    mouth._textures[2] = moved(plain, *placed)


def moved(texture: np.ndarray, shift: float, width: float, drop: float) -> np.ndarray:
    m = np.array([[width, 0, (HALF_WIDTH * (1 - width) + shift) * DENSITY],
                  [0, 1, drop * DENSITY]], np.float64)  # fmt: skip
    return cv2.warpAffine(texture, m, texture.shape[1::-1])


def of_still(picture: Picture, label: Labelled, k: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    face = face_of(picture, label.landmarks[k], label.blendshapes[k])
    if is_flat(picture, face.landmarks):
        return
    pose = Pose(face.rotation, face.scale, face.origin)
    rig = Rig(face.neutral, face.expression)
    own, closed = rig.shape(face.expression), rig.shape(np.zeros_like(face.expression))
    now = Now(pose, own, face.landmarks, face.expression, face.gaze, np.zeros((0, 0, 2)))
    shot = Shot(picture, now, picture)
    mouth = HiddenMouth(shot, closed)
    fit(mouth, [shot])
    yield seen(mouth, shot), camera(mouth, shot)


def sharper(whole: Picture, lower: Picture, m: np.ndarray) -> Picture:
    """A 256 pixel frame at twice the size, with the crop of its lower face (at `m`) laid in."""
    big = cv2.resize(whole, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    back = cv2.invertAffineTransform(m.astype(np.float64))
    back = np.array([[2, 0, 0.5], [0, 2, 0.5]]) @ np.vstack([back, [0, 0, 1]])
    share = np.zeros(lower.shape[:2], np.float32)
    share[8:-8, 8:-8] = 1
    size = big.shape[1::-1]
    share = cv2.warpAffine(cv2.GaussianBlur(share, (0, 0), 4), back, size)[..., None]
    laid = cv2.warpAffine(lower, back, size, flags=cv2.INTER_CUBIC)
    return (big * (1 - share) + laid * share + 0.5).astype(np.uint8)


def doubled(landmarks: np.ndarray) -> np.ndarray:
    out = 2 * landmarks
    out[..., :2] += 0.5  # pixels are counted from their middles
    return out


def of_clip(
    whole: Path, lower: Path, places: np.ndarray, label: Labelled, found: np.ndarray, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    frames, crops = list(read_video(whole)), list(read_video(lower))
    n = min(len(frames), len(crops), len(found), len(places))
    unit = np.linalg.norm(label.landmarks[:, 33] - label.landmarks[:, 263], axis=1)
    gap = np.linalg.norm(label.landmarks[:, 13] - label.landmarks[:, 14], axis=1) / unit
    good = [k for k in range(n) if found[k] and inside(label.landmarks[k], 256, 256)
            and abs(label.yaw[k]) < MOST_YAW]  # fmt: skip
    wide = [k for k in good if gap[k] > OPEN]
    if len(wide) < 6:
        return
    double = Labelled(doubled(label.landmarks), label.blendshapes, label.yaw)
    shut = good[int(np.argmin(gap[good]))]
    for start in (shut, int(rng.choice(wide))):
        face = face_of(sharper(frames[start], crops[start], places[start]),
                       double.landmarks[start], label.blendshapes[start])  # fmt: skip
        moved = motion_of(double, found, start)
        moves = from_picture(face, moved, moved.part(start, start + 1))
        if face.traits.flat:
            return
        renderer = Renderer(face, frame="full", paint="none")
        mouth = mouth_of(face, renderer)
        shots = []
        for k in rng.choice(wide, min(PICTURES, len(wide)), replace=False):
            x0, y0, x1, y1 = renderer.stage.box
            drawn = renderer.draw(moves, int(k))[y0:y1, x0:x1]
            real = sharper(frames[k], crops[k], places[k])[y0:y1, x0:x1]
            shots.append(Shot(drawn, renderer.now(moves, int(k)), real))
        if start == shut:
            fit(mouth, shots[:3])
        for shot in shots:
            yield seen(mouth, shot), camera(mouth, shot)


def stills(data: Path) -> Iterator[tuple[bool, np.ndarray, np.ndarray]]:
    z = read_npz(data / "stills.npz.xz")
    zero = np.load(data / "topology.npz")["canonical_from_stills"]
    label = labelled(z["code"], z["pose"], z["blendshapes"], z, zero)
    place = {str(n): k for k, n in enumerate(z["names"])}
    for row in csv.DictReader((data / "stills.csv").open()):
        k = place[row["file"]]
        if float(row["lip_gap"]) > OPEN and abs(label.yaw[k]) < MOST_YAW:
            picture = cv2.cvtColor(cv2.imread(str(data / "stills" / row["file"])),
                                   cv2.COLOR_BGR2RGB)  # fmt: skip
            for pair in of_still(picture, label, k):
                yield row["split"] == "val", *pair


def clips(data: Path) -> Iterator[tuple[bool, np.ndarray, np.ndarray]]:
    tracks, lower = read_npz(data / "tracks.npz.xz"), np.load(data / "lower.npz")
    zero = np.load(data / "topology.npz")["canonical_from_tracks"]
    with (data / "clips.csv").open() as table:
        rows = [(row["id"], row["split"]) for row in csv.DictReader(table)]
    for seed, (name, split) in enumerate(rows):
        whole, crops = data / "clips" / f"{name}.mp4", data / "lower" / f"{name}.mp4"
        if not (whole.is_file() and crops.is_file()):
            continue
        track = np.cumsum(tracks[f"{name}.code"].astype(np.int32), axis=0)
        label = labelled(track, tracks[f"{name}.pose"], tracks[f"{name}.blendshapes"], tracks, zero)
        found = tracks[f"{name}.found"].astype(bool)
        for pair in of_clip(whole, crops, lower[name], label, found, seed):
            yield split == "val", *pair


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=("stills", "clips"), help="one half, to run beside")
    args = parser.parse_args()
    data = Path(args.shared) / "data"
    rows = []
    for name, source in (("stills", stills), ("clips", clips)):
        if args.only in (None, name):
            for row in source(data):
                rows.append((name == "stills", *row))
                if len(rows) % 500 == 0:
                    print(f"{len(rows)} mouths, {name}", flush=True)
    still, val, drawn, real = zip(*rows, strict=True)
    np.savez(args.out, seen=np.array(drawn), real=np.array(real), val=np.array(val),
             still=np.array(still))  # fmt: skip


if __name__ == "__main__":
    main()
