"""Step 3: one pack of pictures, labels and face ovals.

    python -m training.matte.data --frames frames.npz --saliency u2.npz --out pack.npz

Where both teachers see the same head their mean is the label down to the chin (u2netp is softer at
hair); the first teacher alone has the body, which u2netp often leaves out. What does not hang
together with the face is not this person.
"""

import argparse
import csv
import io
import lzma
from pathlib import Path

import cv2
import numpy as np

from vasari.portrait.matte import guided_fit
from vasari.shape.space import face_space

SIDE = 256
AGREE = 0.85  # IoU of the teachers above the chin from which both are believed
CHIN = 152


def rotations(vectors: np.ndarray) -> np.ndarray:
    return np.stack([cv2.Rodrigues(v)[0] for v in vectors.astype(np.float64)])


def decoded(code: np.ndarray, pose: np.ndarray, z) -> np.ndarray:
    """(N, 478, 3) pixels of the pictures that the teacher read."""
    shape = z["mean"] + (code * float(z["step"]) @ z["basis"]).reshape(-1, 478, 3)
    marks = np.einsum("nij,nkj->nki", rotations(pose[:, 1:4]), shape)
    marks *= np.exp(pose[:, 0])[:, None, None]
    marks[..., :2] += pose[:, None, 4:6]
    return marks


def unpacked(path: Path):
    return np.load(io.BytesIO(lzma.open(path).read()))


def landmarks(shared: Path, names: list[str]) -> np.ndarray:
    """(N, 478, 2) pixels of the 256-pixel pictures."""
    tracks, still = unpacked(shared / "data/tracks.npz.xz"), unpacked(shared / "data/stills.npz.xz")
    sizes = {
        r["file"]: float(r["size"]) for r in csv.DictReader((shared / "data/stills.csv").open())
    }
    place = {str(n): i for i, n in enumerate(still["names"])}
    code, pose = still["code"].astype(np.float64), still["pose"]
    out = np.zeros((len(names), 478, 2), np.float32)
    clips: dict[str, np.ndarray] = {}
    for k, name in enumerate(names):
        if ":" in name:
            clip, frame = name.split(":")
            if clip not in clips:
                summed = np.cumsum(tracks[f"{clip}.code"].astype(np.int32), 0)
                clips[clip] = decoded(summed, tracks[f"{clip}.pose"], tracks)
            out[k] = clips[clip][min(int(frame), len(clips[clip]) - 1), :, :2]
        else:
            i = place[name]
            out[k] = decoded(code[i : i + 1], pose[i : i + 1], still)[0, :, :2] * SIDE / sizes[name]
    return out


def oval_of(marks: np.ndarray) -> np.ndarray:
    oval = np.zeros((SIDE, SIDE), np.uint8)
    ring = np.round(marks[face_space().rings["face_oval"]] * 16).astype(np.int32)
    cv2.fillPoly(oval, [ring], 255, cv2.LINE_AA, 4)
    return oval


def label(picture: np.ndarray, selfie: np.ndarray, u2: np.ndarray | None, marks: np.ndarray):
    """(SIDE, SIDE) uint8, or None where the teacher lost the face."""
    mask = selfie.astype(np.float32) / 255
    if u2 is not None:
        soft = u2.astype(np.float32) / 255
        chin = int(np.clip(marks[CHIN, 1], 16, SIDE))
        a, b = mask[:chin] > 0.5, soft[:chin] > 0.5
        if (a & b).sum() > AGREE * max((a | b).sum(), 1):
            fade = np.clip((chin - np.arange(SIDE)) / 24, 0, 1).astype(np.float32)[:, None]
            mask = mask + fade * 0.5 * (soft - mask)
    oval = oval_of(marks) > 127
    if oval.sum() < 200 or mask[oval].mean() < 0.85:
        return None
    count, parts = cv2.connectedComponents((mask > 0.3).astype(np.uint8))
    hits = np.bincount(parts[oval], minlength=count)
    hits[0] = 0
    mask = mask * cv2.dilate((parts == hits.argmax()).astype(np.uint8), np.ones((5, 5)))
    guide = picture.astype(np.float32) / 255
    slope, offset = guided_fit(guide, mask, 3, 1e-3)
    mask = np.clip(((slope * guide).sum(-1) + offset - 0.03) / 0.94, 0, 1)
    return (mask * 255 + 0.5).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--frames", type=Path, required=True)
    parser.add_argument("--saliency", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    frames, saliency = np.load(args.frames), np.load(args.saliency)
    pictures, selfie, splits = frames["pictures"], frames["selfie"], frames["splits"]
    marks = landmarks(args.shared, [str(n) for n in frames["names"]])
    soft = dict(zip(saliency["which"].tolist(), saliency["masks"], strict=True))
    kept, labels = [], []
    for i, picture in enumerate(pictures):
        found = label(picture, selfie[i], soft.get(i), marks[i])
        if found is not None:
            kept.append(i)
            labels.append(found)
    keep = np.array(kept)
    blank = np.zeros((SIDE, SIDE), np.uint8)
    np.savez(
        args.out, pictures=pictures[keep], labels=np.stack(labels),
        ovals=np.stack([oval_of(marks[i]) for i in keep]), splits=splits[keep],
        names=frames["names"][keep], selfie=selfie[keep],
        u2=np.stack([soft.get(i, blank) for i in kept]), both=np.array([i in soft for i in kept]),
    )  # fmt: skip
    print(len(pictures), "pictures,", len(keep), "kept,", sum(i in soft for i in kept), "with both")


if __name__ == "__main__":
    main()
