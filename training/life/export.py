"""Writes life.onnx (weights as float16, arithmetic in float32) and compares it with torch.

python -m training.life.export --model life.pt --pack life.npz
"""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import numpy as np
import onnx
import torch

from training.checkpoint import load
from training.life.model import (
    ASKED,
    CONTEXT,
    HEADS,
    LAYERS,
    PART,
    SPAN,
    WIDTH,
    Life,
    Step,
)
from training.life.train import REAL, Pack
from training.speech.export import halve
from vasari.motion.life import PATCH, SIZE, TOLD
from vasari.networks import onnxruntime

LARGEST = 2e-2  # difference, in units of UNIT: weights are rounded
NAMES = ["before", "speech", "asked", "weights", "noise", "dice", "often", "cache", "age"]
OUT = ["patch", "blink", "remembered"]


def example(n: int, m: int) -> tuple[torch.Tensor, ...]:
    told = torch.randn(n, m, SPAN, TOLD), torch.randn(n, m, ASKED), torch.full((m, SIZE), 1 / m)
    cache = torch.randn(LAYERS, 2, n, m, HEADS, CONTEXT - 1, WIDTH // HEADS)
    dice = torch.randn(n, PART), torch.rand(n), torch.full((n,), 5.0)
    return torch.randn(n, PATCH, SIZE), *told, *dice, cache, torch.full((n,), 3.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True, help="of which the manners are")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("src/vasari/weights/life.onnx"))
    args = parser.parse_args()
    life, state = Life(), load(args.model)
    assert state is not None, f"there is no {args.model}"
    life.load_state_dict(state["mean"])
    step, raw = Step(life, args.steps).eval(), io.BytesIO()
    faces, variants = {0: "faces"}, {0: "faces", 1: "variants"}
    torch.onnx.export(
        step, example(2, 2), raw, input_names=NAMES, output_names=OUT, opset_version=17,
        dynamo=False, dynamic_axes={
            "before": faces, "speech": variants, "asked": variants, "weights": {0: "variants"},
            "noise": faces, "dice": faces, "often": faces, "age": faces,
            "cache": {2: "faces", 3: "variants"},
            "remembered": {2: "faces", 3: "variants"},
        },
    )  # fmt: skip
    graph = halve(onnx.load_from_string(raw.getvalue()))
    talking = Pack(args.pack, "train", 0, REAL).rows
    manners = np.array([m for row in talking if row["manner"] is not None for m in row["manner"]])
    together = np.linalg.cholesky(np.cov(manners.T, bias=True))
    manners = {"mean": manners.mean(0).tolist(), "together": together.tolist()}
    onnx.helper.set_model_props(graph, {"manners": json.dumps(manners)})  # for those of seeds
    onnx.save(graph, str(args.out))
    session = onnxruntime.InferenceSession(str(args.out), providers=["CPUExecutionProvider"])
    for given in (example(3, 2), example(1, 1)):
        got = session.run(None, dict(zip(NAMES, (g.numpy() for g in given), strict=True)))
        with torch.no_grad():
            wrong = max(float(np.abs(a - b.numpy()).max())
                        for a, b in zip(got, step(*given), strict=True))  # fmt: skip
        assert wrong < LARGEST, wrong
    print(f"{args.out.name}: {args.out.stat().st_size / 1e6:.2f} MB, parity {wrong:.1e}")


if __name__ == "__main__":
    main()
