"""Trains the finder on composed pictures; the learning rate falls to zero with the minutes.

    python -m training.finder.train --pack pack/ --out run/ --minutes 12

Runs unchanged on a CPU or one CUDA card; writes `run/finder.pt` every two minutes and goes on
from there when called again.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from training.checkpoint import averaged, load, rate, save
from training.finder.data import SMALLEST, Scenes
from training.finder.model import CELLS, SIDE, STRIDE, Finder
from training.reader.train import ahead


def targets(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Heat (h, w), boxes (h, w, 3) and their weight (h, w); heat -1 is neither right nor wrong."""
    middle = (np.arange(CELLS) + 0.5) * STRIDE - 0.5
    heat = np.zeros((CELLS, CELLS), np.float32)
    place = np.zeros((CELLS, CELLS, 3), np.float32)
    place[..., 2] = 64.0
    for x, y, side in boxes:
        d2 = (middle[None, :] - x) ** 2 + (middle[:, None] - y) ** 2
        bump = np.exp(-d2 / (2 * max(side * 0.1, 3.5) ** 2)).astype(np.float32)
        if side < SMALLEST:
            heat[bump > 0.1] = -1
            continue
        r = int(np.clip(round((y + 0.5) / STRIDE - 0.5), 0, CELLS - 1))
        c = int(np.clip(round((x + 0.5) / STRIDE - 0.5), 0, CELLS - 1))
        bump[r, c] = 1.0
        place[bump > np.maximum(heat, 0.3)] = x, y, side
        heat = np.maximum(heat, bump)
    return heat, place, np.where(heat > 0.3, heat, 0).astype(np.float32)


class Batches:
    def __init__(self, scenes: Scenes, batch: int, seed: int) -> None:
        self.scenes, self.batch, self.seed = scenes, batch, seed

    def __call__(self, step: int) -> tuple[np.ndarray, ...]:
        rng = np.random.default_rng((self.seed, step))
        pictures, rows = [], []
        for _ in range(self.batch):
            picture, boxes = self.scenes(rng)
            pictures.append(picture)
            rows.append(targets(boxes))
        return np.stack(pictures), *(np.stack(r) for r in zip(*rows, strict=True))


def loss_of(heat: Tensor, place: Tensor, wanted: Tensor, boxes: Tensor, weight: Tensor) -> Tensor:
    """Focal loss of CenterNet over the heat; relative errors of place and size in the cells that
    see a face."""
    p = torch.sigmoid(heat).clamp(1e-4, 1 - 1e-4)
    hit = wanted >= 1
    positive = ((1 - p) ** 2 * p.log())[hit].sum()
    other = (wanted >= 0) & ~hit
    negative = ((1 - wanted) ** 4 * p**2 * (1 - p).log())[other].sum()
    faces = hit.sum().clamp(min=1)
    size = boxes[..., 2:]
    off = torch.cat([(place - boxes)[..., :2] / size, (place[..., 2:] / size).log()], -1).abs()
    boxed = (off.mean(-1) * weight).sum() / weight.sum().clamp(min=1)
    return -(positive + negative) / faces + 4 * boxed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(0)  # many small pictures: its threads would only wait for each other
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    batches = Batches(Scenes(args.pack, SIDE, val=False), args.batch, args.seed)
    model = Finder()
    path = args.out / "finder.pt"
    saved = load(path, device)
    if saved:
        model.load_state_dict(saved["model"])
    elif args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True)["mean"])
    model = model.to(device, memory_format=torch.channels_last).train()
    best = torch.optim.AdamW(model.parameters(), lr=args.rate, weight_decay=0.02)
    mean = {k: v.detach().clone() for k, v in model.state_dict().items()}
    step, used = 0, 0.0
    if saved:
        mean = saved["mean"]
        best.load_state_dict(saved["best"])
        step, used = saved["step"], saved["used"]
    begun, kept, shown, losses = time.time() - used, time.time(), time.time(), []
    for batch in ahead(batches, step, args.workers):
        progress = (time.time() - begun) / (60 * args.minutes)
        for group in best.param_groups:
            group["lr"] = rate(progress, args.rate)
        x, wanted, boxes, weight = (torch.from_numpy(a).to(device) for a in batch)
        loss = loss_of(*model(x), wanted, boxes, weight)
        best.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        best.step()
        step += 1
        averaged(model, mean, step)
        losses.append(float(loss.detach()))
        if time.time() - shown > 30:
            print(f"step {step} {progress:.1%} loss {np.mean(losses):.4f}", flush=True)
            shown, losses = time.time(), []
        if time.time() - kept > 120 or progress >= 1:
            save(path, model=model.state_dict(), mean=mean, best=best.state_dict(), step=step,
                 used=time.time() - begun)  # fmt: skip
            kept = time.time()
        if progress >= 1:
            break


if __name__ == "__main__":
    main()
