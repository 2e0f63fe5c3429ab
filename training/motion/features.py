"""Writes speech features of all clips, several times with changed sound, for quick training.

    python -m training.motion.features --pack motion.npz --speech-pack pack/ --speech speech.pt
                                       --out features/ [--times 4] [--lags lags.json]

features/<clip>.<k>.npz: x (T, FEATURES) float16, code (T, 68), opening, known (T,). Time 0 is the
plain sound; the others have noise, rooms, gain and another speed.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np
import torch

from training.motion.clips import Clip, heard_by_streams, load
from training.motion.data import rows
from training.motion.model import speech_features
from training.speech.data import Pieces
from training.speech.model import Recogniser
from training.speech.train import masked, padded


@torch.no_grad()
def features_of(recogniser: Recogniser, clip: Clip, noises: Pieces | None, rng) -> tuple:
    """Features, codes, openings and known of a clip; changed if there are `noises`."""
    frames, speed = len(clip), 1.0
    if noises is not None:
        speed = float(rng.uniform(0.92, 1.09))
        frames = int(frames / speed)
    sound = clip.heard(0, frames + 1, speed)
    if noises is not None and rng.random() < 0.7:
        sound = noises.augment(sound)
    mels, energy = heard_by_streams(sound[None])
    mels = padded(mels)
    if noises is not None:
        mels = masked(mels, rng)
    x = speech_features(recogniser, mels, torch.from_numpy(energy))[0, 1:]
    return (x.numpy().astype(np.float16), *clip.shown(0, frames, speed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--speech-pack", type=Path, required=True)
    parser.add_argument("--speech", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lags", type=Path)
    parser.add_argument("--times", type=int, default=4)
    args = parser.parse_args()
    torch.set_num_threads(1)
    recogniser, state = Recogniser().eval(), torch.load(args.speech)
    recogniser.load_state_dict(state.get("recogniser") or state["model"])
    noises, rng = Pieces(args.speech_pack, seed=7), np.random.default_rng(7)
    args.out.mkdir(parents=True, exist_ok=True)
    lags = json.loads(args.lags.read_text()) if args.lags else {}
    table = rows(Path(args.shared))
    clips = {split: load(table, args.pack, split, lambda r: lags.get(r["id"], 0))
             for split in ("train", "val")}  # fmt: skip
    for k in range(args.times):
        for clip in clips["train"] + clips["val"] * (k == 0):
            path = args.out / f"{clip.name}.{k}.npz"
            if not path.exists():
                made = features_of(recogniser, clip, noises if k else None, rng)
                names = ("x", "code", "opening", "known")
                np.savez(path, **dict(zip(names, made, strict=True)))


if __name__ == "__main__":
    main()
