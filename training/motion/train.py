"""Trains the mouth network on features that were written before (features.py): quick.

    python -m training.motion.train --features features/ --out mouth.pt [--lags lags.json]

One thread; checkpoint every 100 s, resumable. With --write-lags the best shift of each clip's sound
against the guess is written, to be used in the next round.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch

from training import checkpoint
from training.motion.data import opening_of_code, rows
from training.motion.loss import Loss, correlation, lead_in_cached
from training.motion.model import FEATURES, OUTPUTS, Mouth
from vasari.speech.mel import LOWEST

BATCH, FRAMES = 16, 80
RATE = 2e-3
SHIFTS = range(-6, 7)


class Cached:
    """All features in memory; draws pieces. `lags` in frames, positive: the sound is late."""

    def __init__(self, folder: Path, table: list[dict[str, str]], split: str,
                 lags: dict[str, float], worth) -> None:  # fmt: skip
        self.rows = [r for r in table if r["split"] == split]
        self.parts = []
        for r in self.rows:
            lag, here = round(lags.get(r["id"], 0)), sorted(folder.glob(f"{r['id']}.*.npz"))
            zs = [np.load(path) for path in here]
            self.parts.append([
                (moved(z["x"], lag), z["code"], z["opening"], z["known"]) for z in zs
            ])  # fmt: skip
        self.worth = np.array([worth(r) for r in self.rows])
        long = np.array([len(p[0][0]) for p in self.parts])
        weight = self.worth * np.maximum(long - 25, 10) ** 0.7
        self.pick = np.cumsum(weight / weight.sum())

    def batch(self, rng: np.random.Generator) -> tuple[torch.Tensor, ...]:
        out = []
        for _ in range(BATCH):
            i = int(np.searchsorted(self.pick, rng.random()))
            part = self.parts[i][rng.integers(len(self.parts[i]))]
            start = int(rng.integers(-5, max(-4, len(part[0]) - FRAMES + 1)))
            x, code, opening, known = (piece(a, start) for a in part)
            empty = np.arange(start, start + FRAMES)
            outside = (empty < 0) | (empty >= len(part[0]))
            x[outside], known = 0, known.astype(np.float32) * self.worth[i] ** 0.5
            x[outside, -1] = LOWEST
            known[outside] = 0
            out.append((x, code, opening, known))
        stacks = (np.stack(a).astype(np.float32) for a in zip(*out, strict=True))
        return tuple(torch.from_numpy(a) for a in stacks)


def moved(x: np.ndarray, lag: int) -> np.ndarray:
    """Features of k + lag at k."""
    at = np.clip(np.arange(len(x)) + lag, 0, len(x) - 1)
    return x[at]


def piece(a: np.ndarray, start: int) -> np.ndarray:
    return a[np.clip(np.arange(start, start + FRAMES), 0, len(a) - 1)]


def worth_of(r: dict[str, str]) -> float:
    sync = np.clip(float(r["sync_r"]), 0.05, 0.8) ** 1.5
    return float(sync * {"real": 2.5, "unknown": 1.0, "generated": 1.0}[r["kind"]])


@torch.no_grad()
def guesses(mouth: Mouth, data: Cached):
    """Pairs of guessed and true opening of the plain sound of each clip."""
    mouth.eval()
    by_code = opening_of_code()[OUTPUTS]
    for part in data.parts:
        x, _, opening, known = part[0]
        guess = mouth(lead_in_cached(torch.from_numpy(x.astype(np.float32))[None]))[0].numpy()
        yield np.maximum(guess @ by_code, 0), opening, known.astype(bool)
    mouth.train()


def check(mouth: Mouth, data: Cached) -> str:
    r: dict[str, list[float]] = {}
    for row, (gap, opening, ok) in zip(data.rows, guesses(mouth, data), strict=True):
        r.setdefault(row["kind"], []).append(correlation(gap[ok], opening[ok]))
    return " ".join(f"{k} {np.mean(v):.3f}" for k, v in r.items())


def write_lags(mouth: Mouth, sets: list[Cached], out: Path, before: dict[str, float]) -> None:
    lags = {}
    for data in sets:
        for row, (gap, opening, ok) in zip(data.rows, guesses(mouth, data), strict=True):
            n, k = len(gap), max(SHIFTS)
            use = ok[k : n - k]
            r = [correlation(gap[k + s : n - k + s][use], opening[k : n - k][use]) for s in SHIFTS]
            best = int(np.argmax(r))
            sure = r[best] > 0.35 and r[best] - r[k] > 0.02
            lags[row["id"]] = before.get(row["id"], 0) + (SHIFTS[best] if sure else 0)
    out.write_text(json.dumps(lags))
    print("lags", np.bincount([int(v) + 12 for v in lags.values()]))


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    lags = json.loads(args.lags.read_text()) if args.lags else {}
    table = rows(Path(args.shared))
    data = Cached(args.features, table, "train", lags, worth_of)
    val = Cached(args.features, table, "val", {}, worth_of)
    mouth = Mouth()
    loss_of = Loss(np.concatenate([p[0][1][:, OUTPUTS] for p in data.parts]).std(0))
    optimiser = torch.optim.AdamW(mouth.parameters(), RATE, weight_decay=0.1)
    spent, step, loud = 0.0, 0, []
    state = checkpoint.load(args.out)
    if state:
        mouth.load_state_dict(state["mouth"])
        optimiser.load_state_dict(state["optimiser"])
        spent, step = state["spent"], state["step"]
    rng = np.random.default_rng([args.seed, step])
    began, saved = time.monotonic() - spent, spent
    while (spent := time.monotonic() - began) < args.minutes * 60:
        rate = RATE * checkpoint.cosine(spent / (args.minutes * 60))
        optimiser.param_groups[0]["lr"] = rate * min(1, step / 100) + 1e-6
        x, code, opening, known = data.batch(rng)
        noise = 1 + 0.1 * torch.randn(len(x), 1, FEATURES)
        loss = loss_of(mouth(lead_in_cached(x * noise)), code, opening, known)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(mouth.parameters(), 3.0)
        optimiser.step()
        step += 1
        loud.append(float(loss.detach()))
        if step % 200 == 0:
            print(f"{spent:6.0f} s step {step} loss {np.mean(loud[-200:]):.3f} "
                  f"val {check(mouth, val)}", flush=True)  # fmt: skip
        if spent - saved > 100 or step == 1:
            save(mouth, optimiser, spent, step, args.out)
            saved = spent
    print(f"step {step} val {check(mouth, val)} train {check(mouth, data)}", flush=True)
    save(mouth, optimiser, spent, step, args.out)
    if args.write_lags:
        write_lags(mouth, [data], args.write_lags, lags)


def save(mouth: Mouth, optimiser: torch.optim.Optimizer, spent: float, step: int,
         out: Path) -> None:  # fmt: skip
    checkpoint.save(out, mouth=mouth.state_dict(), optimiser=optimiser.state_dict(),
                    spent=spent, step=step)  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lags", type=Path)
    parser.add_argument("--write-lags", type=Path)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--seed", type=int, default=0)
    train(parser.parse_args())
