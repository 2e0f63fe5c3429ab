"""A mouth to go on from: the shipped one as a teacher's, which hears Whisper as well; the same with
an ear; or one that had an ear, with that ear after more training.

    python -m training.articulation.begin --pack pack/ --out teacher0.pt
    python -m training.articulation.begin --pack pack/ --finer finer.pt --out student0.pt
    python -m training.articulation.begin --pack pack/ --finer finer2.pt --mouth s1.pt --out s2.pt

The export folds each BatchNorm into the convolution before it; it is unfolded by what the
convolution gives on some faces. What the shipped mouth did not hear counts nothing to begin with.
What the ear told before is guessed from what it tells now (ridge).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training import checkpoint
from training.articulation.model import Articulation, Whole
from training.articulation.train import Data
from training.speech.begin import unfold
from training.speech.whisper import KEPT
from vasari.speech import COMMON

SEGMENTS = 150
RIDGE = 1e-3


def unfolded(path: Path, data: Data) -> Articulation:
    """With COMMON inputs."""
    weights = {t.name.removesuffix(".half"): torch.from_numpy(numpy_helper.to_array(t).copy())
               for t in onnx.load(str(path)).graph.initializer}  # fmt: skip
    model = Articulation(COMMON)
    state = model.state_dict()
    for name in state:
        if f"inner.{name}" in weights:
            value = weights[f"inner.{name}"].float()
            state[name] = value[:, :COMMON] if name == "first.weight" else value
    model.load_state_dict(state)
    folded = sorted((n for n in weights if n.startswith("onnx::Conv")), key=lambda n: int(n[11:]))
    with torch.no_grad():
        for block, weight, bias in zip(model.blocks, folded[::2], folded[1::2], strict=True):
            block.mix.weight.copy_(weights[weight].float())
            block.norm.bias.copy_(weights[bias])
        model.eval()
        heard = [torch.from_numpy(data.features(r, 0, r["frames"])[None]) for r in some_of(data)]
        for block, bias in zip(model.blocks, folded[1::2], strict=True):
            unfold(model, block.mix, block.norm, weights[bias], heard)
    return model


def some_of(data: Data) -> list[dict]:
    rows = [r for r in data.rows if r["split"] == "train"]
    return [rows[i] for i in np.random.default_rng(0).permutation(len(rows))[:SEGMENTS]]


def shipped(path: Path, data: Data, inputs: int | None) -> Whole:
    plain, model = unfolded(path, data), Whole(inputs)
    first = plain.first.weight
    more = first.new_zeros(len(first), model.mouth.first.in_channels - COMMON, 1)
    model.mouth.load_state_dict(plain.state_dict() | {"first.weight": torch.cat([first, more], 1)})
    return model


@torch.no_grad()
def moved(mouth: Path, finer: Path, data: Data) -> Whole:
    """The mouth as if its ear were the one before."""
    before, model = Whole(), Whole()
    state = torch.load(mouth, weights_only=True)["mean"]
    before.load_state_dict(state)
    model.load_state_dict(state | torch.load(finer, weights_only=True)["mean"])
    mels = [torch.from_numpy(data.mels(r, 0, r["frames"])[None]) for r in some_of(data)]
    old, new = (torch.cat([m.eval().finer(x)[0] for x in mels]).double() for m in (before, model))
    new = torch.cat([new, new.new_ones(len(new), 1)], 1)
    square = new.T @ new + RIDGE * len(new) * torch.eye(new.shape[1])
    by = torch.linalg.solve(square, new.T @ old).float()  # (FINE + 1, FINE)
    print("told again:", float(1 - (new.float() @ by - old).var(0).sum() / old.var(0).sum()))
    weight, bias = model.mouth.first.weight, model.mouth.first.bias
    of_ear = weight[:, COMMON:, 0].clone()
    weight[:, COMMON:, 0] = of_ear @ by[:-1].T
    bias += of_ear @ by[-1]
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--onnx", type=Path, default=Path("src/vasari/weights/motion.onnx"))
    parser.add_argument("--finer", type=Path, help="weights of training.speech.finer")
    parser.add_argument("--mouth", type=Path, help="weights of training.articulation.train")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    data = Data(args.pack / "faces")
    if args.mouth:
        model = moved(args.mouth, args.finer, data)
    elif args.finer:
        model = shipped(args.onnx, data, None)
        model.load_state_dict(
            model.state_dict() | torch.load(args.finer, weights_only=True)["mean"]
        )
    else:
        model = shipped(args.onnx, data, COMMON + KEPT)
    checkpoint.save(args.out, mean=model.state_dict())


if __name__ == "__main__":
    main()
