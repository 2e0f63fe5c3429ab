"""Goes on training the mouth network, and the speech encoder with it, gently.

    python -m training.motion.tune --pack motion.npz --speech-pack pack/ --speech speech.pt
                                    --out motion.pt --minutes 20

Every other step is also a phone step, so that the encoder keeps what it knows of unseen voices.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from training.motion.clips import Clip, ClipPieces, heard_by_streams, load
from training.motion.data import JAW, opening_of_code, rows
from training.motion.model import HISTORY, OUTPUTS, Mouth, speech_features
from training.speech.data import Pieces
from training.speech.model import PHONES, Recogniser
from training.speech.train import masked, padded
from vasari.face_space import LIP_RINGS_LOWER, LIP_RINGS_UPPER, face_space

BATCH, FRAMES = 12, 100
RATE, ENCODER_RATE = 1.5e-3, 2e-4

def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    lags = json.loads(args.lags.read_text()) if args.lags else {}
    table = rows(Path(args.shared))
    clips, val = (load(table, args.pack, s, lambda r: lags.get(r["id"], 0.0))
                  for s in ("train", "val"))  # fmt: skip
    recogniser, mouth, loss_of = Recogniser(), Mouth(), Loss(spread_of(clips))
    recogniser.load_state_dict(torch.load(args.speech)["model"])
    optimiser = torch.optim.AdamW([
        {"params": recogniser.parameters(), "lr": ENCODER_RATE, "peak": args.encoder_rate},
        {"params": mouth.parameters(), "lr": RATE, "peak": RATE},
    ], weight_decay=0.05)  # fmt: skip
    spent, step = 0.0, 0
    if args.out.exists():
        state = torch.load(args.out)
        recogniser.load_state_dict(state["recogniser"])
        mouth.load_state_dict(state["mouth"])
        optimiser.load_state_dict(state["optimiser"])
        spent, step = state["spent"], state["step"]
    noises = Pieces(args.speech_pack, seed=step)
    pieces, rng = ClipPieces(clips, noises, seed=step), np.random.default_rng(step)
    began, saved, loud, right = time.monotonic() - spent, spent, [], []
    while (spent := time.monotonic() - began) < args.minutes * 60:
        recogniser.eval()  # the encoder's statistics stay those of the phone corpus
        mouth.train()
        share = spent / (args.minutes * 60)
        for group in optimiser.param_groups:
            warm = min(1, step / 100)
            group["lr"] = group["peak"] * (warm * 0.5 * (1 + math.cos(math.pi * share)) + 0.003)
        mels, energy, code, opening, known = pieces.batch(BATCH, FRAMES)
        features = speech_features(
            recogniser, masked(padded(mels), rng), torch.from_numpy(energy)
        )
        if args.encoder_rate == 0:
            features = features.detach()
        loss = loss_of(mouth(lead_in(features)), *map(torch.from_numpy, (code, opening, known)))
        loud.append(float(loss.detach()))
        if args.encoder_rate > 0 and step % 2:
            loss = loss + 0.5 * phone_loss(recogniser, noises, rng, right)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*recogniser.parameters(), *mouth.parameters()], 3.0)
        optimiser.step()
        step += 1
        if step % 50 == 0:
            print(f"{spent:6.0f} s step {step} loss {np.mean(loud[-50:]):.3f} "
                  f"phones {np.mean(right[-50:] or [0]):.3f}", flush=True)  # fmt: skip
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


def save(recogniser, mouth, optimiser, spent: float, step: int, out: Path) -> None:
    part = out.with_suffix(".part")
    torch.save(
        {"recogniser": recogniser.state_dict(), "mouth": mouth.state_dict(),
         "optimiser": optimiser.state_dict(), "spent": spent, "step": step}, part,
    )  # fmt: skip
    part.replace(out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--speech-pack", type=Path, required=True)
    parser.add_argument("--speech", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lags", type=Path, help="json: frames that each clip's sound is late")
    parser.add_argument("--encoder-rate", type=float, default=ENCODER_RATE)
    parser.add_argument("--minutes", type=float, default=20)
    train(parser.parse_args())
