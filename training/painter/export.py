"""Write the painter as ONNX and check it against torch.

python -m training.painter.export --run run/
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from training.painter.model import Painter, trained
from training.reader.export import halved, write
from vasari.networks import onnxruntime
from vasari.render.layers.light import CODE, SIDE

OUT = Path("src/vasari/weights/painter.onnx")
PARITY = 1e-3  # of a gain


class Product(nn.Module):
    """uint8 in, gain (64, 64, 3) out, as `relight` takes it: the mouth has a painter of its own."""

    def __init__(self, model: Painter) -> None:
        super().__init__()
        self.model = model

    def forward(self, seen: Tensor, code: Tensor) -> Tensor:
        light = self.model(seen.permute(0, 3, 1, 2).float() / 255, code)
        return torch.exp(light[:, :3]).permute(0, 2, 3, 1)[0]


def write_checked(
    model: nn.Module, takes: dict[str, np.ndarray], gives: str, path: Path, most: float
) -> None:
    """Write a model of one output as ONNX, which may differ by `most` from torch on the inputs."""
    example = tuple(torch.from_numpy(value) for value in takes.values())
    buffer = io.BytesIO()
    torch.onnx.export(model, example, buffer, input_names=list(takes), output_names=[gives],
                      opset_version=17, dynamo=False)  # fmt: skip
    proto = halved(onnx.load_from_string(buffer.getvalue()))
    proto.producer_name = "vasari"
    onnx.checker.check_model(proto)
    data = proto.SerializeToString()
    with torch.no_grad():
        ours = model(*example).numpy()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (theirs,) = session.run(None, takes)
    write(path, data, float(np.abs(ours - theirs).max()), most)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    takes = {
        "seen": rng.integers(0, 256, (1, SIDE, SIDE, 6)).astype(np.uint8),
        "code": rng.normal(0, 0.3, (1, CODE)).astype(np.float32),
    }
    write_checked(Product(trained(args.run)[0]).eval(), takes, "light", args.out, PARITY)


if __name__ == "__main__":
    main()
