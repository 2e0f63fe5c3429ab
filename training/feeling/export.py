"""Writes the network that hears feelings as ONNX, and compares it with torch.

python -m training.feeling.export --model feeling.pt
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from training.checkpoint import load
from training.feeling.model import Feels
from vasari.motion.feeling import HEARD, HIDDEN
from vasari.networks import onnxruntime

OUT = Path("src/vasari/weights/feeling.onnx")
LARGEST = 1e-4  # difference


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    model, state = Feels().eval(), load(args.model)
    assert state is not None, f"there is no {args.model}"
    model.load_state_dict(state["model"])
    example = torch.randn(1, HEARD), torch.randn(1, HIDDEN)
    torch.onnx.export(
        model, example, str(OUT), input_names=["heard", "before"], output_names=["felt", "after"],
        dynamo=False,
    )  # fmt: skip
    session = onnxruntime.InferenceSession(OUT.read_bytes(), providers=["CPUExecutionProvider"])
    told = session.run(None, dict(zip(("heard", "before"), (e.numpy() for e in example),
                                      strict=True)))  # fmt: skip
    with torch.no_grad():
        off = max(float(np.abs(a - b.numpy()).max())
                  for a, b in zip(told, model(*example), strict=True))  # fmt: skip
    print(f"{OUT.stat().st_size} bytes, largest difference {off:.1e}")
    assert off < LARGEST


if __name__ == "__main__":
    main()
