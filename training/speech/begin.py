"""The weights of a shipped speech.onnx as a checkpoint to go on from.

    python -m training.speech.begin --onnx src/vasari/weights/speech.onnx --pack pack/ --out old.pt

The export folds each BatchNorm into the convolution before it. It is unfolded by what the
convolution gives on some speech, so that training goes on as if it had never been folded.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn

from training import checkpoint
from training.speech.data import Pieces
from training.speech.model import Recogniser
from training.speech.train import padded

PIECES = 12  # batches of eight pieces of 4 s


def unfolded(path: Path, pack: Path) -> Recogniser:
    weights = {t.name.removesuffix(".half"): torch.from_numpy(numpy_helper.to_array(t).copy())
               for t in onnx.load(str(path)).graph.initializer}  # fmt: skip
    model = Recogniser()
    state = model.state_dict()
    for name in state:
        if f"inner.{name}" in weights:
            state[name] = weights[f"inner.{name}"].float()
    model.load_state_dict(state)
    encoder = model.encoder
    norms = [(encoder.one, encoder.one_norm), (encoder.two, encoder.two_norm)]
    norms += [(b.mix, b.norm) for b in encoder.blocks]
    folded = sorted((n for n in weights if n.startswith("onnx::Conv")), key=lambda n: int(n[11:]))
    biases = []
    with torch.no_grad():
        for (conv, _), weight, bias in zip(norms, folded[::2], folded[1::2], strict=True):
            conv.weight.copy_(weights[weight].float())
            biases.append(weights[bias])
        matrix = next(n for n in weights if n.startswith("onnx::MatMul"))
        model.phones.weight.copy_(weights[matrix].float().T)
        for (_, norm), bias in zip(norms, biases, strict=True):
            norm.bias.copy_(bias)  # with mean 0 and variance 1 this is the folded sum
        model.eval()
        pieces = Pieces(pack, seed=1)
        mels = [padded(pieces.batch(8, 100)["heard"]) for _ in range(PIECES)]
        for (conv, norm), bias in zip(norms, biases, strict=True):
            unfold(model, conv, norm, bias, mels)
    return model


def unfold(model: Recogniser, conv: nn.Conv1d, norm: nn.BatchNorm1d, bias: torch.Tensor,
           mels: list[torch.Tensor]) -> None:  # fmt: skip
    seen: list[torch.Tensor] = []
    hook = conv.register_forward_hook(lambda m, i, out: seen.append(out.transpose(0, 1).flatten(1)))
    for mel in mels:
        model(mel)
    hook.remove()
    values = torch.cat(seen, 1)
    mean, variance = values.mean(1), values.var(1)
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_((variance + norm.eps).sqrt())
    norm.bias.copy_(bias + mean)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--onnx", type=Path, default=Path("src/vasari/weights/speech.onnx"))
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    checkpoint.save(args.out, model=unfolded(args.onnx, args.pack).state_dict())
