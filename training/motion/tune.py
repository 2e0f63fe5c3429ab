"""Goes on training the mouth network, and the speech encoder with it, gently.

    python -m training.motion.tune --pack motion.npz --speech-pack pack/ --speech speech.pt
                                   --mouth mouth.pt --out tuned.pt --minutes 15 [--lags lags.json]

Every other step is also a phone step, so that the encoder keeps what it knows of unseen voices. The
statistics of its batch normalisations stay those of the phone corpus.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from training import checkpoint
from training.motion.clips import ClipPieces, load
from training.motion.data import rows
from training.motion.loss import Loss, check, lead_in
from training.motion.model import OUTPUTS, Mouth, speech_features
from training.speech.data import Pieces
from training.speech.model import PHONES, Recogniser
from training.speech.train import masked, padded

BATCH, FRAMES = 8, 100
RATE, ENCODER_RATE = 5e-4, 1.5e-4


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    lags = json.loads(args.lags.read_text()) if args.lags else {}
    table = rows(Path(args.shared))
    clips = load(table, args.pack, "train", lambda r: lags.get(r["id"], 0.0))
    val = load(table, args.pack, "val", lambda r: 0.0)
    recogniser, mouth = Recogniser(), Mouth()
    loss_of = Loss(np.concatenate([c.code[:, OUTPUTS] * c.even for c in clips]).std(0))
    recogniser.load_state_dict(torch.load(args.speech)["model"])
    mouth.load_state_dict(torch.load(args.mouth)["mouth"])
    optimiser = torch.optim.AdamW([
        {"params": recogniser.parameters(), "peak": ENCODER_RATE},
        {"params": mouth.parameters(), "peak": RATE},
    ], RATE, weight_decay=0.1)  # fmt: skip
    spent, step = 0.0, 0
    state = checkpoint.load(args.out)
    if state:
        recogniser.load_state_dict(state["recogniser"])
        mouth.load_state_dict(state["mouth"])
        optimiser.load_state_dict(state["optimiser"])
        spent, step = state["spent"], state["step"]
    else:
        print("before: val", check(recogniser, mouth, val), flush=True)
    noises, rng = Pieces(args.speech_pack, seed=step), np.random.default_rng(step)
    pieces = ClipPieces(clips, noises, seed=step)
    began, saved, loud, right = time.monotonic() - spent, spent, [], []
    while (spent := time.monotonic() - began) < args.minutes * 60:
        recogniser.eval()
        mouth.train()
        share = checkpoint.cosine(spent / (args.minutes * 60))
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * (min(1, step / 100) * share + 0.003)
        mels, energy, code, opening, known = pieces.batch(BATCH, FRAMES)
        features = speech_features(recogniser, masked(padded(mels), rng), torch.from_numpy(energy))
        loss = loss_of(mouth(lead_in(features)), *map(torch.from_numpy, (code, opening, known)))
        loud.append(float(loss.detach()))
        if step % 2:
            loss = loss + phone_loss(recogniser, noises, rng, right)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*recogniser.parameters(), *mouth.parameters()], 3.0)
        optimiser.step()
        step += 1
        if step % 50 == 0:
            print(f"{spent:6.0f} s step {step} loss {np.mean(loud[-50:]):.3f} "
                  f"phones {np.mean(right[-50:]):.3f}", flush=True)  # fmt: skip
        if spent - saved > 100:
            saved = spent
            print("    val", check(recogniser, mouth, val), flush=True)
            save(recogniser, mouth, optimiser, spent, step, args.out)
    print("    val", check(recogniser, mouth, val), flush=True)
    save(recogniser, mouth, optimiser, spent, step, args.out)


def phone_loss(recogniser: Recogniser, pieces: Pieces, rng: np.random.Generator,
               right: list[float]) -> Tensor:  # fmt: skip
    mels, phones = pieces.batch(6, FRAMES)
    logits = recogniser(masked(padded(mels), rng))[:, 2:]
    target = torch.from_numpy(phones[:, :-2].astype(np.int64))
    right.append(float((logits.argmax(-1) == target)[target > 0].float().mean()))
    return F.cross_entropy(logits.reshape(-1, PHONES), target.reshape(-1), label_smoothing=0.05)


def save(recogniser: Recogniser, mouth: Mouth, optimiser: torch.optim.Optimizer, spent: float,
         step: int, out: Path) -> None:  # fmt: skip
    checkpoint.save(out, recogniser=recogniser.state_dict(), mouth=mouth.state_dict(),
                    optimiser=optimiser.state_dict(), spent=spent, step=step)  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--speech-pack", type=Path, required=True)
    parser.add_argument("--speech", type=Path, required=True)
    parser.add_argument("--mouth", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lags", type=Path, help="json: frames that each clip's sound is late")
    parser.add_argument("--minutes", type=float, default=15)
    train(parser.parse_args())
