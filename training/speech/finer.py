"""Trains the mouth's own ear (`Finer`) to tell what Whisper hears, before the mouth trains it.

    python -m training.speech.finer --pack pack/ --begin old.pt --out finer.pt --minutes 20

`--begin`: weights of training.speech.begin, whose encoder it starts from, or of this. Where a
teacher's mouth has written label.npy, the ear should tell of that as well, by one linear layer over
five frames. The pack is
training.articulation's, with mels (hear.py) and w.npy (whisper.py). Sound is plain or altered, what
it should tell of is the plain sound. One thread; checkpoint every two minutes; started again, it
goes on where it was.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from training import checkpoint
from training.articulation.model import Whole
from training.articulation.seen import MOUTH
from training.articulation.train import Data
from training.speech.train import masked
from vasari.speech.stream import FINE

FACES, SPOKEN, FRAMES = 8, 8, 96  # pieces of a batch, and frames of each
RATE = 1e-3
LIPS = 2.0  # weight of the teacher's mouth, beside what Whisper hears
SAID = (0.6, 0.25, 0.1, 0.05)  # shares of speech, synthetic voices, singing, held vowels


class Pieces:
    def __init__(self, parts: list[Data], seed: int) -> None:
        self.parts, self.rng = parts, np.random.default_rng(seed)
        self.labels = all("label" in p.z for p in parts)
        self.rows = [[r for r in p.rows if r["split"] == "train" and p.told(r)] for p in parts]
        self.pick = [np.cumsum([r["frames"] ** 0.7 for r in rows]) for rows in self.rows]

    def batch(self) -> dict[str, torch.Tensor]:
        rng, out = self.rng, []
        for k in [0] * FACES + [1 + int(np.searchsorted(np.cumsum(SAID), rng.random()))
                                for _ in range(SPOKEN)]:  # fmt: skip
            pick = self.pick[k]
            row = self.rows[k][int(np.searchsorted(pick, rng.random() * pick[-1]))]
            start = int(rng.integers(0, max(1, row["frames"] - FRAMES + 1)))
            part = self.parts[k]
            asked = ("w", "label") if self.labels else ("w",)
            out.append({"mel": part.mels(row, start, start + FRAMES, int(rng.random() < 0.5)),
                        "known": part.inside(row, start, start + FRAMES),
                        **{key: part.take(key, row, start, FRAMES) for key in asked}})  # fmt: skip
        return {k: torch.from_numpy(np.stack([o[k] for o in out])) for k in out[0]}


def told(model: Whole, mel: torch.Tensor) -> torch.Tensor:
    return model.like(model.finer(mel))


def explained(model: Whole, faces: Data) -> str:
    """Shares of the variance of what Whisper hears in validation faces: plain, altered sound."""
    model.eval()
    out = []
    with torch.no_grad():
        rows = [r for r in faces.rows if r["split"] == "val"]
        real = np.concatenate([faces.take("w", r, 0, r["frames"]) for r in rows])
        made = [told(model, torch.from_numpy(faces.mels(r, 0, r["frames"])[None]))[0] for r in rows]
        wrong = ((np.concatenate(made) - real) ** 2).mean(0)
        out = [1 - wrong.sum() / real.var(0).sum(), 1 - (wrong / real.var(0))[:32].mean()]
    model.train()
    return f"explained {out[0]:.3f}, of the first 32 {out[1]:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--begin", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    parts = [Data(args.pack / p) for p in ("faces", "speech", "voices", "sung", "held")]
    model = Whole()
    del model.mouth
    old = torch.load(args.begin, weights_only=True)
    if "mean" in old:
        model.load_state_dict(old["mean"])
    else:
        model.finer.encoder.load_state_dict(
            {k[8:]: v for k, v in old["model"].items() if k.startswith("encoder.")}
        )
    lips = nn.Conv1d(FINE, len(MOUTH), 5, padding=2)
    learns = [*model.parameters(), *lips.parameters()]
    optimiser = torch.optim.AdamW(learns, RATE, weight_decay=0.02)
    mean = {k: v.clone() for k, v in model.state_dict().items()}
    spent, step, losses = 0.0, 0, []
    state = checkpoint.load(args.out)
    if state:
        model.load_state_dict(state["model"])
        lips.load_state_dict(state["lips"])
        optimiser.load_state_dict(state["optimiser"])
        mean, spent, step = state["mean"], state["spent"], state["step"]

    def keep() -> None:
        checkpoint.save(args.out, model=model.state_dict(), optimiser=optimiser.state_dict(),
                        lips=lips.state_dict(), mean=mean, spent=spent, step=step)  # fmt: skip

    spread = (
        parts[0].z["label" if "label" in parts[0].z else "code"][::50].astype(np.float32).std(0)
    )
    scale = torch.from_numpy(1 / np.maximum(spread, 0.02))
    pieces, began, saved = Pieces(parts, step), time.monotonic() - spent, spent
    while (spent := time.monotonic() - began) < args.minutes * 60:
        rate = checkpoint.rate(spent / (args.minutes * 60), RATE)
        optimiser.param_groups[0]["lr"] = rate + 1e-6
        b = pieces.batch()
        with torch.autocast("cpu", torch.bfloat16):
            fine = model.finer(masked(b["mel"], pieces.rng))
        fine = fine.float()
        wrong = F.smooth_l1_loss(model.like(fine), b["w"], reduction="none").mean(-1)
        loss = (wrong * b["known"]).sum() / b["known"].sum()
        seen = torch.zeros(())
        if pieces.labels:
            made = lips(fine.transpose(1, 2)).transpose(1, 2)
            wrong = F.smooth_l1_loss(made, b["label"] * scale, reduction="none").mean(-1)
            seen = (wrong * b["known"]).sum() / b["known"].sum()
        optimiser.zero_grad()
        (loss + LIPS * seen).backward()
        torch.nn.utils.clip_grad_norm_(learns, 3.0)
        optimiser.step()
        checkpoint.averaged(model, mean, step)
        step += 1
        losses.append([float(v.detach()) for v in (loss, seen)])
        if step % 50 == 0:
            print(f"{spent:5.0f} s step {step} Whisper, lips {np.mean(losses[-50:], 0).round(4)}",
                  flush=True)  # fmt: skip
        if step % 600 == 0:
            print(explained(model, parts[0]), flush=True)
        if spent - saved > 120:
            saved = spent
            keep()
    keep()
    model.load_state_dict(mean)
    print(explained(model, parts[0]), flush=True)


if __name__ == "__main__":
    main()
