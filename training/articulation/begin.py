"""A mouth to go on from: the shipped one as a teacher's, which hears Whisper as well, or a teacher's
as one that hears what its own ear tells of Whisper.

    python -m training.articulation.begin --pack pack/ --out teacher0.pt
    python -m training.articulation.begin --teacher teacher.pt --finer finer.pt --out student0.pt

The export folds each BatchNorm into the convolution before it; it is unfolded by what the
convolution gives on some faces. What the shipped mouth did not hear counts nothing to begin with.
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
        some = [r for r in data.rows if r["split"] == "train"]
        some = [some[i] for i in np.random.default_rng(0).permutation(len(some))[:SEGMENTS]]
        heard = [torch.from_numpy(data.features(r, 0, r["frames"])[None]) for r in some]
        for block, bias in zip(model.blocks, folded[1::2], strict=True):
            unfold(model, block.mix, block.norm, weights[bias], heard)
    return model


def teacher_of(onnx_file: Path, pack: Path) -> Whole:
    plain, model = unfolded(onnx_file, Data(pack / "faces")), Whole(COMMON + KEPT)
    first = plain.first.weight
    new = torch.cat([first, first.new_zeros(len(first), KEPT, 1)], 1)
    model.mouth.load_state_dict(plain.state_dict() | {"first.weight": new})
    return model


def student_of(teacher: Path, finer: Path) -> Whole:
    """The teacher's mouth, what Whisper hears replaced by what the ear tells of it."""
    model, before = Whole(), torch.load(teacher, weights_only=True)["mean"]
    ear = torch.load(finer, weights_only=True)["mean"]
    first = before["mouth.first.weight"][..., 0]
    of_whisper = first[:, COMMON:]
    told = torch.cat([first[:, :COMMON], of_whisper @ ear["like.weight"]], 1)
    mouth = {k: v for k, v in before.items() if k.startswith("mouth.")}
    mouth["mouth.first.weight"] = told[..., None]
    mouth["mouth.first.bias"] = mouth["mouth.first.bias"] + of_whisper @ ear["like.bias"]
    model.load_state_dict(mouth | ear)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--onnx", type=Path, default=Path("src/vasari/weights/motion.onnx"))
    parser.add_argument("--teacher", type=Path, help="weights of a teacher")
    parser.add_argument("--finer", type=Path, help="weights of training.speech.finer")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    student = args.teacher and args.finer
    model = student_of(args.teacher, args.finer) if student else teacher_of(args.onnx, args.pack)
    checkpoint.save(args.out, mean=model.state_dict())


if __name__ == "__main__":
    main()
