"""Trains the life network, on a CPU or one CUDA card; goes on from its checkpoint.

python -m training.life.train --pack life.npz --out life.pt --minutes 40
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from training.checkpoint import averaged, load, rate, save
from training.life.model import ASKED, CONTEXT, SPAN, Life
from vasari.motion.life import AHEAD, BLINK, CODES, DRAWN, NAMES, PATCH, SIZE, TOLD, UNIT
from vasari.motion.manner import MANNER, SECONDS, SHUT, manner_of
from vasari.speech import LOUDNESS, VOICE
from vasari.values import MOTION_HZ

TOP, TOKENS = 6e-4, 1800  # rate; patches in a batch
DEAF, NO_TONE, NO_MANNER, NO_KIND, NO_GAZE = 0.15, 0.3, 0.4, 0.2, 0.5  # shares not told
NO_FEELING = 0.5
DRAWS = 3  # noises a patch
WEIGHT_BLINK = 0.3
REAL = {"real", "lrs3", "mead", "misc_real", "ravdess"}
READING = {"grid_s1", "grid", "lrc_ar", "mcgurk", "turkish"}
SHARE = {"real": 0.25, "grid_s1": 0.1, "lrc_ar": 0.1, "generated": 0.45}  # of batches; rest 0.1
NOISY, OFFSET = 0.5, 0.12  # share of sequences whose past is off by a little, units
FINEST = 0.02  # least spread of an axis, units
MIRROR = [*range(8), *(CODES[n.replace("Left", "?").replace("Right", "Left").replace("?", "Right")]
                       for n in NAMES), BLINK]  # fmt: skip
SIGN = np.ones(SIZE, np.float32)
SIGN[[0, 2, 3, 6]] = -1  # yaw, roll, right, gaze yaw
CHECKPOINT = 120  # seconds


class Pack:
    """Batches of sequences of patches; the same seed gives the same ones."""

    def __init__(self, path: Path, split: str, seed: int, kinds: set[str] | None = None) -> None:
        z = np.load(path)
        self.x = np.concatenate([z["x"][:, [VOICE, LOUDNESS]], z["felt"]], 1).astype(np.float32)
        self.y = z["y"].astype(np.float32)
        self.known = z["known"]
        self.rows = [r for r in json.loads(str(z["segments"])) if r["split"] == split
                     and (kinds is None or r["kind"] in kinds)]  # fmt: skip
        for row in self.rows:
            moved = self.y[row["begin"] : row["begin"] + row["frames"]]
            long = len(moved) >= SECONDS * MOTION_HZ
            row["manner"] = (
                [manner_of(m) for m in (moved, moved[:, MIRROR] * SIGN)] if long else None
            )
            row["felt"] = z["felt"][row["begin"] : row["begin"] + row["frames"], -2:].mean(0)
            row["group"] = row["kind"] if row["kind"] in SHARE else "rest"
        self.groups = {g: [r for r in self.rows if r["group"] == g] for g in (*SHARE, "rest")}
        self.random = np.random.default_rng(seed)

    def batch(self, device: str, deaf: bool = False) -> dict[str, Tensor]:
        """`patch` (n, t, PATCH, SIZE) before, `next` the ones to come, `speech`, `asked`, `there`
        and `counts` (n, t)."""
        r = self.random
        groups = [g for g in self.groups if self.groups[g]]
        share = np.array([SHARE.get(g, 1 - sum(SHARE.values())) for g in groups])
        rows = self.groups[groups[r.choice(len(groups), p=share / share.sum())]]
        frames = np.array([row["frames"] for row in rows], float)
        t = max(4, int(min(CONTEXT, frames.max() // PATCH)))
        n = max(8, TOKENS // t)
        picked = [rows[k] for k in r.choice(len(rows), n, p=frames / frames.sum())]
        made = [self.sequence(row, t) for row in picked]
        out = {k: torch.from_numpy(np.stack([m[k] for m in made])).to(device) for k in made[0]}
        return out

    def sequence(self, row: dict, t: int) -> dict[str, np.ndarray]:
        r = self.random
        have = row["frames"]
        first = row["begin"] + int(r.integers(0, max(1, have - (t + 1) * PATCH + 1)))
        last = row["begin"] + have
        first -= int(r.integers(0, PATCH)) if first > row["begin"] + PATCH else 0
        mirrored = r.random() < 0.5
        frames = (t + 1) * PATCH
        y = np.zeros((frames, SIZE), np.float32)
        known = np.zeros(frames, bool)
        stop = min(frames, last - first)
        y[:stop], known[:stop] = self.y[first : first + stop], self.known[first : first + stop]
        if mirrored:
            y = y[:, MIRROR] * SIGN
        shut = np.append(y[:, BLINK], 1) >= SHUT  # a blink begins one frame before
        begins = (shut[1:] & ~shut[:-1]).reshape(t + 1, PATCH)[1:]
        blink = np.where(begins.any(1), begins.argmax(1), PATCH)
        y /= UNIT
        y = y.reshape(t + 1, PATCH, SIZE)
        there = known.reshape(t + 1, PATCH).all(1)
        patch = y[:-1].copy()
        if first == row["begin"] and r.random() < 0.5:  # a face at rest begins to talk
            patch[0] = 0
        x = np.zeros((frames + AHEAD, TOLD), np.float32)
        until = min(len(x), last - first)
        x[:until, :-2] = self.x[first : first + until]
        x[:until, -2:] = 1
        if r.random() < NO_TONE:
            x[:, -7:-2] = x[:, -1:] = 0
        if r.random() < DEAF:
            x[:] = 0
        windows = np.lib.stride_tricks.sliding_window_view(x, SPAN, 0)[PATCH::PATCH][:t]
        speech = windows.transpose(0, 2, 1).copy()
        hears = r.choice([SPAN, int(r.integers(1, SPAN + 1))])  # how far ahead it is there already
        speech[:, hears:] = 0
        asked = np.tile(self.asked(row, mirrored), (t, 1))
        return {"patch": patch, "next": y[1:], "speech": speech, "asked": asked, "blink": blink,
                "there": there[:-1], "counts": there[1:] & there[:-1]}  # fmt: skip

    def asked(self, row: dict, mirrored: bool) -> np.ndarray:
        r = self.random
        asked = np.zeros(ASKED, np.float32)
        if row["manner"] is not None and r.random() > NO_MANNER:
            asked[:MANNER], asked[MANNER] = row["manner"][mirrored], 1
        if r.random() > NO_KIND:
            kind = 2 if row["kind"] in REAL else 1 if row["kind"] in READING else 0
            asked[MANNER + 1 + kind] = 1
        if r.random() > NO_GAZE:
            looks = np.array(row["looks"], np.float32) / 10 * (-1 if mirrored else 1, 1)
            asked[-6:-3] = *looks, 1
        if r.random() > NO_FEELING:
            asked[-3:] = *row["felt"], 1
        return asked


def loss(net: Life, batch: dict[str, Tensor], noisy: bool = True) -> Tensor:
    patch, following = batch["patch"], batch["next"]
    last = patch[:, :, -1]
    if noisy:  # what was made before is not quite what people do: go back to what they do
        off = torch.randn(len(patch), 1, 1, SIZE, device=patch.device) * OFFSET
        off = off * (torch.rand(len(patch), 1, 1, 1, device=patch.device) < NOISY)
        off[..., BLINK] = 0
        fading = torch.linspace(1, 0, PATCH, device=patch.device)[:, None]
        patch, last, following = patch + off, last + off[:, :, 0], following + off * fading
    thought = net(patch, batch["speech"], batch["asked"], batch["there"])
    counts = batch["counts"]
    begins = F.cross_entropy(
        net.blinks(thought).flatten(0, 1), batch["blink"].flatten(), reduction="none"
    ).view_as(counts)
    way = net.ways(last, following)[:, :, None].expand(-1, -1, DRAWS, -1)
    t = torch.sigmoid(torch.randn(way.shape[:-1], device=way.device))
    noise = torch.randn_like(way)
    mixed = (1 - t[..., None]) * noise + t[..., None] * way
    told = net.with_blink(thought, batch["blink"])[:, :, None].expand(-1, -1, DRAWS, -1)
    error = ((net.draw(mixed, told, t) - (way - noise)) ** 2).mean(-1).mean(-1)
    return ((error + WEIGHT_BLINK * begins) * counts).sum() / counts.sum()


def score(net: Life, packs: dict[str, Pack], device: str) -> dict[str, float]:
    """The same loss on people never trained on, with the same noise every time."""
    out = {}
    net.eval()
    for name, pack in packs.items():
        torch.manual_seed(1)
        pack.random = np.random.default_rng(1)
        with torch.no_grad():
            batches = [pack.batch(device) for _ in range(4)]
            for what in ("", " deaf"):
                torch.manual_seed(2)
                if what:
                    batches = [{**b, "speech": torch.zeros_like(b["speech"])} for b in batches]
                each = [float(loss(net, b, noisy=False)) for b in batches]
                out[name + what] = round(float(np.mean(each)), 4)
    return out


def fit_axes(net: Life, pack: Pack) -> None:
    """Axes and spreads of the ways that patches go, and of manners."""
    ways = []
    for row in pack.rows:
        y = pack.y[row["begin"] : row["begin"] + row["frames"]] / UNIT
        k = (len(y) - 1) // PATCH
        if k:
            ways.append(y[1 : 1 + k * PATCH].reshape(k, PATCH, SIZE) - y[: k * PATCH : PATCH, None])
    way = np.concatenate(ways)
    for c in range(DRAWN):
        values, axes = np.linalg.eigh(np.cov(way[..., c].T))
        net.axes[c] = torch.from_numpy(axes[:, ::-1].copy()).float()
        net.spread[c] = torch.from_numpy(np.sqrt(values[::-1]).clip(FINEST).copy()).float()
    manners = np.stack([m for r in pack.rows if r["manner"] is not None for m in r["manner"]])
    net.manner_mean[:] = torch.from_numpy(manners.mean(0)).float()
    net.manner_spread[:] = torch.from_numpy(manners.std(0)).float()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--start", type=Path, help="checkpoint whose weights it begins with")
    parser.add_argument("--real-only", action="store_true", help="for comparison")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    pack = Pack(args.pack, "train", 100, REAL | READING if args.real_only else None)
    kinds = {"real": REAL, "reading": READING, "generated": {"generated", "unknown"}}
    judges = {name: Pack(args.pack, "val", 1, kind) for name, kind in kinds.items()}
    net = Life().to(device)
    if args.start:
        begun = load(args.start, device)["mean"]
        own = net.state_dict()
        alike = {k: v for k, v in begun.items() if k in own and own[k].shape == v.shape}
        net.load_state_dict(alike, strict=False)
    fit_axes(net, Pack(args.pack, "train", 0))
    optimiser = torch.optim.AdamW(net.parameters(), TOP, weight_decay=0.05, betas=(0.9, 0.98))
    mean = {k: v.clone() for k, v in net.state_dict().items()}
    step, spent = 0, 0.0
    if (state := load(args.out, device)) is not None:
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        mean, step, spent = state["mean"], state["step"], state["spent"]
        pack.random = np.random.default_rng(100 + step)
    print(sum(p.numel() for p in net.parameters()), "parameters", device, flush=True)
    begun, saved, losses = time.monotonic() - spent, time.monotonic(), []
    judge = Life().to(device)
    while (spent := time.monotonic() - begun) < 60 * args.minutes:
        net.train()
        for group in optimiser.param_groups:
            group["lr"] = rate(spent / (60 * args.minutes), TOP)
        now = loss(net, pack.batch(device))
        optimiser.zero_grad()
        now.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        averaged(net, mean, step)
        step += 1
        losses.append(float(now))
        if time.monotonic() - saved > CHECKPOINT:
            judge.load_state_dict(mean)
            print(step, round(spent / 60, 1), "min", round(float(np.mean(losses)), 4),
                  score(judge, judges, device), flush=True)  # fmt: skip
            save(args.out, net=net.state_dict(), optimiser=optimiser.state_dict(), mean=mean,
                 step=step, spent=spent)  # fmt: skip
            saved, losses = time.monotonic(), []
    save(args.out, net=net.state_dict(), optimiser=optimiser.state_dict(), mean=mean, step=step,
         spent=spent)  # fmt: skip


if __name__ == "__main__":
    main()
