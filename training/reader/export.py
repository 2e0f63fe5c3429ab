"""Writes a trained reader as ONNX and checks it against torch.

    python -m training.reader.export --run run/ --stage fine --out src/vasari/weights/reader.onnx

Weights are stored as 16-bit floats and widened when the file is loaded; all arithmetic is 32-bit.
The landmarks come out in crop sides from the middle of the crop.
"""

from __future__ import annotations

import argparse
import io
import json
import os
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from training.reader.model import SIZES, Reader, parts
from training.reader.train import UNIT
from vasari.networks import onnxruntime

PARITY = 1e-3  # largest difference allowed, crop sides and probabilities


class Product(nn.Module):
    """The reader with its outputs as the runtime takes them."""

    def __init__(self, model: Reader, unit: float) -> None:
        super().__init__()
        self.model, self.unit = model, unit

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        marks, blend, face = self.model(crops)
        return marks / self.unit, torch.sigmoid(blend), torch.sigmoid(face)


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Stores each large weight as float16 followed by a cast back."""
    graph, casts = model.graph, []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < 256:
            continue
        name = tensor.name
        half = numpy_helper.from_array(
            numpy_helper.to_array(tensor).astype(np.float16), name + ".half"
        )
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
        casts.append(helper.make_node("Cast", [half.name], [name], to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def exported(
    model: nn.Module, side: int, names: tuple[str, ...], extra: dict[str, str],
    given: str = "crops",
) -> bytes:  # fmt: skip
    """ONNX bytes of a model over (N, side, side, 3) uint8 crops."""
    buffer = io.BytesIO()
    example = torch.zeros(2, side, side, 3, dtype=torch.uint8)
    torch.onnx.export(
        model, (example,), buffer, input_names=[given], output_names=list(names),
        dynamic_axes={n: {0: "n"} for n in (given, *names)}, opset_version=17, dynamo=False,
    )  # fmt: skip
    proto = halved(onnx.load_from_string(buffer.getvalue()))
    for key, value in extra.items():
        proto.metadata_props.add(key=key, value=value)
    proto.producer_name = "vasari"
    onnx.checker.check_model(proto)
    return proto.SerializeToString()


def parity(model: nn.Module, data: bytes, side: int) -> float:
    """Largest difference between torch and the file on random crops."""
    crops = np.random.default_rng(0).integers(0, 256, (4, side, side, 3)).astype(np.uint8)
    with torch.no_grad():
        ours = model(torch.from_numpy(crops))
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    theirs = session.run(None, {session.get_inputs()[0].name: crops})
    return max(float(np.abs(a.numpy() - b).max()) for a, b in zip(ours, theirs, strict=True))


def write(path: Path, data: bytes, off: float, most: float) -> None:
    """Write ONNX bytes whose outputs differ from torch's by `off`, if that is not too much."""
    if off > most:
        raise SystemExit(f"ONNX differs from torch by {off}")
    path.write_bytes(data)
    print(f"{path}: {len(data) / 1e6:.2f} MB, differs from torch by {off:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--stage", choices=sorted(SIZES), required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    reader = Reader(SIZES[args.stage])
    state = torch.load(args.run / f"{args.stage}.pt", weights_only=True, map_location="cpu")
    reader.load_state_dict(state["mean"])
    model = Product(reader, UNIT[args.stage]).eval()
    side = SIZES[args.stage].side
    mirror = np.load(Path(args.shared) / "data" / "topology.npz")["mirror"]
    extra = {"mirror": json.dumps([int(k) for k in mirror])}
    if args.stage in parts():
        index, weight = parts()[args.stage]
        extra["points"] = json.dumps([int(k) for k in index])
        extra["weights"] = json.dumps([round(float(w), 3) for w in weight])
    data = exported(model, side, ("landmarks", "blendshapes", "face"), extra)
    write(args.out, data, parity(model, data, side), PARITY)


if __name__ == "__main__":
    main()
