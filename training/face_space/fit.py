"""Fit the expression basis of the face space on the teacher's tracks.

    python -m training.face_space.fit --shared ../shared [--codes codes.npz]

A tracked shape is taken as  neutral_of_this_clip + blendshapes @ B[:52] + residuals @ B[52:].
B[:52] comes from ridge regression of shape changes on blendshape changes inside each training
clip, made left-right symmetric by adding the mirrored data; the residual axes are the principal
components of what is left, lips and lids weighted up. Each residual has unit variance on the
training clips. The teacher's tracks were aligned with the jaw and the lips in the balance, so an
opening jaw shrank and lifted the skull; what of an axis is a move, turn or growth of the skull is
taken out again: that belongs to the pose. Prints how much of the motion of lips, lids and the whole
face is explained on validation clips.
"""

from __future__ import annotations

import argparse
import csv
import io
import lzma
from pathlib import Path
from typing import Any

import numpy as np

from training.face_space.authored import with_authored
from vasari.shape.space import rigid_weights, similarity
from vasari.values import BLENDSHAPES, EXPRESSION, RESIDUALS

SWAP = [
    BLENDSHAPES.index(
        n.replace("Left", "Right") if "Left" in n else n.replace("Right", "Left")
    )
    if n not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight")
    else BLENDSHAPES.index({"jawLeft": "jawRight", "jawRight": "jawLeft",
                            "mouthLeft": "mouthRight", "mouthRight": "mouthLeft"}[n])
    for n in BLENDSHAPES
]  # fmt: skip
RIDGE = 3.0  # in squared blendshape units: calms axes that hardly occur
EVERY = 4  # take each 4th frame: neighbours say the same


class Tracks:
    """The teacher's tracks, decoded clip by clip into the canonical face space."""

    def __init__(self, shared: Path) -> None:
        data = shared / "data"
        with lzma.open(data / "tracks.npz.xz") as f:
            self.z: dict[str, Any] = dict(np.load(io.BytesIO(f.read())))
        self.topology = dict(np.load(data / "topology.npz"))
        self.rows = {r["id"]: r for r in csv.DictReader((data / "clips.csv").open())}
        self.canonical = self.topology["canonical_from_tracks"]

    def shapes(self, clip: str) -> np.ndarray:
        code = np.cumsum(self.z[f"{clip}.code"].astype(np.int32), axis=0) * float(self.z["step"])
        flat = self.z["mean"] + (code @ self.z["basis"]).reshape(-1, 478, 3)
        return (flat @ self.canonical).astype(np.float32)  # (T, 478, 3)

    def blendshapes(self, clip: str) -> np.ndarray:
        values = self.z[f"{clip}.blendshapes"][:, 1:].astype(np.float32) / 255
        return np.pad(values, ((0, 0), (0, 1)))  # tongueOut is not labelled

    def found(self, clip: str) -> np.ndarray:
        return self.z[f"{clip}.found"].astype(bool)

    def ids(self, split: str) -> list[str]:
        return [i for i, r in self.rows.items() if r["split"] == split]


def mirrored(shapes: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    return shapes[:, mirror] * np.array([-1, 1, 1], np.float32)


def region_weights(topology: dict[str, np.ndarray]) -> np.ndarray:
    weight = np.ones(478, np.float32)
    for name, w in (("lips_outer", 3), ("lips_inner", 4), ("left_eye", 2), ("right_eye", 2)):
        weight[topology[name]] = w
    weight[468:] = 0  # irises belong to gaze
    return weight


def fit(tracks: Tracks) -> np.ndarray:
    """Returns B, (EXPRESSION, 478, 3)."""
    mirror = tracks.topology["mirror"]
    xtx, xty, kept = np.zeros((52, 52)), np.zeros((52, 478 * 3)), []
    for clip in tracks.ids("train"):
        ok = tracks.found(clip)
        shapes, coeffs = tracks.shapes(clip)[ok][::EVERY], tracks.blendshapes(clip)[ok][::EVERY]
        if len(shapes) < 10:
            continue
        for s, b in ((shapes, coeffs), (mirrored(shapes, mirror), coeffs[:, SWAP])):
            ds, db = (s - s.mean(0)).reshape(len(s), -1), b - b.mean(0)
            xtx += db.T @ db
            xty += db.T @ ds
            kept.append((ds, db))
    first = np.linalg.solve(xtx + RIDGE * np.eye(52), xty)
    first[-1] = 0
    weight = np.repeat(region_weights(tracks.topology), 3)
    left = np.concatenate([ds - db @ first for ds, db in kept]) * weight
    _, vectors = np.linalg.eigh(left.T @ left)
    axes = vectors[:, ::-1][:, :RESIDUALS].T  # (16, 1434) orthonormal under the weights
    spread = (left @ axes.T).std(0)
    residual = np.where(weight > 0, axes * spread[:, None] / np.maximum(weight, 1e-6), 0)
    return np.concatenate([first, residual]).reshape(EXPRESSION, 478, 3).astype(np.float32)


def without_pose(basis: np.ndarray, mean: np.ndarray, rigid: np.ndarray) -> np.ndarray:
    """The basis less what of each axis is a small similarity of the rigid points (468 weights)."""
    moves = np.tile(np.eye(3)[:, None], (1, 478, 1))  # (3, 478, 3)
    turns = np.stack([np.cross(np.eye(3)[k], mean) for k in range(3)])
    tangent = np.concatenate([moves, turns, mean[None]]).astype(np.float64)  # (7, 478, 3)
    weight = np.sqrt(rigid)[:, None]
    a = (tangent[:, :468] * weight).reshape(7, -1).T
    b = (basis[:, :468] * weight).reshape(len(basis), -1).T
    share = np.linalg.lstsq(a, b, rcond=None)[0]  # (7, EXPRESSION)
    return (basis - np.tensordot(share.T, tangent, 1)).astype(np.float32)


def aligned(shapes: np.ndarray, codes: np.ndarray, space: dict[str, np.ndarray]) -> np.ndarray:
    """Shapes (T, 478, 3) with the skull, not the whole face, laid on the mean face."""
    out = np.empty_like(shapes)
    weight = rigid_weights(space["mean"], space)
    for k, shape in enumerate(shapes):
        target = space["mean"] + np.tensordot(codes[k], space["basis"][: len(codes[k])], 1)
        matrix, scale, origin = similarity(target[:468], shape[:468], weight)
        out[k] = (shape - origin) @ matrix / scale
    return out


def residual_reader(basis: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(1434, 16): what of a shape difference (after the blendshapes) each residual explains."""
    w = np.repeat(weight, 3)
    a = basis[52:].reshape(RESIDUALS, -1).T * w[:, None]
    return (np.linalg.pinv(a) * w).T.astype(np.float32)


def code_clip(tracks: Tracks, clip: str, space: dict[str, np.ndarray], read: np.ndarray):
    """Returns codes (T, 68), the clip's neutral (478, 3) and the shapes that were coded."""
    b, basis = tracks.blendshapes(clip), space["basis"]
    shapes = aligned(tracks.shapes(clip), b, space)
    ok = tracks.found(clip)
    rest = shapes - np.tensordot(b, basis[:52], 1)
    neutral = np.median(rest[ok], axis=0) if ok.any() else rest.mean(0)
    residual = (rest - neutral).reshape(len(shapes), -1) @ read
    codes = np.concatenate([b, residual], 1).astype(np.float32)
    return codes, neutral.astype(np.float32), shapes


def mean_face(tracks: Tracks, basis: np.ndarray) -> np.ndarray:
    """(478, 3) the mean of the training clips' neutrals, made symmetric."""
    neutrals = []
    for clip in tracks.ids("train"):
        rest = tracks.shapes(clip) - np.tensordot(tracks.blendshapes(clip), basis[:52], 1)
        ok = tracks.found(clip)
        neutrals.append(np.median(rest[ok], axis=0) if ok.any() else rest.mean(0))
    mean = np.mean(neutrals, axis=0)
    return (mean + mirrored(mean[None], tracks.topology["mirror"])[0]) / 2


def report(tracks: Tracks, space: dict[str, np.ndarray], read: np.ndarray) -> None:
    basis = space["basis"]
    regions = {"lips": np.r_[tracks.topology["lips_inner"], tracks.topology["lips_outer"]],
               "lids": np.r_[tracks.topology["left_eye"], tracks.topology["right_eye"]],
               "face": np.arange(468)}  # fmt: skip
    sums = {name: np.zeros(3) for name in regions}
    for clip in tracks.ids("val"):
        ok = tracks.found(clip)
        code, neutral, shapes = code_clip(tracks, clip, space, read)
        with_b = neutral + np.tensordot(code[:, :52], basis[:52], 1)
        with_all = neutral + np.tensordot(code, basis, 1)
        for name, points in regions.items():
            for k, guess in enumerate((np.median(shapes[ok], 0)[None], with_b, with_all)):
                d = np.linalg.norm((shapes - guess)[ok][:, points, :2], axis=-1)
                sums[name][k] += d.mean()
    n = len(tracks.ids("val"))
    for name, (still, b, both) in sums.items():
        print(f"{name}: mean error on validation clips, % of the eye distance: "
              f"no motion {100 * still / n:.2f}, blendshapes {100 * b / n:.2f}, "
              f"with residuals {100 * both / n:.2f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--codes", type=Path, help="also write the codes of every clip here")
    parser.add_argument(
        "--out", type=Path, default=Path("src/vasari/weights/face_space.npz"),
    )  # fmt: skip
    args = parser.parse_args()
    tracks = Tracks(args.shared)
    basis = fit(tracks)
    mean = mean_face(tracks, basis)
    basis = without_pose(basis, mean, rigid_weights(mean, tracks.topology))
    basis = with_authored(basis, mean, tracks.topology["mirror"])
    space = {"basis": basis, "mean": mean, **tracks.topology}
    read = residual_reader(basis, region_weights(tracks.topology))
    report(tracks, space, read)
    np.savez_compressed(
        args.out, basis=basis.astype(np.float16), residual_reader=read.astype(np.float16),
        mean=mean.astype(np.float32),
        **{k: v for k, v in tracks.topology.items() if k[:5] not in ("blend", "canon")},
    )  # fmt: skip
    if args.codes:
        coded = {i: code_clip(tracks, i, space, read) for i in tracks.rows}
        np.savez(args.codes, **{i: c for i, (c, _, _) in coded.items()},
                 **{f"{i}.neutral": n for i, (_, n, _) in coded.items()})  # fmt: skip


if __name__ == "__main__":
    main()
