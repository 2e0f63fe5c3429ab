"""Writes motion.onnx, and motion.npz: how guesses become amplitudes of real speech.

    python -m training.motion.export --model motion.pt --pack motion.npz --out src/vasari/weights

The lip opening that the network guesses on train clips, while somebody speaks, is mapped quantile
by quantile onto what was tracked there (both evened out between clips, see clips.py); what that
adds is shared among the coefficients as opening and coefficients go together on the clips. Each
coefficient gets one gain before, the square root of how much too small its spread is.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np
import torch

from training.motion.clips import Clip, heard_by_streams, load
from training.motion.data import opening_of_code, rows
from training.motion.loss import lead_in
from training.motion.model import BROWS, FEATURES, HISTORY, OUTPUTS, Mouth, speech_features
from training.speech.export import export
from training.speech.model import Recogniser
from training.speech.train import padded

QUANTILES = np.r_[0.005, 0.02, 0.05, np.linspace(0.1, 0.9, 17), 0.95, 0.98, 0.995]
WIDEST = 1.25  # no lip opening is made more than this beyond the widest quantile
STRENGTH = 0.7  # of the way from the mean guess to the tracked spread


@torch.no_grad()
def pairs(recogniser: Recogniser, mouth: Mouth, clips: list[Clip]):
    """Guesses (n, OUTPUTS), codes (n, OUTPUTS), openings (n,) of all frames with a voice."""
    guesses, codes, openings = [], [], []
    for clip in clips:
        sound = clip.heard(0, len(clip) + 1)[None]
        mels, energy = heard_by_streams(sound)
        f = speech_features(recogniser, padded(mels), torch.from_numpy(energy))
        voiced = (f[0, 1:, -2] > 0.5).numpy() & clip.found
        code, opening, _ = clip.shown(0, len(clip))
        guesses.append(mouth(lead_in(f))[0].numpy()[voiced])
        codes.append(code[voiced][:, OUTPUTS])
        openings.append(opening[voiced])
    return (np.concatenate(x) for x in (guesses, codes, openings))


def statistics(guess: np.ndarray, code: np.ndarray, opening: np.ndarray) -> dict[str, np.ndarray]:
    raw = guess @ opening_of_code()[OUTPUTS]
    guessed, given = np.quantile(raw, QUANTILES), np.quantile(opening, QUANTILES)
    given = guessed + STRENGTH * (given - guessed)
    given[opening_quantile_is_shut(opening)] = -0.01  # shut is shut
    slope = (given[-1] - given[-5]) / max(guessed[-1] - guessed[-5], 1e-3)
    guessed = np.append(guessed, guessed[-1] + 0.1)
    given = np.append(given, min(given[-1] + 0.1 * slope, given[-1] * WIDEST))
    outputs = np.array(OUTPUTS, np.int16)
    gain = np.sqrt(np.clip(code.std(0) / np.maximum(guess.std(0), 1e-4), 1, 3))
    gain[outputs >= 52] = 1
    by_code = opening_of_code()[OUTPUTS]
    follows = np.cov(code.T) @ by_code
    follows[np.isin(outputs, BROWS)] = 0
    follows /= follows @ by_code
    return {"outputs": outputs, "gain": gain.astype(np.float32),
            "follows": follows.astype(np.float32),
            "guessed": guessed.astype(np.float32),
            "given": np.maximum.accumulate(given).astype(np.float32)}  # fmt: skip


def opening_quantile_is_shut(opening: np.ndarray) -> np.ndarray:
    return np.quantile(opening, QUANTILES) < 0.012


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--lags", type=Path)
    parser.add_argument("--out", type=Path, default=Path("src/vasari/weights"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    state, recogniser, mouth = torch.load(args.model), Recogniser(), Mouth()
    recogniser.load_state_dict(state["recogniser"])
    mouth.load_state_dict(state["mouth"])
    recogniser.eval()
    mouth.eval()
    example = torch.rand(1, HISTORY + 25, FEATURES)
    assert export(mouth, example, ("features", "guess"), args.out / "motion.onnx") < 1e-3
    lags = json.loads(args.lags.read_text()) if args.lags else {}
    clips = load(rows(Path(args.shared)), args.pack, "train", lambda r: lags.get(r["id"], 0.0))
    clips = [c for c in clips if c.worth > 0.3][::2]
    made = statistics(*pairs(recogniser, mouth, clips))
    print("opening guessed -> given", *(f"{a:.3f}:{b:.3f}" for a, b in
          zip(made["guessed"], made["given"], strict=True)))  # fmt: skip
    np.savez(args.out / "motion.npz", **made)


if __name__ == "__main__":
    main()
