"""What the life network makes of sounds of people it never saw, beside what they did.

    python -m training.life.score --pack life.npz --model life.pt

Free running, three seeds, told the sound, that somebody talks, and a
manner as each seed draws one. Rows are in degrees,
seconds and coefficients at 25 Hz; `moved` is the same of real people. Long clips only.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from training.checkpoint import load
from training.life.model import ASKED, CONTEXT, HEADS, LAYERS, PART, SPAN, WIDTH, Life, Step
from training.life.train import REAL, Pack
from vasari.motion.life import (
    AHEAD,
    AWAY,
    BLINK,
    CODES,
    GAZE,
    PATCH,
    POSITION,
    ROTATION,
    SIZE,
    SPREAD,
    TOLD,
    UNIT,
    Lids,
)
from vasari.motion.manner import MANNER
from vasari.values import MOTION_HZ, FloatArray

LEAST = 100  # frames


@torch.no_grad()
def make(life: Life, heard: FloatArray, seed: int, steps: int = 3, guidance: float = 0.5,
         manner: FloatArray | None = None, ahead: int = AHEAD) -> FloatArray:  # fmt: skip
    """Motion (T, SIZE) to what is heard (T, FEATURES + TONE); `ahead` frames after a patch."""
    frames = -(-len(heard) // PATCH) * PATCH
    x = np.zeros((frames + AHEAD, TOLD), np.float32)
    x[: len(heard), :-2], x[: len(heard), -2:] = heard, 1
    windows = np.lib.stride_tricks.sliding_window_view(x, SPAN, 0)[::PATCH].transpose(0, 2, 1)
    windows = windows.copy()
    windows[:, PATCH + ahead :] = 0
    asked = torch.zeros(1, 2, ASKED)
    asked[..., MANNER + 3] = 1
    asked[..., -4] = 1
    if manner is not None:
        asked[..., :MANNER], asked[..., MANNER] = torch.as_tensor(manner).float(), 1
    step, random = Step(life, steps), torch.Generator().manual_seed(seed)
    before, made, lids = torch.zeros(1, PATCH, SIZE), [], Lids(np.random.default_rng(seed))
    cache = torch.zeros(LAYERS, 2, 1, 2, HEADS, CONTEXT - 1, WIDTH // HEADS)
    for k, window in enumerate(windows):
        speech = torch.from_numpy(np.stack([window, np.zeros_like(window)]))[None]
        noise = torch.randn(1, PART, generator=random)
        weights = torch.tensor([[1 + guidance], [-guidance]]).expand(2, SIZE)
        age, dice = torch.tensor([float(min(k, CONTEXT - 1))]), torch.rand(1, generator=random)
        drawn, begins, cache = step(
            before, speech, asked, weights, noise, dice, torch.full((1,), lids.often(1)), cache, age
        )
        shut = lids.step(int(begins[0]))[:, None]
        made.append(np.concatenate([drawn[0].numpy(), shut / UNIT[BLINK]], 1, dtype=np.float32))
        before = torch.from_numpy(made[-1])[None]
    return (np.concatenate(made) * UNIT)[: len(heard)]


def rows(moved: FloatArray) -> dict[str, float]:
    rotation, code = moved[:, ROTATION], {n: moved[:, k] for n, k in CODES.items()}
    shut = moved[:, BLINK] > 0.5
    begins = np.flatnonzero(shut[1:] & ~shut[:-1])
    gaze = np.hypot(*(moved[:, GAZE] - np.median(moved[:, GAZE], axis=0)).T)
    jerk = np.abs(np.diff(rotation, 3, axis=0)).mean(1)
    out = {f"std {n}": rotation[:, k].std() for k, n in enumerate(("yaw", "pitch", "roll"))}
    out |= {f"mean {n}": rotation[:, k].mean() for k, n in enumerate(("yaw", "pitch", "roll"))}
    out |= {
        "dP": np.abs(np.diff(rotation, axis=0)).mean(), "jerk": jerk.mean(),
        "sway": moved[:, POSITION].std(0).mean(), "blinks/min": 1500 * len(begins) / len(moved),
        "blink frames": shut.sum() / max(1, len(begins)), "blink top": moved[:, BLINK].max(),
        "gaze": moved[:, GAZE].std(0).mean(), "away": (gaze > AWAY).mean(),
        "gaze jumps/s": 25 * (np.abs(np.diff(moved[:, GAZE], axis=0)).max(1) > 1.5).mean(),
        "brow up": code["browInnerUp"].std(), "brow outer": code["browOuterUpLeft"].std(),
        "brow down": code["browDownLeft"].std(), "squint": code["eyeSquintLeft"].std(),
        "smile": code["mouthSmileLeft"].mean(), "smile std": code["mouthSmileLeft"].std(),
        "seam": jerk[PATCH - 2 :: PATCH].mean() / jerk.mean(),
    }  # fmt: skip
    return {k: float(v) for k, v in out.items()}


def table(motions: list[FloatArray]) -> dict[str, float]:
    """Means over clips, by length."""
    weight = np.array([len(m) for m in motions], float)
    each = [rows(m) for m in motions]
    return {k: float(np.average([e[k] for e in each], weights=weight)) for k in each[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--guidance", type=float, nargs="+", default=[0.5])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--own", action="store_true", help="told each person's own manner")
    args = parser.parse_args()
    torch.set_num_threads(1)
    life, state = Life().eval(), load(args.model)
    assert state is not None, f"there is no {args.model}"
    life.load_state_dict(state["mean"])
    pack = Pack(args.pack, "val", 1, REAL)
    train = Pack(args.pack, "train", 1, {"real"})
    clips = [r for r in pack.rows if r["frames"] >= LEAST]
    part = [slice(r["begin"], r["begin"] + r["frames"]) for r in clips]
    tables = {
        "train": table([train.y[r["begin"] : r["begin"] + r["frames"]] for r in train.rows
                        if r["frames"] >= LEAST]),
        "real": table([pack.y[p] for p in part]),
    }  # fmt: skip
    talking = np.array([m for r in train.rows if r["manner"] is not None for m in r["manner"]])
    for g in args.guidance:
        made = []
        for seed in range(args.seeds):
            for k, (r, p) in enumerate(zip(clips, part, strict=True)):
                random = np.random.default_rng(100 * seed + k)
                some = talking.mean(0) + SPREAD * talking.std(0) * random.standard_normal(MANNER)
                manner = r["manner"][0] if args.own else some
                made.append(make(life, pack.x[p], seed, args.steps, g, manner))
        tables[f"g {g}"] = table(made)
    print(f"{len(clips)} clips, {sum(r['frames'] for r in clips) / MOTION_HZ / 60:.1f} minutes")
    print(" " * 14, *(f"{n:>9}" for n in tables))
    for row in tables["real"]:
        print(f"{row:14}", *(f"{t[row]:9.3f}" for t in tables.values()))


if __name__ == "__main__":
    main()
