"""Writes the trained finder as ONNX, its scores calibrated, and checks it against torch.

    python -m training.finder.export --pack pack/ --run run/ --out src/vasari/weights/finder.onnx

A score shall be the share of peaks of that height that are faces: a logistic curve over the heat
is fitted on composed pictures of validation people.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from training.finder.data import SMALLEST, Scenes
from training.finder.model import SIDE, Finder
from training.reader.export import PARITY, exported, parity

SCENES = 400  # composed pictures to calibrate on
DOUBT = -2.5  # heat in logits under which nobody asks
NEAR = 0.5  # of the face side: a peak so near its middle is right


class Product(nn.Module):
    """The finder with calibrated scores."""

    def __init__(self, model: Finder, steep: float, shift: float) -> None:
        super().__init__()
        self.model, self.steep, self.shift = model, steep, shift

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        heat, boxes = self.model(pictures)
        return torch.sigmoid(heat * self.steep + self.shift), boxes


def peaks(model: Finder, scenes: Scenes) -> tuple[np.ndarray, np.ndarray]:
    """Logits of all local maxima over random scenes, and whether a face is there."""
    logits, right = [], []
    for k in range(SCENES):
        picture, truth = scenes(np.random.default_rng((7, k)))
        with torch.no_grad():
            heat, boxes = (t[0].numpy() for t in model(torch.from_numpy(picture[None])))
        high = cv2.dilate(heat, np.ones((3, 3), np.uint8))
        for r, c in np.argwhere((heat >= high) & (heat > DOUBT)):
            away = [float(np.hypot(*(boxes[r, c, :2] - t[:2]))) / t[2] for t in truth]
            best = int(np.argmin(away)) if away else -1
            if away and away[best] < NEAR and truth[best][2] < SMALLEST:
                continue
            logits.append(float(heat[r, c]))
            right.append(bool(away) and away[best] < NEAR)
    return np.array(logits), np.array(right)


def logistic(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and shift of P(y | x), by Newton's method."""
    a = np.column_stack([x, np.ones_like(x)])
    w = np.array([1.0, 0.0])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(a @ w, -30, 30)))
        h = (a * (p * (1 - p))[:, None]).T @ a + 1e-3 * np.eye(2)
        w = w + np.linalg.solve(h, a.T @ (y - p))
    return float(w[0]), float(w[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = Finder().eval()
    state = torch.load(args.run / "finder.pt", weights_only=True, map_location="cpu")
    model.load_state_dict(state["mean"])
    logits, right = peaks(model, Scenes(args.pack, SIDE, val=True))
    steep, shift = logistic(logits, right.astype(float))
    print(f"{len(logits)} peaks, {right.mean():.0%} faces; slope {steep:.2f}, shift {shift:.2f}")
    product = Product(model, steep, shift).eval()
    data = exported(product, SIDE, ("heat", "boxes"), {}, given="pictures")
    off = parity(product, data, SIDE)
    if off > PARITY * SIDE:
        raise SystemExit(f"ONNX differs from torch by {off}")
    args.out.write_bytes(data)
    print(f"{args.out}: {len(data) / 1e6:.2f} MB, differs from torch by {off:.1e}")


if __name__ == "__main__":
    main()
