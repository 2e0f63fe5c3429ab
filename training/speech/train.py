"""Trains the speech encoder on phones and kinds of sound.

    python -m training.speech.train --pack pack/ --out speech.pt --minutes 35 [--begin old.pt]

With `--begin` the features of sound as it was before rooms, noise and other throats stay near
those of the weights begun with, so that what learned to hear them goes on working.

One thread; checkpoint every two minutes; started again, it goes on where it was. The learning
rate follows the share of the time that is spent.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from training import checkpoint
from training.speech.data import Pieces
from training.speech.model import PAD, Recogniser
from training.speech.phones import UNKNOWN
from vasari.speech.mel import LOWEST

BATCH, FRAMES = 8, 100  # pieces of 4 s
RATE = 2e-3
WEIGHTS = {"phones": 1.0, "kinds": 0.5, "like": 1.0}
IGNORED = -1


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


def losses(model: Recogniser, teacher: Recogniser | None, batch: dict[str, np.ndarray],
           rng: np.random.Generator) -> tuple[dict[str, torch.Tensor], float]:  # fmt: skip
    """Each loss, and the share of phones that are right. Block b tells of frame b - 1."""
    features, phones, kinds = model(masked(padded(batch["heard"]), rng))
    target = torch.from_numpy(batch["phones"][:, :-2].astype(np.int64))
    target[target == UNKNOWN] = IGNORED
    kind = torch.from_numpy(batch["kind"][:, :-1])
    logits = phones[:, 2:]
    out = {
        "phones": F.cross_entropy(logits.flatten(0, 1), target.flatten(), label_smoothing=0.05,
                                  ignore_index=IGNORED),
        "kinds": F.cross_entropy(kinds[:, 1:].flatten(0, 1), kind.flatten(), label_smoothing=0.02),
    }  # fmt: skip
    if teacher is not None:
        with torch.no_grad():
            wanted = teacher(padded(batch["clean"]))[0]
        wrong = ((features - wanted).abs() / (wanted.std((0, 1)) + 0.1)).mean((1, 2))
        out["like"] = (wrong * torch.from_numpy(batch["trust"])).mean()
    hit = (logits.argmax(-1) == target)[(target > 0)]
    return out, float(hit.float().mean())


def train(pack: Path, out: Path, minutes: float, begin: Path | None) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, teacher = Recogniser(), None
    if begin:
        model.load_state_dict(torch.load(begin, weights_only=True)["model"])
        teacher = copy.deepcopy(model).eval().requires_grad_(False)
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=0.02)
    mean = {k: v.clone() for k, v in model.state_dict().items()}
    spent, step = 0.0, 0
    state = checkpoint.load(out)
    if state:
        model.load_state_dict(state["last"])
        optimiser.load_state_dict(state["optimiser"])
        mean, spent, step = state["model"], state["spent"], state["step"]
    pieces, rng = Pieces(pack, seed=step), np.random.default_rng(step)
    began, saved, seen = time.monotonic() - spent, spent, []

    def keep() -> None:
        checkpoint.save(out, model=mean, last=model.state_dict(), spent=spent, step=step,
                        optimiser=optimiser.state_dict())  # fmt: skip

    top = RATE if begin is None else RATE / 2
    while (spent := time.monotonic() - began) < minutes * 60:
        rate = top * min(1, step / 60) * checkpoint.cosine(spent / (minutes * 60)) + 1e-5
        optimiser.param_groups[0]["lr"] = rate
        parts, right = losses(model, teacher, pieces.batch(BATCH, FRAMES), rng)
        loss = sum(WEIGHTS[k] * v for k, v in parts.items())
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        checkpoint.averaged(model, mean, step)
        step += 1
        seen.append([right, *(float(v.detach()) for v in parts.values())])
        if step % 50 == 0:
            told = dict(zip(["right", *parts], np.nanmean(seen[-50:], 0).round(3), strict=True))
            print(f"{spent:6.0f} s step {step} rate {rate:.5f} {told}", flush=True)
        if spent - saved > 120:
            keep()
            saved = spent
    keep()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=13)
    parser.add_argument(
        "--begin", type=Path, help="weights (of begin.py) to begin with and keep to"
    )
    args = parser.parse_args()
    train(args.pack, args.out, args.minutes, args.begin)
