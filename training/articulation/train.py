"""Trains the articulation network on what data.py packed.

    python -m training.articulation.train --pack pack/ --out articulation.pt --minutes 12
                                          [--begin begun.pt] [--believe believe.json] [--teacher]
                                          [--labels] [--write-believe believe.json] [--write-labels]

`--teacher`: it hears what Whisper hears as well (w.npy), and has no ear of its own; without it, it
hears by the ear of training.speech.finer, which stays as it is: trained with the mouth it forgot
in minutes what it had learned. `--labels`: what a teacher's mouth does to the plain sound
(label.npy, of its `--write-labels`) is asked for beside what is known of faces and phones.
`--write-believe` writes how far each clip's mouth agrees with the guess and at which shift of its
sound; `--believe` weighs and shifts clips by that. One thread; checkpoint every 100 s, resumable.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

from training import checkpoint
from training.articulation.hear import STEP, gate_of, heard
from training.articulation.loss import Loss
from training.articulation.model import AHEAD, PAST, Whole, held
from training.articulation.phones import MARKS, OPEN, SHUT, marks
from training.articulation.seen import GAPS, MIDDLE
from training.speech.model import FIELD
from training.speech.whisper import KEPT
from vasari.networks import network
from vasari.speech import COMMON, LOUDNESS
from vasari.speech.mel import BLOCK, LOWEST, MELS, PER_BLOCK

FACES, SPOKEN, FRAMES = 16, 10, 64  # pieces in a batch, and frames of each
RATE = 2e-3
SHIFTS = range(-6, 7)
CHECK = 400  # steps
EDGE = 3  # last frames of a face are not believed: their features heard the sound end
WORTH = {
    "grid_s1": 0.26, "lrc_ar": 0.20, "mcgurk": 0.05, "turkish": 0.02, "mead": 0.01, "ravdess": 0.01,
    "real": 0.18, "unknown": 0.05, "generated": 0.24,
}  # share of each kind of face in a batch  # fmt: skip
SAID = (0.42, 0.32, 0.16, 0.1)  # shares of speech, synthetic voices, singing and held vowels
ALTERED = 0.25, 0.4  # shares of faces and of other speech whose sound is altered
LOOKS = (0.15, 0.15, 0.7)  # shares of batches in which the mouth looks 0, 1, 2 frames ahead
PHONES, STRANGE = 1.6, 1.0  # weights of hinges and of expressions unlike faces', beside the faces
CUT = 0.06  # share of pieces of speech that begin with closed lips
LABELS = 1.2  # weight of the teacher's mouth


class Data:
    """One part of the pack, its large arrays on disk."""

    def __init__(self, folder: Path, teacher: bool = False) -> None:
        self.folder, self.teacher = folder, teacher
        self.rows = json.loads((folder / "segments.json").read_text())
        self.x, self.m = ([np.load(folder / f"{k}.{version}.npy", mmap_mode="r")
                           for version in (0, 1)] for k in ("x", "m"))  # fmt: skip
        self.z = {k: np.load(folder / f"{k}.npy", mmap_mode="r")
                  for k in ("code", "seen", "known", "gate", "w", "label")
                  if (folder / f"{k}.npy").exists()}  # fmt: skip
        self.z["marks"] = np.concatenate([marks(r["phones"], r["frames"]) for r in self.rows])

    @classmethod
    def of(cls, x: np.ndarray, mels: np.ndarray) -> Data:
        """One segment that was heard just now."""
        data = cls.__new__(cls)
        data.teacher, data.x = False, [x]
        data.m = [(mels - LOWEST) / STEP]
        return data

    def sound(self, row: dict, start: int, end: int) -> np.ndarray:
        """(BLOCK frames,) of the plain sound, zeros after its end."""
        raw = np.memmap(self.folder / "sound.0.raw", np.int16, "r")
        last = min(end, row["frames"])
        piece = raw[BLOCK * (row["begin"] + start) : BLOCK * (row["begin"] + last)]
        return np.pad(piece.astype(np.float32) / 32768, (0, BLOCK * (end - last)))

    def features(self, row: dict, start: int, frames: int, version: int = 0) -> np.ndarray:
        """(PAST + frames + AHEAD, COMMON) around frames `start` on; outside there is silence."""
        at = np.arange(start - PAST, start + frames + AHEAD)
        inside = (at >= 0) & (at < row["frames"])
        out = np.zeros((len(at), COMMON), np.float32)
        out[:, LOUDNESS] = LOWEST
        out[inside] = self.x[version][row["begin"] + at[inside]]
        return out

    def heard(self, row: dict, start: int, frames: int, version: int = 0) -> dict[str, np.ndarray]:
        """What `Whole` hears."""
        first, last = start - PAST, start + frames + AHEAD
        x = self.features(row, start, frames, version)
        if self.teacher:
            return {"x": np.concatenate([x, self.take("w", row, first, last - first)], 1)}
        return {"x": x, "mel": self.mels(row, first, last, version),
                "inside": self.inside(row, first, last)}  # fmt: skip

    def told(self, row: dict) -> bool:
        """Whether whisper.py has come to it."""
        return bool(self.z["w"][row["begin"] + row["frames"] // 2].any())

    def mels(self, row: dict, first: int, last: int, version: int = 0) -> np.ndarray:
        """(t, MELS) of which the ear makes frames `first` to `last`: to the end of the block after
        each."""
        at = np.arange(PER_BLOCK * (first + 2) - FIELD, PER_BLOCK * (last + 1))
        inside = (at >= 0) & (at < PER_BLOCK * row["frames"])
        out = np.full((len(at), MELS), LOWEST, np.float32)
        out[inside] = self.m[version][PER_BLOCK * row["begin"] + at[inside]] * STEP + LOWEST
        return out

    def inside(self, row: dict, first: int, last: int) -> np.ndarray:
        at = np.arange(first, last)
        return ((at >= 0) & (at < row["frames"])).astype(np.float32)

    def take(self, key: str, row: dict, start: int, frames: int) -> np.ndarray:
        at = start + np.arange(frames)
        array = self.z[key]
        out = np.zeros((frames, *array.shape[1:]), np.float32)
        inside = (at >= 0) & (at < row["frames"])
        out[inside] = array[row["begin"] + at[inside]]
        return out


class Pieces:
    def __init__(
        self, faces: Data, spoken: list[Data], believe: dict, labels: bool, seed: int
    ) -> None:
        self.rng, self.believe, self.labels = np.random.default_rng(seed), believe, labels
        self.altered = (0, 0) if faces.teacher else ALTERED
        self.faces, self.spoken = faces, spoken
        self.groups = []
        for kind, share in WORTH.items():
            rows = [r for r in self.taught(faces) if r["kind"] == kind]
            if rows:
                long = np.array([max(r["frames"] - 20, 10) ** 0.7 for r in rows])
                weight = long * [self.agreement(r) for r in rows]
                self.groups.append((share, rows, np.cumsum(weight / weight.sum())))
        self.shares = np.cumsum([g[0] for g in self.groups])
        self.shares /= self.shares[-1]
        self.said = []
        for data in spoken:
            rows = [r for r in self.taught(data) if r["frames"] > 15]
            weight = np.array([r["frames"] for r in rows], float)
            self.said.append((rows, np.cumsum(weight / weight.sum())))

    def taught(self, data: Data) -> list[dict]:
        """Training segments; what Whisper heard at another speed it did not hear, so a teacher does
        not learn from that."""
        return [r for r in data.rows
                if r["split"] == "train" and (r["speed"] == 1 or not data.teacher)]  # fmt: skip

    def begun(self, data: Data, row: dict) -> dict[str, np.ndarray] | None:
        """As if somebody had cut the sound where lips are pressed on each other; None where they
        never are."""
        shut = np.flatnonzero(data.take("marks", row, 0, row["frames"])[:, SHUT])
        if not len(shut):
            return None
        start = int(self.rng.choice(shut))
        x, mels = heard(network("speech"), data.sound(row, start, start + FRAMES + AHEAD + 1))
        return {
            **Data.of(x, mels).heard({"frames": len(x), "begin": 0}, 0, FRAMES),
            **self.asked(data, row, start), "gate": gate_of(x)[:FRAMES],
            "marks": data.take("marks", row, start, FRAMES),
        }  # fmt: skip

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
                **self.faces.heard(row, heard, FRAMES, int(rng.random() < self.altered[0])),
                **self.asked(self.faces, row, heard),
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
            cut = not data.teacher and rng.random() < CUT
            piece = (cut and self.begun(data, row)) or {
                **data.heard(row, start, FRAMES, int(rng.random() < self.altered[1])),
                **self.asked(data, row, start),
                "gate": data.take("gate", row, start, FRAMES),
                "marks": data.take("marks", row, start, FRAMES),
            }  # fmt: skip
            out.append({**piece, "known": np.zeros(FRAMES, np.float32),
                        "code": out[0]["code"], "seen": out[0]["seen"]})  # fmt: skip
        return {k: torch.from_numpy(np.stack([o[k] for o in out])) for k in out[0]}

    def asked(self, data: Data, row: dict, start: int) -> dict[str, np.ndarray]:
        """The teacher's mouth, and how far it is known."""
        if not self.labels:
            return {}
        known = data.inside(row, start, start + FRAMES)
        known[start + np.arange(FRAMES) >= row["frames"] - EDGE] = 0
        return {"label": data.take("label", row, start, FRAMES), "labelled": known}


@torch.no_grad()
def said_by(model: Whole, data: Data, row: dict) -> torch.Tensor:
    """(T, len(MOUTH) + 1) of a whole segment."""
    heard = data.heard(row, 0, row["frames"])
    return held(model({k: torch.from_numpy(v[None]) for k, v in heard.items()}))[0]


def guess(model: Whole, data: Data, row: dict, by_code: torch.Tensor) -> np.ndarray:
    """(T, SEEN) of a whole segment, the gate laid on it."""
    made = said_by(model, data, row)[:, :-1] @ by_code
    return made.numpy() * data.take("gate", row, 0, row["frames"])[:, None]


def write_labels(model: Whole, parts: list[Data]) -> None:
    model.eval()
    for data in parts:
        label = np.concatenate([said_by(model, data, r)[:, :-1].numpy() for r in data.rows])
        np.save(data.folder / "label.npy", label.astype(np.float16))


def opening(seen: np.ndarray) -> np.ndarray:
    return np.maximum(seen[:, GAPS][:, MIDDLE], 0).mean(1)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return 0.0 if a.std() < 1e-6 or b.std() < 1e-6 else float(np.corrcoef(a, b)[0, 1])


def bends(x: np.ndarray, order: int) -> float:
    """Mean size of the differences of an order."""
    return float(np.abs(np.diff(x, order)).mean())


def check(model: Whole, faces: Data, spoken: list[Data], by_code: torch.Tensor) -> str:
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


def write_believe(model: Whole, faces: Data, by_code: torch.Tensor, before: dict,
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
    faces, *spoken = (Data(args.pack / part, args.teacher)
                      for part in ("faces", "speech", "voices", "sung", "held"))  # fmt: skip
    believe = json.loads(args.believe.read_text()) if args.believe else {}
    loss_of = Loss(faces.z["code"][::7].astype(np.float64))
    model, averaged = (Whole(COMMON + KEPT if args.teacher else None) for _ in range(2))
    if args.begin:
        model.load_state_dict(torch.load(args.begin, weights_only=True)["mean"])
    optimiser = torch.optim.AdamW(model.mouth.parameters(), RATE, weight_decay=0.1)
    mean = {k: v.clone() for k, v in model.state_dict().items()}
    spent, step, losses = 0.0, 0, []
    state = checkpoint.load(args.out)
    if state:
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        mean, spent, step = state["mean"], state["spent"], state["step"]

    def keep() -> None:
        checkpoint.save(args.out, model=model.state_dict(), optimiser=optimiser.state_dict(),
                        mean=mean, spent=spent, step=step)  # fmt: skip

    def report() -> str:
        averaged.load_state_dict(mean)
        return check(averaged, faces, spoken, loss_of.by_code)

    if model.finer:
        model.finer.eval()
    pieces = Pieces(faces, spoken, believe, args.labels, args.seed + step)
    began, saved = time.monotonic() - spent, spent
    while (spent := time.monotonic() - began) < args.minutes * 60:
        rate = checkpoint.rate(spent / (args.minutes * 60), args.rate)
        optimiser.param_groups[0]["lr"] = rate + 1e-6
        b = pieces.batch()
        b["x"] *= 1 + 0.1 * torch.randn(len(b["x"]), 1, b["x"].shape[2])
        look = int(np.searchsorted(np.cumsum(LOOKS), pieces.rng.random()))
        with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
            x = model.features(b)
        raw = model.mouth(x.float(), look)
        codes = loss_of.codes(raw, b["gate"])
        f = slice(0, FACES)
        face = loss_of.faces(codes[f], b["code"][f], b["seen"][f], b["known"][f])
        said = loss_of.phones(codes[FACES:], b["marks"][FACES:])
        outside = (raw - held(raw))[..., :-1].abs().mean()
        loss = face + PHONES * said + STRANGE * loss_of.strange(codes) + 0.1 * outside
        loss = loss + loss_of.tongue(raw[FACES:], b["gate"][FACES:], b["marks"][FACES:])
        label = torch.zeros(())
        if args.labels:
            wanted = b["label"] * b["gate"][..., None]
            label = loss_of.faces(codes, wanted, loss_of.seen(wanted), b["labelled"])
            loss = loss + LABELS * label
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.mouth.parameters(), 3.0)
        optimiser.step()
        checkpoint.averaged(model, mean, step)
        step += 1
        losses.append([float(v.detach()) for v in (face, said, label)])
        if step % 50 == 0:
            told = " ".join(f"{v:.3f}" for v in np.mean(losses[-50:], 0))
            print(f"{spent:5.0f} s step {step} faces, phones, labels {told}", flush=True)
        if step % CHECK == 0:
            print(f"{spent:5.0f} s step {step} {report()}", flush=True)
        if spent - saved > 100:
            saved = spent
            keep()
    print(f"step {step} {report()}", flush=True)
    keep()
    averaged.load_state_dict(mean)
    if args.write_believe:
        write_believe(averaged, faces, loss_of.by_code, believe, args.write_believe)
    if args.write_labels:
        write_labels(averaged, [faces, *spoken])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--begin", type=Path, help="weights to begin with")
    parser.add_argument("--believe", type=Path)
    parser.add_argument("--write-believe", type=Path)
    parser.add_argument("--teacher", action="store_true", help="hear what Whisper hears")
    parser.add_argument("--labels", action="store_true", help="follow the teacher's mouth as well")
    parser.add_argument("--write-labels", action="store_true")
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=0)
    train(parser.parse_args())
