"""Step 4: train, on one thread of a CPU or one CUDA card.

    python -m training.matte.train --pack pack.npz --out run/ --minutes 25 [--start last.pt]

Checkpoints every two minutes; started again, it goes on with the time that is left. `--start` takes
the averaged weights of an earlier run into a new schedule.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.checkpoint import cosine, load, save
from training.matte.augment import example
from training.matte.model import Matte

BATCH = 16
WARM = 0.03  # share of the time in which the rate rises
EVERY = 120  # seconds between checkpoints


def loss(logits: Tensor, target: Tensor) -> Tensor:
    """L1, the same of the gradients, and a little cross entropy to begin with."""
    found = torch.sigmoid(logits)
    plain = (found - target).abs().mean()
    edges = sum((torch.diff(found, dim=d) - torch.diff(target, dim=d)).abs().mean() for d in (2, 3))
    return plain + 2 * edges + 0.3 * F.binary_cross_entropy_with_logits(logits, target)


def batch(pack, pool: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    pairs = [example(pack, int(i), rng) for i in rng.choice(pool, BATCH)]
    seen = torch.from_numpy(np.stack([p[0] for p in pairs])).permute(0, 3, 1, 2).float() / 255
    target = torch.from_numpy(np.stack([p[1] for p in pairs]))[:, None].float() / 255
    return seen.contiguous(memory_format=torch.channels_last), target


def averaged(path: Path) -> dict[str, Tensor]:
    """The averaged weights of a checkpoint."""
    state = torch.load(path, map_location="cpu", weights_only=False)["average"]
    return {k.removeprefix("module."): v for k, v in state.items() if k != "n_averaged"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    if args.device == "cpu":
        torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    whole = np.load(args.pack)
    # The other people in front of whom someone is set must be training people too.
    train = whole["splits"] == "train"
    pack = {k: whole[k][train] for k in ("pictures", "labels", "ovals")}
    pool = np.arange(int(train.sum()))
    model = Matte()
    if args.start:
        model.load_state_dict(averaged(args.start))
    model = model.to(args.device, memory_format=torch.channels_last)
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.995), use_buffers=True
    )
    optimiser = torch.optim.AdamW(model.parameters(), args.rate, weight_decay=1e-3)
    spent, step = 0.0, 0
    last = args.out / "last.pt"
    state = load(last, args.device)
    if state:
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        spent, step = state["spent"], state["step"]
    rng = np.random.default_rng(step + 1)
    started, saved, losses = time.monotonic() - spent, time.monotonic(), []
    while spent < args.minutes * 60:
        done = spent / (args.minutes * 60)
        rate = args.rate * min(done / WARM + 0.02, cosine(done))
        for group in optimiser.param_groups:
            group["lr"] = rate
        seen, target = (t.to(args.device) for t in batch(pack, pool, rng))
        value = loss(model(seen), target)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        average.update_parameters(model)
        losses.append(float(value.detach()))
        step, spent = step + 1, time.monotonic() - started
        if step % 50 == 0:
            print(f"{spent:6.0f} s  step {step}  loss {np.mean(losses[-50:]):.4f}", flush=True)
        if time.monotonic() - saved > EVERY or spent >= args.minutes * 60:
            saved = time.monotonic()
            save(last, model=model.state_dict(), average=average.state_dict(),
                 optimiser=optimiser.state_dict(), spent=spent, step=step)  # fmt: skip


if __name__ == "__main__":
    main()
