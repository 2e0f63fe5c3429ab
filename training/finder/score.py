"""Measures the shipped finder as the product runs it.

    python -m training.finder.score --shared ../shared --pack pack/ --out training/finder/score.json

Composed scenes of validation people (found, wrong, overlap of the boxes), pictures without a face
(scikit-image's that training never saw, noise, textures), and the test portraits by kind.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage

from training.finder.data import Scenes, texture
from vasari.portrait.finder import FaceBox, find_faces

SCENES = 300
SIDE = 512  # pixels of a composed scene
MINIMUM = 40  # pixels a face of a scene that has to be found
HELD = ("coffee.png", "rocket.jpg", "text.png", "motorcycle_right.png", "phantom.png")
TEXTURES = 200


def overlap(box: FaceBox, truth: np.ndarray) -> float:
    """Shared area over joint area; truth is middle and side."""
    x, y, side = (float(v) for v in truth)
    w = min(box.x + box.width, x + side / 2) - max(box.x, x - side / 2)
    h = min(box.y + box.height, y + side / 2) - max(box.y, y - side / 2)
    shared = max(w, 0.0) * max(h, 0.0)
    return shared / (side * side + box.width * box.height - shared)


def scenes(pack: Path) -> dict[str, float]:
    scenes = Scenes(pack, SIDE, val=True)
    rights, wrong, faces, fits = 0, 0, 0, []
    for k in range(SCENES):
        picture, truth = scenes(np.random.default_rng((11, k)))
        boxes = find_faces(picture)
        hit = set()
        for box in boxes:
            shares = [overlap(box, t) for t in truth]
            best = int(np.argmax(shares)) if shares else -1
            if best >= 0 and shares[best] > 0.4:
                hit.add(best)
                fits.append(shares[best])
            else:
                wrong += 1
        must = [n for n, t in enumerate(truth) if t[2] >= MINIMUM]
        faces += len(must)
        rights += len(hit & set(must))
    return {"faces": faces, "found": rights / max(faces, 1), "wrong a scene": wrong / SCENES,
            "overlap": float(np.mean(fits)) if fits else 0.0}  # fmt: skip


def faceless() -> dict[str, Any]:
    folder = Path(skimage.__file__).parent / "data"
    out: dict[str, Any] = {}
    for name in HELD:
        picture = cv2.imread(str(folder / name))
        if picture is not None:
            out[name] = [round(b.score, 2) for b in find_faces(picture[:, :, ::-1].copy())]
    wrong = [
        b for k in range(TEXTURES) for b in find_faces(texture(640, np.random.default_rng((13, k))))
    ]
    out[f"{TEXTURES} textures"] = [round(b.score, 2) for b in wrong]
    noise = np.random.default_rng(0).integers(0, 256, (900, 1300, 3)).astype(np.uint8)
    out["noise"] = [round(b.score, 2) for b in find_faces(noise)]
    return out


def portraits(folder: Path) -> tuple[dict[str, Any], dict[str, list[FaceBox]]]:
    """How many of each kind have a face, and all boxes by name."""
    found: dict[str, list[int]] = defaultdict(list)
    boxes, missed = {}, []
    for path in sorted(folder.iterdir()):
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            continue
        boxes[path.name] = find_faces(picture[:, :, ::-1].copy())
        found[path.name.split("_")[0]].append(bool(boxes[path.name]))
        if not boxes[path.name]:
            missed.append(path.name)
    kinds = {kind: f"{sum(hits)} of {len(hits)}" for kind, hits in found.items()}
    return {"found": kinds, "missed": missed}, boxes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("score.json"))
    args = parser.parse_args()
    kinds, _ = portraits(Path(args.shared) / "data" / "portraits")
    out = {"scenes": scenes(args.pack), "without a face": faceless(), "portraits": kinds}
    args.out.write_text(json.dumps(out, indent=1) + "\n")
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
