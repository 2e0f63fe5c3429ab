"""Trains the articulation network on what data.py packed.

    python -m training.articulation.train --pack pack/ --out articulation.pt --minutes 12
                                          [--believe believe.json] [--write-believe believe.json]

One thread; checkpoint every 100 s, resumable. `--write-believe` writes how far each clip's mouth
agrees with the guess and at which shift of its sound; `--believe` weighs and shifts clips by that.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

from training import checkpoint
from training.articulation.loss import Loss
from training.articulation.model import AHEAD, PAST, Articulation, held
from training.articulation.phones import MARKS, OPEN, SHUT, marks
from training.articulation.seen import GAPS, MIDDLE
from vasari.motion.gate import Gate, Presence
from vasari.speech import FEATURES, LOUDNESS, VOICE
from vasari.speech.mel import LOWEST

FACES, SPOKEN, FRAMES = 16, 10, 64  # pieces in a batch, and frames of each
RATE = 2e-3
SHIFTS = range(-6, 7)
EDGE = 3  # last frames of a face are not believed: their features heard the sound end
WORTH = {
    "grid_s1": 0.26, "lrc_ar": 0.20, "mcgurk": 0.05, "turkish": 0.02, "mead": 0.01, "ravdess": 0.01,
    "real": 0.18, "unknown": 0.05, "generated": 0.24,
}  # share of each kind of face in a batch  # fmt: skip
SAID = (0.42, 0.32, 0.16, 0.1)  # shares of speech, synthetic voices, singing and held vowels
ALTERED = 0.25, 0.4  # shares of faces and of other speech whose sound is altered
LOOKS = (0.15, 0.15, 0.7)  # shares of batches in which the mouth looks 0, 1, 2 frames ahead
PHONES, STRANGE = 0.7, 1.0  # weights of hinges and of expressions unlike faces', beside the faces


class Data:
    """One part of the pack in memory."""

    def __init__(self, folder: Path) -> None:
        self.rows = json.loads((folder / "segments.json").read_text())
        self.x = [np.load(folder / f"x.{k}.npy", mmap_mode="r") for k in (0, 1)]
        self.z = {k: np.load(folder / f"{k}.npy", mmap_mode="r")
                  for k in ("code", "seen", "known")}  # fmt: skip
        self.z["marks"] = np.concatenate([marks(r["phones"], r["frames"]) for r in self.rows])
        self.gate = np.concatenate([gate_of(self.x[0][r["begin"] : r["begin"] + r["frames"]])
                                    for r in self.rows])  # fmt: skip

    def features(self, row: dict, start: int, frames: int, version: int = 0) -> np.ndarray:
        """(PAST + frames + AHEAD, FEATURES) around frames `start` on; outside there is silence."""
        at = np.arange(start - PAST, start + frames + AHEAD)
        inside = (at >= 0) & (at < row["frames"])
        out = np.zeros((len(at), FEATURES), np.float32)
        out[:, LOUDNESS] = LOWEST
        out[inside] = self.x[version][row["begin"] + at[inside]]
        return out

    def take(self, key: str, row: dict, start: int, frames: int) -> np.ndarray:
        at = start + np.arange(frames)
        array = self.gate if key == "gate" else self.z[key]
        out = np.zeros((frames, *array.shape[1:]), np.float32)
        inside = (at >= 0) & (at < row["frames"])
        out[inside] = array[row["begin"] + at[inside]]
        return out


def gate_of(x: np.ndarray) -> np.ndarray:
    """(T,) what MotionStream multiplies the mouth with: the gate hears AHEAD frames early."""
    gate, presence = Gate(), Presence()
    way = [gate.step(float(f[VOICE]), float(f[LOUDNESS]), presence.step(f))
           for f in x.astype(np.float32)]  # fmt: skip
    return np.array(way[AHEAD:] + way[-1:] * min(AHEAD, len(way)), np.float32)[: len(x)]


class Pieces:
    def __init__(self, faces: Data, spoken: list[Data], believe: dict, seed: int) -> None:
        self.rng, self.believe = np.random.default_rng(seed), believe
        self.faces, self.spoken = faces, spoken
        self.groups = []
        for kind, share in WORTH.items():
            rows = [r for r in faces.rows if r["kind"] == kind and r["split"] == "train"]
            if rows:
                long = np.array([max(r["frames"] - 20, 10) ** 0.7 for r in rows])
                weight = long * [self.agreement(r) for r in rows]
                self.groups.append((share, rows, np.cumsum(weight / weight.sum())))
        self.shares = np.cumsum([g[0] for g in self.groups])
        self.shares /= self.shares[-1]
        self.said = []
        for data in spoken:
            rows = [r for r in data.rows if r["split"] == "train" and r["frames"] > 15]
            weight = np.array([r["frames"] for r in rows], float)
            self.said.append((rows, np.cumsum(weight / weight.sum())))

    def agreement(self, row: dict) -> float:
        """How far a clip is believed; people are, whatever the guess."""
        if row["kind"] not in ("real", "unknown", "generated"):
            return 1.0
        r = self.believe.get(row["name"].strip("~"), {"r": 0.4})["r"]
        return max(r, 0.05) ** 2

    def shift(self, row: dict) -> int:
        return int(self.believe.get(row["name"].strip("~"), {"lag": 0})["lag"])

    def batch(self) -> dict[str, torch.Tensor]:
        rng, out = self.rng, []
        for _ in range(FACES):
            _, rows, pick = self.groups[int(np.searchsorted(self.shares, rng.random()))]
            row = rows[int(np.searchsorted(pick, rng.random()))]
            spare = row["frames"] - FRAMES
            start = int(rng.integers(0, spare + 1)) if spare > 0 else 0
            heard = start + self.shift(row)
            known = self.faces.take("known", row, start, FRAMES)
            at = start + np.arange(FRAMES)
            known[(at >= row["frames"] - EDGE) | (at + heard - start < 0)] = 0
            known[at + heard - start >= row["frames"] - EDGE] = 0
            out.append({
                "x": self.faces.features(row, heard, FRAMES, int(rng.random() < ALTERED[0])),
                "gate": self.faces.take("gate", row, heard, FRAMES), "known": known,
                "code": self.faces.take("code", row, start, FRAMES),
                "seen": self.faces.take("seen", row, start, FRAMES),
                "marks": np.zeros((FRAMES, MARKS), np.float32),
            })  # fmt: skip
        for _ in range(SPOKEN):
            k = int(np.searchsorted(np.cumsum(SAID), rng.random()))
            data, (rows, pick) = self.spoken[k], self.said[k]
            row = rows[int(np.searchsorted(pick, rng.random()))]
            start = int(rng.integers(0, max(1, row["frames"] - FRAMES + 1)))
            out.append({
                "x": data.features(row, start, FRAMES, int(rng.random() < ALTERED[1])),
                "gate": data.take("gate", row, start, FRAMES),
                "marks": data.take("marks", row, start, FRAMES),
                "known": np.zeros(FRAMES, np.float32),
                "code": out[0]["code"], "seen": out[0]["seen"],
            })  # fmt: skip
        return {k: torch.from_numpy(np.stack([o[k] for o in out])) for k in out[0]}


@torch.no_grad()
def guess(model: Articulation, data: Data, row: dict, by_code: torch.Tensor) -> np.ndarray:
    """(T, SEEN) of a whole segment, the gate laid on it."""
    x = torch.from_numpy(data.features(row, 0, row["frames"])[None])
    made = held(model(x))[0, :, :-1] @ by_code
    return made.numpy() * data.take("gate", row, 0, row["frames"])[:, None]


def opening(seen: np.ndarray) -> np.ndarray:
    return np.maximum(seen[:, GAPS][:, MIDDLE], 0).mean(1)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return 0.0 if a.std() < 1e-6 or b.std() < 1e-6 else float(np.corrcoef(a, b)[0, 1])


def bends(x: np.ndarray, order: int) -> float:
    """Mean size of the differences of an order."""
    return float(np.abs(np.diff(x, order)).mean())


def check(model: Articulation, faces: Data, spoken: list[Data], by_code: torch.Tensor) -> str:
    """Correlations on validation faces, closures on validation speech."""
    model.eval()
    r: dict[str, list[float]] = {}
    ratio: list[list[float]] = []
    for row in faces.rows:
        if row["split"] == "val":
            ok = faces.take("known", row, 0, row["frames"]).astype(bool)
            ok[-EDGE:] = False
            made = opening(guess(model, faces, row, by_code))[ok]
            real = opening(faces.take("seen", row, 0, row["frames"]))[ok]
            r.setdefault(row["kind"], []).append(correlation(made, real))
            moved = [bends(made, k) / (bends(real, k) + 1e-3) for k in (1, 2)]
            ratio.append([made.std() / (real.std() + 1e-3), *moved])
    shut, wide = [], []
    for row in spoken[0].rows:
        if row["split"] == "val":
            made = opening(guess(model, spoken[0], row, by_code))
            asked = spoken[0].take("marks", row, 0, row["frames"]) > 0
            shut.append(made[asked[:, SHUT]])
            wide.append(made[asked[:, OPEN]])
    model.train()
    shut, wide = np.concatenate(shut), np.concatenate(wide)
    line = " ".join(f"{k} {np.nanmean(v):.3f}" for k, v in r.items())
    return (f"{line} | speech frames: shut {np.mean(shut < 0.02):.3f} open shut "
            f"{np.mean(wide < 0.02):.3f} median {np.median(wide):.3f} | spread, travel, bends "
            f"{np.median(ratio, 0).round(2)}")  # fmt: skip


def write_believe(model: Articulation, faces: Data, by_code: torch.Tensor, before: dict,
                  out: Path) -> None:  # fmt: skip
    model.eval()
    believe, wide = {}, max(SHIFTS)
    for row in faces.rows:
        if row["kind"] not in ("real", "unknown", "generated") or row["frames"] < 40:
            continue
        ok = faces.take("known", row, 0, row["frames"]).astype(bool)
        made = opening(guess(model, faces, row, by_code))
        real = opening(faces.take("seen", row, 0, row["frames"]))
        n = len(made)
        use = ok[wide : n - wide]
        middle = real[wide : n - wide][use]
        r = [correlation(made[wide + s : n - wide + s][use], middle) for s in SHIFTS]
        best = int(np.argmax(r))
        sure = r[best] > 0.35 and r[best] - r[wide] > 0.02
        at = best if sure else wide
        believe[row["name"]] = {"lag": SHIFTS[at], "r": r[at]}
    out.write_text(json.dumps(believe))
    quantiles = np.quantile([b["r"] for b in believe.values()], [0.1, 0.5, 0.9])
    print("shifts", np.bincount([b["lag"] + wide for b in believe.values()]), "r", quantiles)


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    faces = Data(args.pack / "faces")
    spoken = [Data(args.pack / part) for part in ("speech", "voices", "sung", "held")]
    believe = json.loads(args.believe.read_text()) if args.believe else {}
    loss_of = Loss(faces.z["code"][::7].astype(np.float64))
    model = Articulation()
    if args.begin:
        model.load_state_dict(torch.load(args.begin, weights_only=True)["mean"])
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=0.1)
    mean = {k: v.clone() for k, v in model.state_dict().items()}
    spent, step, losses = 0.0, 0, []
    state = checkpoint.load(args.out)
    if state:
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        mean, spent, step = state["mean"], state["spent"], state["step"]
    averaged = Articulation()

    def keep() -> None:
        checkpoint.save(args.out, model=model.state_dict(), optimiser=optimiser.state_dict(),
                        mean=mean, spent=spent, step=step)  # fmt: skip

    def report() -> str:
        averaged.load_state_dict(mean)
        return check(averaged, faces, spoken, loss_of.by_code)

    pieces = Pieces(faces, spoken, believe, args.seed + step)
    began, saved = time.monotonic() - spent, spent
    while (spent := time.monotonic() - began) < args.minutes * 60:
        rate = checkpoint.rate(spent / (args.minutes * 60), args.rate)
        optimiser.param_groups[0]["lr"] = rate + 1e-6
        b = pieces.batch()
        noise = 1 + 0.1 * torch.randn(len(b["x"]), 1, FEATURES)
        raw = model(b["x"] * noise, int(np.searchsorted(np.cumsum(LOOKS), pieces.rng.random())))
        codes = loss_of.codes(raw, b["gate"])
        f = slice(0, FACES)
        face = loss_of.faces(codes[f], b["code"][f], b["seen"][f], b["known"][f])
        said = loss_of.phones(codes[FACES:], b["marks"][FACES:])
        outside = (raw - held(raw))[..., :-1].abs().mean()
        loss = face + PHONES * said + STRANGE * loss_of.strange(codes) + 0.1 * outside
        loss = loss + loss_of.tongue(raw[FACES:], b["gate"][FACES:], b["marks"][FACES:])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 3.0)
        optimiser.step()
        checkpoint.averaged(model, mean, step)
        step += 1
        losses.append((float(face.detach()), float(said.detach())))
        if step % 50 == 0 and step % 300:
            print(f"{spent:5.0f} s step {step} faces {np.mean(losses[-50:], 0)[0]:.3f} "
                  f"phones {np.mean(losses[-50:], 0)[1]:.3f}", flush=True)  # fmt: skip
        if step % 300 == 0:
            print(f"{spent:5.0f} s step {step} {report()}", flush=True)
        if spent - saved > 100:
            saved = spent
            keep()
    print(f"step {step} {report()}", flush=True)
    keep()
    if args.write_believe:
        averaged.load_state_dict(mean)
        write_believe(averaged, faces, loss_of.by_code, believe, args.write_believe)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--begin", type=Path, help="weights to begin with")
    parser.add_argument("--believe", type=Path)
    parser.add_argument("--write-believe", type=Path)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=0)
    train(parser.parse_args())
