"""Writes speech.onnx (weights as float16, arithmetic in float32) and compares it with torch.

python -m training.speech.export --model speech.pt --out speech.onnx
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from training.speech.model import FIELD, Recogniser
from vasari.networks import onnxruntime

LENIENT = 0.4  # weight of the opinion that heard long vowels: alone it does not open the gate


class Listener(nn.Module):
    """(1, t, MELS) to (1, frames, WIDTH + 1): features and how sure a voice is heard. Two opinions
    must agree: that this is the sound of a voice, and, less strictly, that it says phones."""

    def __init__(self, recogniser: Recogniser) -> None:
        super().__init__()
        self.inner = recogniser

    def forward(self, mel: Tensor) -> Tensor:
        features, phones, kinds = self.inner(mel)
        silence = phones.softmax(-1)[..., 0].reshape(1, -1, 2).mean(-1, keepdim=True)
        held = self.inner.held(features)
        voice = (1 - LENIENT) * kinds.softmax(-1)[..., :1] + LENIENT * held.softmax(-1)[..., :1]
        return torch.cat([features, torch.minimum(voice, (1 - silence).sqrt())], -1)


def halve(model: onnx.ModelProto) -> onnx.ModelProto:
    """Large weights become float16 with a Cast that ONNX Runtime folds when it loads."""
    graph, casts = model.graph, []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 256:
            continue
        half = numpy_helper.from_array(values.astype(np.float16), tensor.name + ".half")
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
        casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    onnx.checker.check_model(model)
    return model


def export(model: nn.Module, example: Tensor, names: tuple[str, str], out: Path) -> float:
    """Writes `model` and returns its largest difference from torch on `example`."""
    model = model.eval()
    raw = io.BytesIO()
    torch.onnx.export(
        model, (example,), raw, input_names=[names[0]], output_names=[names[1]],
        dynamic_axes={names[0]: {1: "t"}, names[1]: {1: "frames"}}, opset_version=17, dynamo=False,
    )  # fmt: skip
    onnx.save(halve(onnx.load_from_string(raw.getvalue())), str(out))
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        truth = model(example).numpy()
    (got,) = session.run(None, {names[0]: example.numpy()})
    wrong = float(np.abs(got - truth).max() / max(1.0, np.abs(truth).max()))
    print(f"{out.name}: {out.stat().st_size / 1e6:.2f} MB, parity {wrong:.1e}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/vasari/weights/speech.onnx"))
    args = parser.parse_args()
    recogniser = Recogniser()
    recogniser.load_state_dict(torch.load(args.model, weights_only=True)["model"])
    example = torch.rand(1, FIELD + 96, 80) * 3 - 3
    assert export(Listener(recogniser), example, ("mel", "features"), args.out) < 1e-3


if __name__ == "__main__":
    main()
