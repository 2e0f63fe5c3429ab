"""Features of a pack's sounds, as SpeechStream makes them, by the shipped encoder or another.

python -m training.articulation.hear --pack pack/ [--speech speech.onnx]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from training.speech.data import listen
from vasari.networks import onnxruntime
from vasari.speech import FEATURES, mel, stream


def hear(network: onnxruntime.InferenceSession, sound: np.ndarray) -> np.ndarray:
    """(frames BLOCK,) float sound to (frames, FEATURES)."""
    frames = len(sound) // mel.BLOCK
    mels, energy = listen(np.pad(sound, (0, mel.BLOCK))[None])
    window = np.pad(mels, ((0, 0), (stream.FIELD - mel.PER_BLOCK, 0), (0, 0)),
                    constant_values=mel.LOWEST)  # fmt: skip
    (encoded,) = network.run(None, {"mel": window})
    loudest = energy.reshape(-1, mel.PER_BLOCK).max(-1)
    loudness = np.clip(loudest / mel.SPAN_DB, mel.LOWEST, mel.HIGHEST)
    return np.concatenate([encoded[0], loudness[:, None]], 1)[1 : frames + 1]


def hear_all(part: Path, speech: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    network = onnxruntime.InferenceSession(str(speech), options)
    rows = json.loads((part / "segments.json").read_text())
    total = rows[-1]["begin"] + rows[-1]["frames"]
    for version in (0, 1):
        sound = np.memmap(part / f"sound.{version}.raw", np.int16, "r")
        out = np.lib.format.open_memmap(part / f"x.{version}.npy", "w+", np.float16,
                                        (total, FEATURES))  # fmt: skip
        for r in rows:
            here = slice(r["begin"], r["begin"] + r["frames"])
            piece = sound[here.start * mel.BLOCK : here.stop * mel.BLOCK]
            out[here] = hear(network, piece.astype(np.float32) / 32768)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--speech", type=Path, default=Path("src/vasari/weights/speech.onnx"))
    parser.add_argument("--parts", nargs="*", default=["faces", "speech", "voices", "sung", "held"])
    args = parser.parse_args()
    for name in args.parts:
        hear_all(args.pack / name, args.speech)
