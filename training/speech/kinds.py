"""Teaches the encoder a second opinion about the kind of sound, its features as they are: one that
heard vowels sung so long that the first takes them for an instrument.

    python -m training.speech.kinds --pack pack/ --model speech.pt --out speech2.pt [--minutes 5]

Half of the time batches are drawn and heard, then the small head alone learns from what was kept.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from torch.nn import functional as F

from training import checkpoint
from training.speech.data import Pieces
from training.speech.model import KINDS, Recogniser
from training.speech.train import BATCH, FRAMES, padded

ROUNDS, SIZE, RATE = 40, 4096, 2e-3
KEPT_BACK = 8  # one of so many batches is for checking


@torch.no_grad()
def heard(model: Recogniser, pack: Path, minutes: float) -> tuple[list, list]:
    pieces, ends = Pieces(pack, seed=77), time.monotonic() + 60 * minutes
    features, kinds = [], []
    while time.monotonic() < ends:
        batch = pieces.batch(BATCH, FRAMES)
        features.append(model.encoder(padded(batch["heard"]))[:, 1:].flatten(0, 1))
        kinds.append(torch.from_numpy(batch["kind"][:, :-1]).flatten())  # block b tells of b - 1
    return features, kinds


def teach(model: Recogniser, pack: Path, minutes: float) -> None:
    features, kinds = heard(model.eval(), pack, minutes)
    x, y = (torch.cat([v for k, v in enumerate(of) if k % KEPT_BACK]) for of in (features, kinds))
    optimiser = torch.optim.AdamW(model.held.parameters(), RATE, weight_decay=0.02)
    for step in range(ROUNDS * len(x) // SIZE):
        optimiser.param_groups[0]["lr"] = RATE * checkpoint.cosine(step / (ROUNDS * len(x) / SIZE))
        some = torch.randint(len(x), (SIZE,))
        noisy = x[some] * (1 + 0.1 * torch.randn(SIZE, x.shape[1]))
        loss = F.cross_entropy(model.held(noisy), y[some], label_smoothing=0.02)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        x, y = torch.cat(features[::KEPT_BACK]), torch.cat(kinds[::KEPT_BACK])
        right = model.held(x).argmax(-1) == y
    print(f"{len(features)} batches; right " + " ".join(
        f"{float(right[y == k].float().mean()):.3f}" for k in range(KINDS)))  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = Recogniser()
    state = torch.load(args.model, weights_only=True)["model"]
    kept = {k: v for k, v in state.items() if not k.startswith("held")}
    model.load_state_dict(kept, strict=False)
    teach(model, args.pack, args.minutes)
    checkpoint.save(args.out, model=model.state_dict())
