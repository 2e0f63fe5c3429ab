"""Trains the speech encoder on phones.

    python -m training.speech.train --pack pack/ --out speech.pt --minutes 13

One thread; checkpoint every two minutes; started again, it goes on where it was. The learning
rate follows the share of the time that is spent.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from training import checkpoint
from training.speech.data import Pieces
from training.speech.model import PAD, PHONES, Recogniser
from vasari.speech.mel import LOWEST

BATCH, FRAMES = 8, 100  # pieces of 4 s
RATE = 2e-3


def padded(mels: np.ndarray) -> torch.Tensor:
    """What the stream puts before the first block: silence."""
    return F.pad(torch.from_numpy(mels), (0, 0, PAD, 0), value=LOWEST)


def masked(mels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Hides a band of mels and tilts the spectrum, so that no single band decides."""
    n = len(mels)
    tilt = torch.from_numpy(rng.normal(0, 0.15, (n, 1, 1)).astype(np.float32))
    gain = torch.from_numpy(rng.normal(0, 0.25, (n, 1, 1)).astype(np.float32))
    mels = (mels + gain + tilt * torch.linspace(-1, 1, mels.shape[2])).clamp(min=LOWEST)
    for i in range(n):
        if rng.random() < 0.5:
            low, width = rng.integers(0, 72), rng.integers(1, 14)
            mels[i, :, low : low + width] = LOWEST
    return mels


def train(pack: Path, out: Path, minutes: float) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = Recogniser()
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=0.02)
    spent, step = 0.0, 0
    state = checkpoint.load(out)
    if state:
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        spent, step = state["spent"], state["step"]
    pieces, rng = Pieces(pack, seed=step), np.random.default_rng(step)
    began, saved, right, loud = time.monotonic() - spent, spent, [], []
    while (spent := time.monotonic() - began) < minutes * 60:
        share = spent / (minutes * 60)
        rate = RATE * min(1, step / 60) * checkpoint.cosine(share) + 1e-5
        optimiser.param_groups[0]["lr"] = rate
        mels, phones = pieces.batch(BATCH, FRAMES)
        logits = model(masked(padded(mels), rng))[:, 2:]  # block b tells of frame b - 1
        target = torch.from_numpy(phones[:, :-2].astype(np.int64))
        loss = F.cross_entropy(logits.reshape(-1, PHONES), target.reshape(-1), label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        step += 1
        hit = logits.argmax(-1) == target
        right.append(float(hit[target > 0].float().mean()))
        loud.append(float(loss))
        if step % 50 == 0:
            print(f"{spent:6.0f} s step {step} rate {rate:.5f} loss {np.mean(loud[-50:]):.3f} "
                  f"phones {np.mean(right[-50:]):.3f}", flush=True)  # fmt: skip
        if spent - saved > 120:
            save(model, optimiser, spent, step, out)
            saved = spent
    save(model, optimiser, spent, step, out)


def save(model: Recogniser, optimiser: torch.optim.Optimizer, spent: float, step: int,
         out: Path) -> None:  # fmt: skip
    checkpoint.save(out, model=model.state_dict(), optimiser=optimiser.state_dict(),
                    spent=spent, step=step)  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=13)
    args = parser.parse_args()
    train(args.pack, args.out, args.minutes)
