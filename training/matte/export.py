"""Step 5: ONNX, checked against torch.

python -m training.matte.export --run run/ --out src/vasari/weights/matte.onnx
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from training.matte.augment import OUT
from training.matte.model import Matte
from training.matte.train import averaged
from vasari.networks import onnxruntime

PARITY = 1e-3


class Finished(nn.Module):
    def __init__(self, matte: Matte) -> None:
        super().__init__()
        self.matte = matte

    def forward(self, picture: Tensor) -> Tensor:
        return torch.sigmoid(self.matte(picture))


def trained(run: Path) -> Finished:
    model = Matte()
    model.load_state_dict(averaged(run / "last.pt"))
    return Finished(model).eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/vasari/weights/matte.onnx"))
    args = parser.parse_args()
    model = trained(args.run)
    given = torch.rand(1, 4, OUT, OUT)
    torch.onnx.export(
        model, (given,), args.out, input_names=["picture"], output_names=["matte"], dynamo=False,
        opset_version=17,
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(args.out))
    session = onnxruntime.InferenceSession(args.out, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        worst = np.abs(
            session.run(None, {"picture": given.numpy()})[0] - model(given).numpy()
        ).max()
    if worst > PARITY:
        raise SystemExit(f"ONNX differs from torch by {worst:.2e}")
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.1f} MB, differs by {worst:.1e}")


if __name__ == "__main__":
    main()
