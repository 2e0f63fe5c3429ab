"""Train the mouth painter, on two threads of a CPU or one CUDA card.

    python -m training.mouth.train --pack pack.npz --out run/ --minutes 60

Checkpoints every two minutes; started again, it goes on with the time that is left. Half of a batch
are stills. First only the pixels and their differences are compared, then a critic joins in; it
looks at stills alone, since in clips what lies around the mouth is warped.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.checkpoint import averaged, load, rate, save
from training.mouth.model import Critic, MouthPainter, region
from training.painter.train import recoloured

BATCH = 16
RATE, CRITIC_RATE = 1.5e-3, 8e-4
EVERY = 120  # seconds between checkpoints
ALONE = 0.3  # share of the time without the critic
GRADIENT, JUDGED, FELT = 1.0, 0.12, 2.0  # weights of differences, verdicts and features


class Pack:
    """Batches of seen (n, 4, 96, 128) and real (n, 3, 96, 128), floats; stills come first."""

    def __init__(self, path: Path, val: bool) -> None:
        z = np.load(path)
        self.seen, self.real = z["seen"], z["real"]
        mine = z["val"] == val
        self.stills = np.flatnonzero(mine & z["still"])
        self.clips = np.flatnonzero(mine & ~z["still"])

    def __call__(self, index: np.ndarray) -> tuple[Tensor, Tensor]:
        seen, real = (
            torch.from_numpy(a[index]).permute(0, 3, 1, 2).float() / 255
            for a in (self.seen, self.real)
        )
        return seen, real

    def batch(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        half = BATCH // 2
        seen, real = self(np.r_[rng.choice(self.stills, half), rng.choice(self.clips, half)])
        flip = torch.from_numpy(rng.random(BATCH) < 0.5)
        seen[flip], real[flip] = seen[flip].flip(3), real[flip].flip(3)
        return softer(*recoloured(seen, real), rng)


def softer(seen: Tensor, real: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """A part of the pictures as if they were smaller ones, enlarged."""
    for k in np.flatnonzero(rng.random(len(seen)) < 0.4):
        share = float(rng.uniform(0.35, 0.9))
        both = torch.cat([seen[k : k + 1, :3], real[k : k + 1]], 1)
        small = F.interpolate(both, scale_factor=share, mode="area")
        both = F.interpolate(small, size=both.shape[2:], mode="bicubic", align_corners=False)
        seen[k, :3], real[k] = both[0].clamp(0, 1).split(3)
    return seen, real


def differences(x: Tensor) -> tuple[Tensor, Tensor]:
    return torch.diff(x, dim=2)[..., 1:], torch.diff(x, dim=3)[..., 1:, :]


def likeness(out: Tensor, real: Tensor, where: Tensor) -> Tensor:
    """How far from the real mouth, pixels and their differences, inside the painted region."""
    total = ((out - real).abs() * where).sum()
    for a, b in zip(differences(out), differences(real), strict=True):
        total = total + GRADIENT * ((a - b).abs() * where[..., 1:, 1:]).sum()
    return total / (3 * where.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    args = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(2)
    args.out.mkdir(parents=True, exist_ok=True)
    pack = Pack(args.pack, val=False)
    model = MouthPainter().to(device, memory_format=torch.channels_last)
    critic = Critic().to(device, memory_format=torch.channels_last)
    mean = {name: value.clone() for name, value in model.state_dict().items()}
    best = torch.optim.AdamW(model.parameters(), RATE, weight_decay=1e-3)
    judge = torch.optim.Adam(critic.parameters(), CRITIC_RATE, betas=(0.5, 0.99))
    kept = {"model": model, "critic": critic, "best": best, "judge": judge}
    last, used, step = args.out / "last.pt", 0.0, 0
    if saved := load(last, device):
        for name, part in kept.items():
            part.load_state_dict(saved[name])
        mean, used, step = saved["mean"], saved["used"], saved["step"]
    begun, stored, losses = time.monotonic() - used, time.monotonic(), []
    while used < 60 * args.minutes:
        torch.manual_seed(step)
        done = used / (60 * args.minutes)
        for group in best.param_groups:
            group["lr"] = rate(done, RATE)
        seen, real = (x.to(device) for x in pack.batch(np.random.default_rng(step)))
        where = region(seen)
        out = seen[:, :3] + model(seen)
        value = likeness(out, real, where)
        losses.append((float(value.detach()), 0.0))
        if done > ALONE:
            n = BATCH // 2  # stills
            inside = where[:n]
            truth = seen[:n, :3] + inside * (real[:n] - seen[:n, :3])
            told = critic(truth, inside)
            for p in critic.parameters():
                p.requires_grad_(False)
            felt = critic(out[:n], inside)
            judged = -felt[-1].mean()
            layers = zip(felt[:-1], told[:-1], strict=True)
            alike = sum((a - b.detach()).abs().mean() for a, b in layers)
            join = min(1.0, (done - ALONE) / 0.1)
            value = value + join * (JUDGED * judged + FELT * alike / 3)
            for p in critic.parameters():
                p.requires_grad_(True)
        best.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        best.step()
        averaged(model, mean, step)
        if done > ALONE:
            shown = critic(out[:n].detach(), inside)
            wrong = F.relu(1 - told[-1]).mean() + F.relu(1 + shown[-1]).mean()
            judge.zero_grad()
            wrong.backward()
            judge.step()
            losses[-1] = losses[-1][0], float(wrong.detach())
        step, used = step + 1, time.monotonic() - begun
        if step % 50 == 0:
            own, other = np.mean(losses[-50:], axis=0)
            print(f"{used:6.0f} s  step {step}  loss {own:.5f}  critic {other:.3f}", flush=True)
        if time.monotonic() - stored > EVERY or used >= 60 * args.minutes:
            stored = time.monotonic()
            states = {name: part.state_dict() for name, part in kept.items()}
            save(last, **states, mean=mean, used=used, step=step)


if __name__ == "__main__":
    main()
