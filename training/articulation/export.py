"""Writes motion.onnx (weights as float16, arithmetic in float32) and compares it with torch.

python -m training.articulation.export --model articulation.pt
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from training.articulation.model import AHEAD, PAST, Articulation, Shipped
from training.speech.export import export
from vasari.speech import FEATURES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/vasari/weights/motion.onnx"))
    args = parser.parse_args()
    model = Articulation()
    model.load_state_dict(torch.load(args.model, weights_only=True)["mean"])
    example = torch.rand(1, PAST + 25 + AHEAD, FEATURES)
    wrong = export(Shipped(model), example, ("features", "expression"), args.out)
    assert wrong < 1e-3, wrong


if __name__ == "__main__":
    main()
