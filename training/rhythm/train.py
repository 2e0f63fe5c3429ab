"""Trains the rhythm score: which motion belongs to which sound (contrastive, as CLIP is).

    python -m training.rhythm.train --pack rhythm.npz --out benchmarks/life/rhythm.npz

Windows of 2 s, and shorter ones of clips that are shorter. To each sound belongs its own motion;
not the motions of the other clips of the batch, nor its own clip's of another time.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from training.checkpoint import averaged, rate
from training.rhythm.inputs import HEAD, SOUND, UPPER
from training.rhythm.model import Rhythm, unit

WINDOW, SHORT = 50, 28  # frames
BATCH, STEPS, TOP = 64, 3000, 2e-3
SHORT_SHARE = 0.15  # of the batches
SHARE = {"grid_s1": 0.1, "generated": 0.5, "unknown": 0.05}  # of the long windows; the rest is real
NEAR, FAR = 5, 40  # frames by which a motion of the same clip is another time's
SLOWER = 0.6, 1.6  # by which motion is made smaller or larger
NOISE = 0.1


class Pack:
    def __init__(self, path: Path, motion: str, seed: int, kinds: set[str] | None) -> None:
        z = np.load(path)
        self.sound, self.motion = z["sound"].astype(np.float32), z[motion].astype(np.float32)
        rows: list[dict[str, Any]] = json.loads(str(z["rows"]))
        self.rows = [r for r in rows if kinds is None or r["kind"] in kinds]
        self.random, self.head = np.random.default_rng(seed), motion == "head"
        frames = np.array([r["frames"] for r in self.rows], float)
        kind = np.array([r["kind"] if r["kind"] in SHARE else "" for r in self.rows])
        self.long = np.where(frames >= WINDOW, frames, 0)
        for k in set(kind):
            of = kind == k
            share = SHARE.get(k, 1 - sum(SHARE.values()))
            self.long[of] *= share / max(self.long[of].sum(), 1)
        self.long /= self.long.sum()
        self.short = (frames < WINDOW) / max((frames < WINDOW).sum(), 1)

    def batch(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Sounds (n, T, SOUND), their motions, motions of another time of the same clips, and (n,)
        whether these are."""
        r = self.random
        short = self.short.sum() > 0 and r.random() < SHORT_SHARE
        length, chance = (SHORT, self.short) if short else (WINDOW, self.long)
        sounds, motions, others, there = [], [], [], []
        for k in r.choice(len(self.rows), BATCH, p=chance, replace=False):
            row = self.rows[k]
            room = row["frames"] - length
            first = int(r.integers(0, room + 1))
            away = [a for a in range(room + 1) if NEAR <= abs(a - first) <= FAR]
            other = int(r.choice(away)) if away else first
            there.append(bool(away))
            a, b = row["begin"] + first, row["begin"] + other
            sounds.append(self.sound[a : a + length])
            change = self._change()
            motions.append(change(self.motion[a : a + length]))
            others.append(change(self.motion[b : b + length]))
        sound = np.array(sounds) + r.normal(0, NOISE, (BATCH, 1, SOUND))
        arrays = (sound, np.array(motions), np.array(others))
        return (*(torch.tensor(x, dtype=torch.float32) for x in arrays), torch.tensor(there))

    def _change(self):
        """The same change for all motions of a person: larger or smaller, seen in a mirror."""
        size = self.random.uniform(*SLOWER)
        sign = np.ones(self.motion.shape[1], np.float32)
        if self.head and self.random.random() < 0.5:
            sign[[0, 2]] = -1
        return lambda motion: motion * size * sign


def loss_of(net: Rhythm, sound: Tensor, motion: Tensor, other: Tensor, there: Tensor) -> Tensor:
    s, m = unit(net.sound(sound)), unit(net.motion(motion))
    o = unit(net.motion(other))
    sharp = net.sharp.clamp(max=4).exp()
    both = sharp * s @ m.T
    wrong = (sharp * (s * o).sum(1)).masked_fill(~there, -1e4)
    target = torch.arange(len(s))
    by_sound = F.cross_entropy(torch.cat([both, wrong[:, None]], 1), target)
    return (by_sound + F.cross_entropy(both.T, target)) / 2


def train(pack: Pack, motions: int, steps: int) -> Rhythm:
    torch.manual_seed(0)
    net = Rhythm(SOUND, motions)
    mean = {k: v.clone() for k, v in net.state_dict().items()}
    optimiser = torch.optim.AdamW(net.parameters(), TOP, weight_decay=0.05)
    begun, losses = time.monotonic(), []
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate(step / steps, TOP)
        loss = loss_of(net, *pack.batch())
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        averaged(net, mean, step)
        losses.append(loss.item())
        if step % 250 == 249:
            print(step + 1, round(float(np.mean(losses)), 3), f"{time.monotonic() - begun:.0f} s",
                  flush=True)  # fmt: skip
            losses = []
    net.load_state_dict(mean)
    return net.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--kinds", nargs="+", help="of clips; all")
    args = parser.parse_args()
    torch.set_num_threads(1)
    arrays = {}
    for name, size in (("head", HEAD), ("upper", UPPER)):
        print(name)
        net = train(Pack(args.pack, name, 0, set(args.kinds) if args.kinds else None), size,
                    args.steps)  # fmt: skip
        arrays |= {f"{name}.{k}": v.numpy() for k, v in net.state_dict().items()
                   if v.dtype.is_floating_point}  # fmt: skip
    np.savez_compressed(args.out, **{k: v.astype(np.float16) for k, v in arrays.items()})


if __name__ == "__main__":
    main()
