"""Train the painter, on one thread of a CPU or one CUDA card.

    python -m training.painter.train --pack pack.npz --out run/ --minutes 60 [--start x.pt]

Checkpoints every two minutes; started again, it goes on with the time that is left. Pictures are
compared at half size, sharp and softly blurred: the warp is some pixels off now and then, and light
is smooth anyway.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.checkpoint import load, rate, save
from training.painter.model import Painter, lit
from training.reader.augment import SWAPPED
from vasari.render.layers.light import DEGREES
from vasari.values import BLENDSHAPES

BATCH = 24
RATE = 3e-3
EVERY = 120  # seconds between checkpoints
SOFTER = 1.25  # deviation of the second comparison's blur, in pixels of half the crop
LIPS = 4.0  # how much more the mouth and what is around it count
MOST_TURN = 25.0  # degrees between the two frames of a pair
N = len(BLENDSHAPES)


class Pack:
    """Batches of seen (n, 6, 128, 128), real (n, 3, 128, 128), code (n, CODE), floats."""

    def __init__(self, path: Path, val: bool) -> None:
        z = np.load(path)
        self.seen, self.real, self.code = z["seen"], z["real"], z["code"].astype(np.float32)
        turned = np.abs(self.code[:, 2 * N] - self.code[:, 2 * N + 3]) * DEGREES
        self.pool = np.flatnonzero((z["val"] == val) & (turned < MOST_TURN))
        self.clip = z["clip"]

    def __call__(self, index: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        seen, real = (
            torch.from_numpy(a[index]).permute(0, 3, 1, 2).float() / 255
            for a in (self.seen, self.real)
        )
        return seen, real, torch.from_numpy(self.code[index])


def mirrored(seen: Tensor, real: Tensor, code: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    swap = torch.from_numpy(np.concatenate([SWAPPED, SWAPPED + N, np.arange(2 * N, 2 * N + 8)]))
    sign = torch.ones(code.shape[1])
    sign[[2 * N, 2 * N + 2, 2 * N + 3, 2 * N + 5, 2 * N + 6]] = -1  # yaws and rolls
    return seen.flip(3), real.flip(3), code[:, swap] * sign


def recoloured(seen: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """The same change of light and colour in both pictures."""
    n = len(seen)
    colour = torch.cat([seen[:, :3], real], 0)
    grey = colour.mean(1, keepdim=True)
    less = (torch.rand(n, 1, 1, 1) < 0.12).float() + 0.3 * torch.randn(n, 1, 1, 1).clamp(-1, 1)
    less = less.clamp(-0.4, 1).repeat(2, 1, 1, 1)
    gain = torch.exp(0.25 * torch.randn(n, 1, 1, 1) + 0.1 * torch.randn(n, 3, 1, 1))
    power = torch.exp(0.25 * torch.randn(n, 1, 1, 1)).repeat(2, 1, 1, 1)
    colour = (colour + less * (grey - colour)).clamp(1e-3, 1) ** power
    colour = (colour * gain.repeat(2, 1, 1, 1)).clamp(0, 1)
    return torch.cat([colour[:n], seen[:, 3:]], 1), colour[n:]


def blurred(x: Tensor, deviation: float) -> Tensor:
    reach = int(3 * deviation)
    at = torch.arange(-reach, reach + 1, device=x.device)
    line = torch.exp(-0.5 * (at / deviation) ** 2)
    line = (line / line.sum()).repeat(x.shape[1], 1, 1)
    x = F.conv2d(x, line[:, :, None], padding=(0, reach), groups=x.shape[1])
    return F.conv2d(x, line[:, :, :, None], padding=(reach, 0), groups=x.shape[1])


def importance(seen: Tensor) -> Tensor:
    """(n, 1, 64, 64) the face, and LIPS times as much the mouth and around it."""
    lips = F.max_pool2d(seen[:, 3:4], 9, 1, 4)
    return seen[:, 5:] * (1 + LIPS * lips)


def loss(model: Painter, seen: Tensor, real: Tensor, code: Tensor) -> Tensor:
    light = model(seen, code)
    seen, real = F.avg_pool2d(seen, 2), F.avg_pool2d(real, 2)
    off, weight = lit(seen, light) - real, importance(seen)
    total = sum((x.abs() * weight).mean() for x in (off, blurred(off, SOFTER)))
    rough = sum(torch.diff(light, dim=d).abs().mean() for d in (2, 3))
    return total + 0.02 * rough + 0.002 * light.abs().mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="last.pt of an earlier run, to go on from")
    parser.add_argument("--minutes", type=float, default=60)
    args = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    pack = Pack(args.pack, val=False)
    model = Painter().to(device, memory_format=torch.channels_last)
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.995), use_buffers=True
    )
    if args.start and (earlier := load(args.start, device)):
        average.load_state_dict(earlier["average"])
        model.load_state_dict(average.module.state_dict())
    best = torch.optim.AdamW(model.parameters(), RATE, weight_decay=1e-3)
    last, used, step = args.out / "last.pt", 0.0, 0
    if saved := load(last, device):
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        best.load_state_dict(saved["best"])
        used, step = saved["used"], saved["step"]
    begun, kept, losses = time.monotonic() - used, time.monotonic(), []
    while used < 60 * args.minutes:
        torch.manual_seed(step)
        rng = np.random.default_rng(step)
        done = used / (60 * args.minutes)
        for group in best.param_groups:
            group["lr"] = rate(done, RATE)
        seen, real, code = pack(rng.choice(pack.pool, BATCH))
        if step % 2:
            seen, real, code = mirrored(seen, real, code)
        seen, real = recoloured(seen, real)
        value = loss(model, *(t.to(device) for t in (seen, real, code)))
        best.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        best.step()
        average.update_parameters(model)
        losses.append(float(value.detach()))
        step, used = step + 1, time.monotonic() - begun
        if step % 50 == 0:
            print(f"{used:6.0f} s  step {step}  loss {np.mean(losses[-50:]):.5f}", flush=True)
        if time.monotonic() - kept > EVERY or used >= 60 * args.minutes:
            kept = time.monotonic()
            save(last, model=model.state_dict(), average=average.state_dict(),
                 best=best.state_dict(), used=used, step=step)  # fmt: skip


if __name__ == "__main__":
    main()
