"""Writes motion.onnx, and ear.onnx, the mouth's own ear, which remembers what it heard (weights as
float16, arithmetic in float32); compares both with torch.

python -m training.articulation.export --model student.pt
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from training.articulation.model import AHEAD, PAST, Shipped, Whole
from training.speech.export import export, halve
from training.speech.model import CONTEXT, FIELD, STEM, WIDTH, Finer
from vasari.networks import onnxruntime
from vasari.speech import FEATURES
from vasari.speech.mel import LOWEST, MELS, PER_BLOCK


class Ear(nn.Module):
    """`Finer` chunk by chunk: mels (1, 4 t + STEM - 4, MELS) and memory (1, CONTEXT, WIDTH), what
    each block needs of its past, one after the other, to (1, t, FINE) and the memory after."""

    def __init__(self, finer: Finer) -> None:
        super().__init__()
        self.finer = finer

    def forward(self, mel: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        encoder, kept = self.finer.encoder, []
        x = encoder.stem(mel)
        pasts = memory.transpose(1, 2).split([block.crop for block in encoder.blocks], dim=2)
        for block, past in zip(encoder.blocks, pasts, strict=True):
            x = torch.cat([past, x], 2)
            kept.append(x[:, :, -block.crop :])
            x = block(x)
        return self.finer.out(encoder.top(x)), torch.cat(kept, 2).transpose(1, 2)


def export_ear(finer: Finer, out: Path) -> float:
    """Writes it and returns its largest difference from torch, heard in chunks of 1 and of 25."""
    ear, raw = Ear(finer).eval(), io.BytesIO()
    example = torch.zeros(1, 4 * 5 + STEM - 4, MELS), torch.zeros(1, CONTEXT, WIDTH)
    torch.onnx.export(
        ear, example, raw, input_names=["mel", "memory"], output_names=["fine", "after"],
        dynamic_axes={"mel": {1: "t"}, "fine": {1: "frames"}}, opset_version=17, dynamo=False,
    )  # fmt: skip
    onnx.save(halve(onnx.load_from_string(raw.getvalue())), str(out))
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    frames = 50
    mel = np.full((1, FIELD + PER_BLOCK * (frames - 1), MELS), LOWEST, np.float32)
    sound = np.random.default_rng(0).uniform(-2, 1, (PER_BLOCK * frames, MELS))
    mel[0, -PER_BLOCK * frames :] = sound
    with torch.no_grad():
        truth, wrong = finer(torch.from_numpy(mel))[0].numpy(), 0.0
    for chunk in (1, 25):
        memory, made = np.zeros((1, CONTEXT, WIDTH), np.float32), []
        silence = np.full((1, PER_BLOCK * chunk + STEM - 4, MELS), LOWEST, np.float32)
        for _ in range(-(-CONTEXT // chunk)):
            _, memory = session.run(None, {"mel": silence, "memory": memory})
        for k in range(0, frames, chunk):
            end = FIELD - PER_BLOCK + PER_BLOCK * (k + chunk)
            heard = mel[:, end - silence.shape[1] : end]
            fine, memory = session.run(None, {"mel": heard, "memory": memory})
            made.append(fine[0])
        wrong = max(wrong, float(np.abs(np.concatenate(made) - truth).max() / np.abs(truth).max()))
    print(f"{out.name}: {out.stat().st_size / 1e6:.2f} MB, parity {wrong:.1e}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/vasari/weights"))
    args = parser.parse_args()
    model = Whole()
    model.load_state_dict(torch.load(args.model, weights_only=True)["mean"])
    example = torch.rand(1, PAST + 25 + AHEAD, FEATURES)
    names = ("features", "expression")
    assert export(Shipped(model.mouth), example, names, args.out / "motion.onnx") < 1e-3
    assert export_ear(model.finer, args.out / "ear.onnx") < 1e-3


if __name__ == "__main__":
    main()
