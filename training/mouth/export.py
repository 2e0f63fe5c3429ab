"""Write the mouth painter as ONNX and check it against torch.

python -m training.mouth.export --run run/
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from torch import Tensor, nn

from training.mouth.model import MouthPainter, trained
from training.painter.export import write_checked
from vasari.render.layers.mouth_painter import HEIGHT, WIDTH

OUT = Path("src/vasari/weights/mouth.onnx")
PARITY = 0.5  # of 255


class Product(nn.Module):
    """uint8 in, what is to be added (96, 128, 3) out, of 255."""

    def __init__(self, model: MouthPainter) -> None:
        super().__init__()
        self.model = model

    def forward(self, seen: Tensor) -> Tensor:
        more = self.model(seen.permute(0, 3, 1, 2).float() / 255) * 255
        return more.permute(0, 2, 3, 1)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    noise = np.random.default_rng(0).integers(0, 256, (1, HEIGHT, WIDTH, 4)).astype(np.uint8)
    noise[..., 3] = 255 * (noise[..., 3] > 250)
    model = Product(trained(args.run)[0]).eval()
    write_checked(model, {"seen": noise}, "more", args.out, PARITY)


if __name__ == "__main__":
    main()
