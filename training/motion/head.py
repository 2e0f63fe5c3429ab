"""Fits how heads move while people talk: an autoregression with changing vigour.

    python -m training.motion.head --pack motion.npz --out src/vasari/weights/head.npz

Each of yaw, pitch and roll, smoothed over 280 ms and freed of the clip's mean, is an autoregression
of ORDER frames on itself. Pitch and the others also follow the loudness of the last HEARD frames.
What is left over is normal noise whose spread is larger in speech than in silence and rises and
falls over seconds. Prints the same figures for the clips and for a simulation.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
from scipy.signal import lfilter, savgol_filter

from training.motion.data import loudness as loudness_of
from training.motion.data import rows

ORDER = 4
HEARD = 12  # frames of loudness, the first is the present one
QUIET = -1.0  # loudness (SPAN_DB to the unit) below which nobody speaks
RIDGE = 20.0
LIKELY = (0.6, 5.0)  # degrees, standard deviation of the yaw of clips taken


def tracks(shared: Path, pack: Path):
    """Pairs of rotation (T, 3) around its mean and loudness (T,)."""
    z, out = np.load(pack), []
    for r in rows(shared):
        name = r["id"]
        if r["split"] != "train" or f"{name}.found" not in z or not z[f"{name}.found"].all():
            continue
        rotation = savgol_filter(z[f"{name}.rotation"], 7, 2, axis=0)
        rotation = rotation - rotation.mean(0)
        if len(rotation) < 75 or not LIKELY[0] < rotation[:, 0].std() < LIKELY[1]:
            continue
        sound = z[f"{name}.sound"].astype(np.float32) / 32768
        n = (len(rotation) + 1) * 640
        sound = np.pad(sound[:n], (0, max(0, n - len(sound))))
        out.append((rotation, loudness_of(sound[None])[0, 1:]))
    return out


def heard(loudness: np.ndarray) -> np.ndarray:
    """(T, HEARD) the last loudness values, 0 in silence, about 1 at the running level."""
    value = np.clip(loudness + 1.5, 0, 2)
    padded = np.pad(value, (HEARD - 1, 0), mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, HEARD)[:, ::-1] - value.mean()


def fit(clips) -> dict[str, np.ndarray]:
    past, sound, spread, left = [], [], [], []
    for axis in range(3):
        x, y = [], []
        for rotation, loudness in clips:
            r = rotation[:, axis]
            lags = np.stack([r[ORDER - k : len(r) - k] for k in range(1, ORDER + 1)], 1)
            x.append(np.concatenate([lags, heard(loudness)[ORDER:]], 1))
            y.append(r[ORDER:])
        xs, ys = np.concatenate(x), np.concatenate(y)
        w = np.linalg.solve(xs.T @ xs + RIDGE * np.diag([0] * ORDER + [1] * HEARD), xs.T @ ys)
        past.append(w[:ORDER])
        sound.append(w[ORDER:])
        left.append([b - a @ w for a, b in zip(x, y, strict=True)])
    loud = np.concatenate([ln[ORDER:] for _, ln in clips]) > QUIET
    for axis in range(3):
        e = np.concatenate(left[axis])
        spread.append([e[~loud].std(), e[loud].std()])
    vigour = [np.log(np.convolve(np.sqrt(sum(left[a][i] ** 2 for a in range(3))), np.ones(25) / 25,
              "valid") + 1e-4) for i in range(len(clips)) if len(left[0][i]) > 60]  # fmt: skip
    within = float(np.mean([v.std() for v in vigour]))
    return {"past": np.array(past), "sound": np.array(sound), "spread": np.array(spread),
            "vigour": np.array(within)}  # fmt: skip


def simulate(model: dict[str, np.ndarray], loudness: np.ndarray, rng: np.random.Generator):
    n = len(loudness)
    h = lfilter([1], [1, -0.97], rng.normal(0, model["vigour"] * np.sqrt(1 - 0.97**2), n))
    u, out = heard(loudness), []
    for axis in range(3):
        sigma = np.where(loudness > QUIET, model["spread"][axis, 1], model["spread"][axis, 0])
        drive = rng.normal(0, 1, n) * sigma * np.exp(h - h.std() ** 2) + u @ model["sound"][axis]
        out.append(lfilter([1], np.r_[1, -model["past"][axis]], drive))
    return np.stack(out, 1)


def figures(name: str, moves: list[np.ndarray], louds: list[np.ndarray]) -> None:
    d = [np.abs(np.diff(m, axis=0)) for m in moves]
    talk = np.concatenate([x[ln[1:] > QUIET] for x, ln in zip(d, louds, strict=True)])
    rest = np.concatenate([x[ln[1:] <= QUIET] for x, ln in zip(d, louds, strict=True)])
    spectrum = sum(np.abs(np.fft.rfft(m[:75] - m[:75].mean(0), axis=0)) ** 2 for m in moves)
    bands = [spectrum[a:b].sum(0) for a, b in ((1, 3), (3, 9), (9, 18), (18, 38))]
    share = np.array(bands) / sum(bands)
    std = np.mean([m.std(0) for m in moves], axis=0)
    print(name, "std", std.round(2), "change in speech", talk.mean(0).round(3),
          "in silence", rest.mean(0).round(3), "\n  power in .3-1, 1-3, 3-6, >6 Hz",
          share.mean(1).round(4))  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/vasari/weights/head.npz"))
    args = parser.parse_args()
    clips = tracks(Path(args.shared), args.pack)
    model = fit(clips)
    rng = np.random.default_rng(0)
    louds = [c[1] for c in clips]
    print(len(clips), "clips")
    figures("clips", [c[0] for c in clips], louds)
    sims = [simulate(model, np.tile(ln, 3), rng)[len(ln) : 2 * len(ln)] for ln in louds]
    figures("simulated", [s - s.mean(0) for s in sims], louds)
    print("roots", [np.abs(np.roots(np.r_[1, -p])).max().round(4) for p in model["past"]])
    print("sound", model["sound"].round(4).tolist(), "spread", model["spread"].round(3).tolist(),
          "vigour", float(model["vigour"]))  # fmt: skip
    long = simulate(model, np.zeros(50000), rng)
    print("long run", long.std(0), np.abs(long).max(0))
    np.savez(args.out, **{k: v.astype(np.float32) for k, v in model.items()})
