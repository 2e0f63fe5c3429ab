"""What is heard of a pack's sounds: features as SpeechStream makes them, by the shipped encoder or
another, and the log-mels below them.

    python -m training.articulation.hear --pack pack/ [--speech speech.onnx]

Writes of both sounds x.0, x.1 (frames, COMMON) float16, m.0, m.1 (4 frames, MELS) bytes, and `gate`
(frames,), what MotionStream multiplies the mouth with.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from training.speech.data import listen
from vasari.motion.gate import Gate, Presence
from vasari.motion.mouth import AHEAD
from vasari.networks import onnxruntime
from vasari.speech import COMMON, LOUDNESS, VOICE, mel, stream

STEP = (mel.HIGHEST - mel.LOWEST) / 255  # of a mel that is kept in a byte


def hear(network: onnxruntime.InferenceSession, sound: np.ndarray) -> np.ndarray:
    """(frames BLOCK,) float sound to (frames, COMMON)."""
    return heard(network, sound)[0]


def heard(
    network: onnxruntime.InferenceSession, sound: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(frames BLOCK,) float sound to (frames, COMMON) and mels (4 frames, MELS)."""
    frames = len(sound) // mel.BLOCK
    mels, energy = listen(np.pad(sound, (0, mel.BLOCK))[None])
    window = np.pad(mels, ((0, 0), (stream.FIELD - mel.PER_BLOCK, 0), (0, 0)),
                    constant_values=mel.LOWEST)  # fmt: skip
    (encoded,) = network.run(None, {"mel": window})
    loudest = energy.reshape(-1, mel.PER_BLOCK).max(-1)
    loudness = np.clip(loudest / mel.SPAN_DB, mel.LOWEST, mel.HIGHEST)
    x = np.concatenate([encoded[0, :, :LOUDNESS], loudness[:, None]], 1)
    return x[1 : frames + 1], mels[0, : mel.PER_BLOCK * frames]


def gate_of(x: np.ndarray) -> np.ndarray:
    """(T,) what MotionStream multiplies the mouth with: the gate hears AHEAD frames early."""
    gate, presence = Gate(), Presence()
    way = [gate.step(float(f[VOICE]), float(f[LOUDNESS]), presence.step(f))
           for f in x.astype(np.float32)]  # fmt: skip
    return np.array(way[AHEAD:] + way[-1:] * min(AHEAD, len(way)), np.float32)[: len(x)]


def hear_all(part: Path, speech: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    network = onnxruntime.InferenceSession(str(speech), options)
    rows = json.loads((part / "segments.json").read_text())
    total, gates = rows[-1]["begin"] + rows[-1]["frames"], []
    for version in (0, 1):
        sound = np.memmap(part / f"sound.{version}.raw", np.int16, "r")
        out = np.lib.format.open_memmap(part / f"x.{version}.npy", "w+", np.float16,
                                        (total, COMMON))  # fmt: skip
        kept = np.lib.format.open_memmap(part / f"m.{version}.npy", "w+", np.uint8,
                                         (mel.PER_BLOCK * total, mel.MELS))  # fmt: skip
        for r in rows:
            first, last = r["begin"], r["begin"] + r["frames"]
            piece = sound[first * mel.BLOCK : last * mel.BLOCK].astype(np.float32) / 32768
            x, mels = heard(network, piece)
            out[first:last] = x
            kept[mel.PER_BLOCK * first : mel.PER_BLOCK * last] = np.round(
                (mels - mel.LOWEST) / STEP
            )
            if version == 0:
                gates.append(gate_of(x))
    np.save(part / "gate.npy", np.concatenate(gates))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--speech", type=Path, default=Path("src/vasari/weights/speech.onnx"))
    parser.add_argument("--parts", nargs="*", default=["faces", "speech", "voices", "sung", "held"])
    args = parser.parse_args()
    for name in args.parts:
        hear_all(args.pack / name, args.speech)
