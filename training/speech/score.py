"""Phone accuracy of the encoder on validation speakers.

python -m training.speech.score --pack pack/ --model speech.pt
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from training.speech.data import Pieces, mels_of
from training.speech.model import Recogniser
from training.speech.train import padded


@torch.no_grad()
def score(pack: Path, model: Recogniser) -> dict[str, np.ndarray]:
    """By language: frames, frames right among phones, voice told from silence."""
    pieces = Pieces(pack)
    z, model = pieces.z, model.eval()
    sums: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(4))
    for i in np.flatnonzero(z["val"] & ~z["noise"]):
        sound, label = pieces.utterance(i)
        blocks = len(sound) // 640
        label = label[1 : blocks * 4 : 2]
        logits = model(padded(mels_of(sound[None, : blocks * 640])))[1]
        guess = logits.argmax(-1)[0, 2:].numpy()
        n = min(len(guess), len(label))
        guess, label = guess[:n], label[:n]
        speech = label > 0
        sums[str(z["language"][i])] += [
            speech.sum(), (guess == label)[speech].sum(), n, ((guess > 0) == speech).sum(),
        ]  # fmt: skip
    return sums


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    model = Recogniser()
    model.load_state_dict(torch.load(args.model, weights_only=True)["model"])
    sums = score(args.pack, model)
    sums["all"] = sum(sums.values())
    for language, (n, right, frames, voiced) in sorted(sums.items()):
        print(f"{language:8s} {n / 50 / 60:5.1f} min  phones right {right / n:.3f}  "
              f"voice or silence right {voiced / frames:.3f}")  # fmt: skip
