"""Trains the network that hears feelings, and scores it on speakers that it never heard.

    python -m training.feeling.train --pack feeling.npz --out feeling.pt           # the product's
    python -m training.feeling.train --pack feeling.npz --folds 4                  # the score

Utterances are strung together in chance order, so the network learns to let one feeling go for the
next; the first half second of each counts little.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training.checkpoint import averaged, rate, save
from training.feeling.model import Feels, loss_of
from vasari.motion.feeling import HEARD

FRAMES, BATCH, STEPS, TOP = 250, 24, 900, 4e-3
BEGINS = 12  # frames of an utterance that count little
CALM = 0.55  # of what is strung together, speech without a label
TILT, NOISE, LEVEL = 0.15, 0.12, 0.15  # spread of changes to the tone, of noise, of the level


class Pack:
    """Utterances with their speakers and what they act."""

    def __init__(self, path: Path) -> None:
        z = np.load(path)
        self.speaker, self.split, self.emotion = z["speaker"], z["split"], z["emotion"]
        self.speed = z["speed"].astype(float)
        self.felt = np.stack([z["arousal"], z["valence"]], 1).astype(np.float32)
        self.heard = [z[f"h{k}"].astype(np.float32) for k in range(len(self.felt))]
        self.acted = self.emotion != ""
        self.corpus = z["corpus"]


def batch(pack: Pack, rows: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """(BATCH, FRAMES, HEARD), (BATCH, FRAMES, 2), (BATCH, FRAMES) weights."""
    heard = np.zeros((BATCH, FRAMES, HEARD), np.float32)
    felt, weight = np.zeros((BATCH, FRAMES, 2), np.float32), np.zeros((BATCH, FRAMES), np.float32)
    acted, calm = rows[pack.acted[rows]], rows[~pack.acted[rows]]
    kinds = [acted[pack.emotion[acted] == e] for e in np.unique(pack.emotion[acted])]
    for b in range(BATCH):
        at = -int(random.integers(0, 40))
        while at < FRAMES:
            some = calm if random.random() < CALM else kinds[random.integers(len(kinds))]
            k = some[random.integers(len(some))]
            piece = changed(pack.heard[k], random)
            w = np.ones(len(piece), np.float32)
            w[:BEGINS] = 0.1
            first, last = max(at, 0), max(0, min(at + len(piece), FRAMES))
            heard[b, first:last] = piece[first - at : last - at]
            felt[b, first:last], weight[b, first:last] = pack.felt[k], w[first - at : last - at]
            at += len(piece) + int(random.integers(0, 12))
    return heard, felt, weight


def changed(piece: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Another microphone, another room, another level."""
    bands = HEARD - 4
    at = np.linspace(-1, 1, bands)
    tone = random.normal(0, TILT) * at + random.normal(0, TILT) * (at**2 - 0.33)
    out = piece.copy()
    out[:, :bands] += tone + random.normal(0, LEVEL)
    return out + random.normal(0, NOISE, out.shape) * (out.std(0) > 0)


def train(pack: Pack, rows: np.ndarray, seed: int = 0) -> Feels:
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    model, best = Feels(), Feels()
    mean = best.state_dict()
    steps = torch.optim.AdamW(model.parameters(), TOP, weight_decay=0.02)
    for step in range(STEPS):
        for group in steps.param_groups:
            group["lr"] = rate(step / STEPS, TOP)
        heard, felt, weight = (torch.tensor(a, dtype=torch.float32)
                               for a in batch(pack, rows, random))  # fmt: skip
        loss = loss_of(model.whole(heard), felt, weight)
        steps.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        steps.step()
        averaged(model, mean, step)
        if step % 200 == 0:
            print(step, round(loss.item(), 3), flush=True)
    best.load_state_dict(mean)
    return best.eval()


def said(model: Feels, pack: Pack, rows: np.ndarray) -> np.ndarray:
    """(n, 2) of each utterance: the mean of what is said after its first second."""
    out = []
    with torch.no_grad():
        for k in rows:
            whole = model.whole(torch.tensor(pack.heard[k])[None])[0].numpy()
            out.append(whole[min(25, len(whole) // 2) :].mean(0))
    return np.array(out)


def score(pack: Pack, rows: np.ndarray, told: np.ndarray) -> dict[str, Any]:
    acted = pack.acted[rows]
    felt = pack.felt[rows]
    out: dict[str, Any] = {}
    for axis, name in enumerate(("arousal", "valence")):
        out[f"{name} r"] = np.corrcoef(told[acted, axis], felt[acted, axis])[0, 1]
    for emotion in np.unique(pack.emotion[rows]):
        some = pack.emotion[rows] == emotion
        out[emotion or "unlabelled"] = [*told[some].mean(0), int(some.sum())]
    out["unlabelled over .25"] = (np.abs(told[~acted]) > 0.25).mean(0)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--folds", type=int, default=0, help="of the speakers who act")
    args = parser.parse_args()
    torch.set_num_threads(1)
    pack = Pack(args.pack)
    rows = np.arange(len(pack.felt))
    if args.folds:
        speakers = np.unique(pack.speaker[pack.acted])
        fold = {s: k % args.folds for k, s in enumerate(speakers)}
        held, told = [], []
        for k in range(args.folds):
            out = np.array(
                [
                    fold.get(s, hash(s) % args.folds) == k if a else n % args.folds == k
                    for n, (s, a) in enumerate(zip(pack.speaker, pack.acted, strict=True))
                ]
            )
            model = train(pack, rows[~out])
            some = rows[out & (pack.speed == 1)]
            held.append(some)
            told.append(said(model, pack, some))
        print(score(pack, np.concatenate(held), np.concatenate(told)))
        return
    model = train(pack, rows[pack.split == "train"])
    some = rows[pack.split == "val"]
    print(score(pack, some, said(model, pack, some)))
    save(args.out, model=model.state_dict())


if __name__ == "__main__":
    main()
